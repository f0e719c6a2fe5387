/*
 * may - asks a policy file whether a caller may do something, and says why.
 *
 *   cc may.c $(pkg-config --cflags --libs libremit-iam) -o may
 *   may POLICY-FILE PRINCIPAL ACTION RESOURCE [KEY=VALUE...]
 *
 * Exit status: 0 allowed, 1 denied, 2 the question could not be asked.
 */
#include <stdio.h>
#include <stdlib.h>

#include <remit/policy.h>

static char document[REMIT_POLICY_MAX];

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "may: %s: %s\n", what, why);
    return 2;
}

int main(int argc, char **argv)
{
    auto_policy struct remit_policy *policy = NULL;
    auto_policy_set struct remit_policy_set *set = NULL;
    auto_context struct remit_context context = { 0 };
    struct remit_err err = { 0 };
    FILE *file = argc < 5 ? NULL : fopen(argv[1], "r");
    static char why[65536];

    if (file == NULL)
        return fail("usage", "may POLICY-FILE PRINCIPAL ACTION RESOURCE [KEY=VALUE...]");
    size_t len = fread(document, 1, sizeof(document), file);
    fclose(file);

    /* Once, when the policy is loaded. Any number of threads may ask it afterwards. */
    const struct remit_policy_options strict = { .type = REMIT_POLICY_IDENTITY, .strict = true };
    if (remit_policy_compile(remit_str_from(document, len), &strict, &policy, &err) != 0)
        return fail(argv[1], err.text);
    const struct remit_policy_entry entry = { policy, remit_str_of(argv[1]) };
    if (remit_policy_set_new(&entry, 1, &set, &err) != 0)
        return fail(argv[1], err.text);

    /* For each request: who, what, on which resource, in which context. */
    for (int i = 5; i < argc; i++) {
        struct remit_str value = remit_str_of(argv[i]), key;
        remit_str_cut(&value, '=', &key);
        if (remit_context_put(&context, key, value, &err) != 0)
            return fail(argv[i], err.text);
    }
    const struct remit_request request = { .principal = remit_str_of(argv[2]),
                                           .action = remit_str_of(argv[3]),
                                           .resource = remit_str_of(argv[4]),
                                           .context = &context };
    const struct remit_bundle bundle = { .identity = set };
    remit_explain(&bundle, &request, why, sizeof(why)); /* decides, and tells the operator why */
    fputs(why, stdout);
    return remit_decide(&bundle, &request, NULL, NULL, NULL) == REMIT_ALLOW ? 0 : 1;
}
