#include "common/os/frame.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "tests/lib/expect.h"

struct thing {
    struct remit_str name;
    struct remit_secret key;
};
struct all {
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    int64_t i64;
    struct remit_str str;
    struct remit_secret secret;
    struct remit_frame_list things;
    int fd;
    int maybe;
};
struct small {
    uint8_t u8;
};

static const struct remit_field thing_fields[] = {
    REMIT_FIELD(struct thing, name, REMIT_FIELD_STR, 10),
    REMIT_FIELD(struct thing, key, REMIT_FIELD_SECRET, 10),
};
static const struct remit_frame_element thing_element = { thing_fields, 2, sizeof(struct thing) };
static const struct remit_field all_fields[] = {
    REMIT_FIELD(struct all, u8, REMIT_FIELD_U8, 0),
    REMIT_FIELD(struct all, u16, REMIT_FIELD_U16, 0),
    REMIT_FIELD(struct all, u32, REMIT_FIELD_U32, 0),
    REMIT_FIELD(struct all, u64, REMIT_FIELD_U64, 0),
    REMIT_FIELD(struct all, i64, REMIT_FIELD_I64, 0),
    REMIT_FIELD(struct all, str, REMIT_FIELD_STR, 20),
    REMIT_FIELD(struct all, secret, REMIT_FIELD_SECRET, 20),
    REMIT_FIELD_LIST_OF(struct all, things, &thing_element, 3),
    REMIT_FIELD(struct all, fd, REMIT_FIELD_FD, 0),
    REMIT_FIELD(struct all, maybe, REMIT_FIELD_FD_OR_NONE, 0),
};
static const struct remit_field small_fields[] = {
    REMIT_FIELD(struct small, u8, REMIT_FIELD_U8, 0),
};
static const struct remit_frame_type all_frame = { 7, "all", all_fields, REMIT_COUNT(all_fields),
                                                   sizeof(struct all) };
static const struct remit_frame_type small_frame = { 8, "small", small_fields, 1,
                                                     sizeof(struct small) };
static const struct remit_frame_type *const types[] = { &all_frame, &small_frame };

static int ends[2] = { -1, -1 };
static struct remit_arena arena = REMIT_ARENA(1 << 20);
static const struct remit_frame_type *which;
static void *frame;
static struct remit_err err;

static void open_pair(void)
{
    cr_assert(remit_fd_channel(ends, NULL) == 0);
}

static void close_pair(void)
{
    remit_fd_drop(&ends[0]);
    remit_fd_drop(&ends[1]);
    remit_arena_drop(&arena);
}

TestSuite(frame, .init = open_pair, .fini = close_pair, .timeout = 20);

static int read_any(void)
{
    err = (struct remit_err){ 0 };
    return remit_frame_read(ends[1], types, REMIT_COUNT(types), &arena, &which, &frame, &err);
}

static int count_fds(void)
{
    int count = 0;

    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static struct all example(struct thing things[2])
{
    struct all all = { .u8 = 0xff,
                       .u16 = 0xfffe,
                       .u32 = 0xfffffffd,
                       .u64 = ~0ULL - 3,
                       .i64 = -5,
                       .str = REMIT_STR("str\0x"),
                       .things = { things, 2 },
                       .fd = 0,
                       .maybe = -1 };

    cr_assert(remit_secret_copy(REMIT_STR("secret"), &all.secret, NULL) == 0);
    things[0] = (struct thing){ .name = REMIT_STR("one") };
    things[1] = (struct thing){ .name = REMIT_STR("") };
    cr_assert(remit_secret_copy(REMIT_STR("key"), &things[0].key, NULL) == 0);
    return all;
}

static bool same_file(int a, int b)
{
    struct stat first;
    struct stat second;

    return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_ino == second.st_ino &&
           first.st_dev == second.st_dev;
}

Test(frame, every_kind_of_field_arrives)
{
    struct thing things[2];
    struct all sent = example(things);
    int before = 0;

    sent.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sent.maybe = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    before = count_fds();
    cr_assert(remit_frame_write(ends[0], &all_frame, &sent, &err) == 0, "%s", err.text);
    cr_assert(read_any() == 0, "%s", err.text);
    cr_assert(which == &all_frame);
    struct all *got = frame;
    cr_expect(got->u8 == sent.u8 && got->u16 == sent.u16 && got->u32 == sent.u32);
    cr_expect(got->u64 == sent.u64 && got->i64 == sent.i64);
    cr_expect(remit_str_equal(got->str, REMIT_STR("str\0x")));
    cr_expect(remit_secret_equal(&got->secret, REMIT_STR("secret")));
    cr_assert(eq(sz, got->things.count, 2));
    struct thing *got_things = got->things.items;
    EXPECT_STR(got_things[0].name, "one");
    cr_expect(remit_secret_equal(&got_things[0].key, REMIT_STR("key")));
    EXPECT_STR(got_things[1].name, "");
    cr_expect(same_file(got->fd, sent.fd));
    cr_expect(same_file(got->maybe, sent.maybe));
    cr_expect(fcntl(got->fd, F_GETFD) & FD_CLOEXEC);
    remit_frame_clear(which, frame);
    cr_expect(eq(int, count_fds(), before), "clearing closes them");
    cr_expect(got->secret.ptr == NULL);
    close(sent.fd);
    close(sent.maybe);
}

Test(frame, descriptor_may_be_missing_or_stolen)
{
    struct thing things[2];
    struct all sent = example(things);

    cr_assert(remit_frame_write(ends[0], &all_frame, &sent, &err) == 0);
    cr_assert(read_any() == 0, "%s", err.text);
    struct all *got = frame;
    cr_expect(eq(int, got->maybe, -1));
    auto_fd int mine = remit_fd_steal(&got->fd);
    remit_frame_clear(which, frame);
    cr_expect(fcntl(mine, F_GETFD) != -1);
}

Test(frame, too_large_to_send_is_an_error)
{
    struct thing things[4] = { 0 };
    struct all sent = example(things);

    sent.str = REMIT_STR("123456789012345678901");
    cr_expect(eq(int, remit_frame_write(ends[0], &all_frame, &sent, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    sent.str = REMIT_STR("");
    sent.things = (struct remit_frame_list){ things, 4 };
    cr_expect(eq(int, remit_frame_write(ends[0], &all_frame, &sent, &err), -1));
    cr_expect(remit_err_is(&err, "LimitExceeded"));
}

/* head: magic, type, descriptors, length; then the body of a small frame */
static const struct bad {
    const char *name;
    struct remit_str packet;
} bad[] = {
    { "short head", REMIT_STR_INIT("RMF1\x08\0\0\0\x01") },
    { "other magic", REMIT_STR_INIT("RMF2\x08\0\0\0\x01\0\0\0\x05") },
    { "unknown type", REMIT_STR_INIT("RMF1\x09\0\0\0\x01\0\0\0\x05") },
    { "descriptors that didn't come", REMIT_STR_INIT("RMF1\x08\0\x01\0\x01\0\0\0\x05") },
    { "longer than said", REMIT_STR_INIT("RMF1\x08\0\0\0\x01\0\0\0\x05\x06") },
    { "shorter than said", REMIT_STR_INIT("RMF1\x08\0\0\0\x02\0\0\0\x05") },
    { "left over", REMIT_STR_INIT("RMF1\x08\0\0\0\x02\0\0\0\x05\x06") },
    { "no body", REMIT_STR_INIT("RMF1\x08\0\0\0\0\0\0\0") },
};

Test(frame, malformed_packets_are_refused)
{
    for (size_t i = 0; i < REMIT_COUNT(bad); i++) {
        cr_assert(send(ends[0], bad[i].packet.ptr, bad[i].packet.len, 0) ==
                  (ssize_t)bad[i].packet.len);
        cr_expect(eq(int, read_any(), -1), "%s", bad[i].name);
        cr_expect(eq(int, err.kind, REMIT_ERR_INVALID), "%s", bad[i].name);
        cr_expect(remit_err_is(&err, "MalformedFrame"), "%s", bad[i].name);
    }
    struct small small = { 5 };
    cr_assert(remit_frame_write(ends[0], &small_frame, &small, &err) == 0);
    cr_expect(eq(int, read_any(), 0), "and the next one is read");
}

Test(frame, cut_anywhere_it_is_refused_and_nothing_leaks)
{
    struct thing things[2];
    struct all sent = example(things);
    int before = count_fds();
    char packet[512];

    sent.maybe = -1;
    cr_assert(remit_frame_write(ends[0], &all_frame, &sent, &err) == 0);
    ssize_t len = recv(ends[1], packet, sizeof(packet), 0);
    cr_assert(len > 12);
    packet[6] = 0; /* its descriptor was lost in recv() */
    for (ssize_t cut = 12; cut < len; cut++) {
        packet[8] = (char)(cut - 12);
        cr_expect(eq(int,
                     remit_frame_decode(remit_str_from(packet, (size_t)cut), types, 2, &arena,
                                        &which, &frame, &err),
                     -1));
        cr_expect(remit_err_is(&err, "MalformedFrame"));
    }
    cr_expect(eq(int, count_fds(), before));
}

static void send_fds(int n)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * 16)];
    } control = { 0 };
    struct iovec part = { .iov_base = (void *)(uintptr_t)bad[6].packet.ptr, .iov_len = 13 };
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)n) };
    int fds[16];

    for (int i = 0; i < n; i++)
        fds[i] = ends[0];
    control.align.cmsg_level = SOL_SOCKET;
    control.align.cmsg_type = SCM_RIGHTS;
    control.align.cmsg_len = CMSG_LEN(sizeof(int) * (size_t)n);
    memcpy(CMSG_DATA(&control.align), fds, sizeof(int) * (size_t)n);
    cr_assert(sendmsg(ends[0], &message, 0) > 0);
}

Test(frame, descriptors_that_were_not_asked_for_are_closed)
{
    int before = count_fds();

    for (int n = 1; n <= 16; n *= 2) {
        send_fds(n);
        cr_expect(eq(int, read_any(), -1));
        cr_expect(remit_err_is(&err, "MalformedFrame"), "%d", n);
        cr_expect(eq(int, count_fds(), before), "%d", n);
    }
}

Test(frame, packet_over_the_maximum_is_refused)
{
    static char large[REMIT_FRAME_MAX + 1];
    int room = 4 * REMIT_FRAME_MAX;

    (void)setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    if (send(ends[0], large, sizeof(large), 0) < 0)
        cr_skip_test("this kernel's sockets don't take so large a packet");
    cr_expect(eq(int, read_any(), -1));
    cr_expect(remit_err_is(&err, "MalformedFrame"));
}

Test(frame, end_and_emptiness_are_told_apart)
{
    cr_assert(remit_fd_nonblock(ends[1], true, NULL) == 0);
    cr_expect(eq(int, read_any(), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_UNAVAILABLE));
    cr_expect(remit_err_is(&err, "WouldBlock"));
    remit_fd_drop(&ends[0]);
    cr_expect(eq(int, read_any(), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_UNAVAILABLE));
    cr_expect(remit_err_is(&err, "PeerGone"));
    struct small small = { 5 };
    cr_expect(eq(int, remit_frame_write(ends[1], &small_frame, &small, &err), -1));
    cr_expect(remit_err_is(&err, "PeerGone"), "and no SIGPIPE");
}
