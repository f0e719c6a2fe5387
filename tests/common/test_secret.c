#include <remit/secret.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Test(secret, copy_view_equal)
{
    struct remit_err err = { 0 };
    auto_secret struct remit_secret s = { 0 };

    cr_assert(remit_secret_copy(REMIT_STR("hunter2"), &s, &err) == 0);
    cr_expect(remit_str_equal(remit_secret_view(&s), REMIT_STR("hunter2")));
    cr_expect(remit_secret_equal(&s, REMIT_STR("hunter2")));
    cr_expect(not(remit_secret_equal(&s, REMIT_STR("hunter3"))));
    cr_expect(not(remit_secret_equal(&s, REMIT_STR("Hunter2"))));
    cr_expect(not(remit_secret_equal(&s, REMIT_STR("hunter"))));
    cr_expect(not(remit_secret_equal(&s, REMIT_STR(""))));
}

Test(secret, empty_equals_empty_alone)
{
    struct remit_secret none = { 0 };

    cr_expect(remit_secret_equal(&none, REMIT_STR("")));
    cr_expect(not(remit_secret_equal(&none, REMIT_STR("x"))));
    remit_secret_drop(&none);
}

Test(secret, new_is_zeroed_also_after_use)
{
    static const size_t sizes[] = { 1, 64, 65, 512, 513, 4096, 16384, 16385, 65536 };

    for (size_t i = 0; i < REMIT_COUNT(sizes); i++) {
        for (int round = 0; round < 3; round++) {
            struct remit_secret s = { 0 };

            cr_assert(remit_secret_new(sizes[i], &s, NULL) == 0);
            for (size_t k = 0; k < s.len; k++)
                cr_assert(s.ptr[k] == 0);
            memset(remit_secret_bytes(&s), 0xaa, s.len);
            remit_secret_drop(&s);
            cr_assert(s.ptr == NULL && s.len == 0);
        }
    }
}

Test(secret, drop_wipes_the_bytes)
{
    struct remit_secret s = { 0 };
    const unsigned char *at = NULL;

    cr_assert(remit_secret_copy(REMIT_STR("0123456789abcdef0123456789abcdef"), &s, NULL) == 0);
    at = s.ptr;
    remit_secret_drop(&s);
    for (size_t i = sizeof(void *); i < 32; i++) /* the first bytes link free slots */
        cr_expect(at[i] == 0);
    cr_expect(memcmp(at, "01234567", 8) != 0);
}

Test(secret, limit_is_an_error)
{
    struct remit_err err = { 0 };
    struct remit_secret s = { 0 };

    cr_expect(eq(int, remit_secret_new(REMIT_SECRET_MAX + 1, &s, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "LimitExceeded"));
}

Test(secret, steal_leaves_nothing)
{
    struct remit_secret a = { 0 };

    cr_assert(remit_secret_copy(REMIT_STR("x"), &a, NULL) == 0);
    auto_secret struct remit_secret b = remit_secret_steal(&a);
    cr_expect(a.ptr == NULL);
    cr_expect(remit_secret_equal(&b, REMIT_STR("x")));
}

Test(secret, forked_child_reads_zeroes_and_can_make_its_own)
{
    auto_secret struct remit_secret s = { 0 };
    int status = 0;

    cr_assert(remit_secret_copy(REMIT_STR("only the parent's"), &s, NULL) == 0);
    pid_t child = fork();
    if (child == 0) {
        struct remit_secret own = { 0 };
        bool zero = true;

        for (size_t i = 0; i < s.len; i++)
            zero = zero && s.ptr[i] == 0;
        if (remit_secret_copy(REMIT_STR("mine"), &own, NULL) != 0)
            _exit(2);
        _exit(zero && remit_secret_equal(&own, REMIT_STR("mine")) ? 0 : 1);
    }
    cr_assert(waitpid(child, &status, 0) == child);
    cr_expect(eq(int, status, 0));
}

Test(secret, equal_const_sees_each_byte)
{
    unsigned char a[64] = { 0 };
    unsigned char b[64] = { 0 };

    cr_expect(remit_equal_const(a, b, sizeof(a)));
    for (size_t i = 0; i < sizeof(a); i++) {
        b[i] = 0x80;
        cr_expect(not(remit_equal_const(a, b, sizeof(a))));
        b[i] = 0;
    }
    cr_expect(remit_equal_const(NULL, NULL, 0));
}
