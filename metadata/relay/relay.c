#include "metadata/relay/relay.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"

#define EVENTS   64
#define PUMPS    8 /* rounds for one pair, then the others */
#define SWEEP_MS 1000

/* What an event is about: a side of a pair, or one of these. */
#define ABOUT_LISTENER (2 * RELAY_PAIRS)
#define ABOUT_LIFE     (2 * RELAY_PAIRS + 1)

/* One of two connections, and what was read from it and waits for the other. */
struct side {
    int fd;
    size_t from;
    size_t len;
    bool ended;     /* nothing more comes */
    bool told;      /* and the other was told so */
    uint32_t wants; /* what epoll watches for */
    char bytes[RELAY_BUFFER];
};

struct pair {
    bool used;
    bool connecting;
    int64_t moved_ms;
    struct side side[2]; /* the container's, control's */
};

struct relay {
    int listener;
    int poll;
    bool full; /* the listener is not watched */
    size_t n_pairs;
    int64_t swept_ms;
    const struct sockaddr *control;
    socklen_t control_len;
    struct pair pairs[RELAY_PAIRS];
};

static struct relay the_relay; /* mostly untouched pages */

/* --- setting up --- */

static int seal(const struct metadata_address *control, const struct sockaddr **out,
                struct remit_err *err)
{
    long page = sysconf(_SC_PAGESIZE);
    void *at = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "a page for an address");
    memcpy(at, &control->at, control->len);
    if (mprotect(at, (size_t)page, PROT_READ) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "seal an address");
    *out = at;
    return 0;
}

static int watch(const struct relay *r, int op, int fd, uint32_t events, uint32_t about,
                 struct remit_err *err)
{
    struct epoll_event event = { .events = events, .data.u32 = about };

    if (epoll_ctl(r->poll, op, fd, &event) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "watch descriptor %d", fd);
    return 0;
}

int relay_open(int listener, int life, const struct metadata_address *control, struct relay **out,
               struct remit_err *err)
{
    struct relay *r = &the_relay;

    r->listener = listener;
    r->control_len = control->len;
    TRY(seal(control, &r->control, err));
    TRY(remit_fd_nonblock(listener, true, err));
    r->poll = epoll_create1(EPOLL_CLOEXEC);
    if (r->poll < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "watch connections");
    TRY(watch(r, EPOLL_CTL_ADD, listener, EPOLLIN, ABOUT_LISTENER, err));
    TRY(watch(r, EPOLL_CTL_ADD, life, EPOLLIN, ABOUT_LIFE, err));
    *out = r;
    return 0;
}

const struct sockaddr *relay_control(const struct relay *relay)
{
    return relay->control;
}

/* --- a pair --- */

static uint32_t about(const struct relay *r, const struct pair *pair, int which)
{
    return (uint32_t)(2 * (pair - r->pairs) + which);
}

static void side_start(struct side *side, int fd)
{
    side->fd = fd;
    side->from = 0;
    side->len = 0;
    side->ended = false;
    side->told = false;
    side->wants = 0;
}

static void pair_close(struct relay *r, struct pair *pair)
{
    remit_fd_drop(&pair->side[0].fd);
    remit_fd_drop(&pair->side[1].fd);
    pair->used = false;
    r->n_pairs--;
    if (r->full && watch(r, EPOLL_CTL_MOD, r->listener, EPOLLIN, ABOUT_LISTENER, NULL) == 0)
        r->full = false;
}

/* Fills the empty buffer of a side. False: the connection is broken. */
static bool fill(struct side *side, bool *moved)
{
    ssize_t n = 0;

    if (side->ended || side->len > 0)
        return true;
    n = read(side->fd, side->bytes, sizeof(side->bytes));
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    *moved = true;
    side->from = 0;
    side->len = (size_t)n;
    side->ended = n == 0;
    return true;
}

/* Gives what a side sent to the other; after its end, that. */
static bool drain(struct side *side, struct side *to, bool *moved)
{
    ssize_t n = 0;

    if (side->len == 0) {
        if (side->ended && !side->told) {
            side->told = true;
            (void)shutdown(to->fd, SHUT_WR);
        }
        return true;
    }
    n = write(to->fd, side->bytes + side->from, side->len);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    *moved = *moved || n > 0;
    side->from += (size_t)n;
    side->len -= (size_t)n;
    return true;
}

/* False: it is over. */
static bool pump(struct pair *pair)
{
    bool moved = true;

    for (int i = 0; moved && i < PUMPS; i++) {
        moved = false;
        for (int k = 0; k < 2; k++)
            if (!fill(&pair->side[k], &moved) || !drain(&pair->side[k], &pair->side[1 - k], &moved))
                return false;
    }
    return !(pair->side[0].told && pair->side[1].told);
}

/* Reads where there is room, writes where something waits. */
static bool watch_pair(struct relay *r, struct pair *pair)
{
    for (int k = 0; k < 2; k++) {
        struct side *side = &pair->side[k];
        const struct side *other = &pair->side[1 - k];
        uint32_t wants = (side->ended || side->len > 0 || pair->connecting ? 0 : EPOLLIN) |
                         (other->len > 0 ? EPOLLOUT : 0);

        if (pair->connecting)
            wants = k == 1 ? EPOLLOUT : 0;
        if (wants == side->wants)
            continue;
        if (watch(r, EPOLL_CTL_MOD, side->fd, wants, about(r, pair, k), NULL) != 0)
            return false;
        side->wants = wants;
    }
    return true;
}

static bool connected(struct pair *pair)
{
    int os = 0;
    socklen_t len = sizeof(os);

    if (getsockopt(pair->side[1].fd, SOL_SOCKET, SO_ERROR, &os, &len) != 0 || os != 0)
        return false;
    pair->connecting = false;
    return true;
}

static void on_pair(struct relay *r, struct pair *pair, uint32_t events, int which)
{
    bool goes_on = pair->used;

    if (!goes_on)
        return; /* closed by an event before this one */
    pair->moved_ms = remit_clock_boot_ms();
    if (pair->connecting && which == 1)
        goes_on = connected(pair);
    else if (pair->connecting) /* the container went away meanwhile */
        goes_on = (events & (EPOLLHUP | EPOLLERR)) == 0;
    if (goes_on && !pair->connecting)
        goes_on = pump(pair);
    if (!goes_on || !watch_pair(r, pair))
        pair_close(r, pair);
}

/* --- new ones --- */

static struct pair *free_pair(struct relay *r)
{
    struct pair *oldest = &r->pairs[0];

    for (size_t i = 0; i < RELAY_PAIRS; i++) {
        if (!r->pairs[i].used)
            return &r->pairs[i];
        if (r->pairs[i].moved_ms < oldest->moved_ms)
            oldest = &r->pairs[i];
    }
    if (remit_clock_boot_ms() - oldest->moved_ms < RELAY_SPARE_MS)
        return NULL;
    pair_close(r, oldest);
    return oldest;
}

static int connect_control(const struct relay *r)
{
    const int on = 1;
    auto_fd int sock = socket(r->control->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (sock < 0)
        return -1;
    (void)setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(sock, r->control, r->control_len) != 0 && errno != EINPROGRESS)
        return -1;
    return remit_fd_steal(&sock);
}

static void start_pair(struct relay *r, struct pair *pair, int *sock)
{
    const int on = 1;
    int control = connect_control(r);

    if (control < 0)
        return; /* the container sees its connection closed */
    (void)setsockopt(*sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    side_start(&pair->side[0], remit_fd_steal(sock));
    side_start(&pair->side[1], control);
    pair->used = true;
    pair->connecting = true;
    pair->moved_ms = remit_clock_boot_ms();
    r->n_pairs++;
    if (watch(r, EPOLL_CTL_ADD, pair->side[0].fd, 0, about(r, pair, 0), NULL) != 0 ||
        watch(r, EPOLL_CTL_ADD, pair->side[1].fd, 0, about(r, pair, 1), NULL) != 0 ||
        !watch_pair(r, pair))
        pair_close(r, pair);
}

static void on_listener(struct relay *r)
{
    struct pair *pair = free_pair(r);
    auto_fd int sock = -1;

    if (pair == NULL) {
        r->full = watch(r, EPOLL_CTL_MOD, r->listener, 0, ABOUT_LISTENER, NULL) == 0;
        return;
    }
    sock = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (sock >= 0)
        start_pair(r, pair, &sock);
}

static void sweep(struct relay *r)
{
    int64_t now = remit_clock_boot_ms();

    if (now - r->swept_ms < SWEEP_MS)
        return;
    r->swept_ms = now;
    for (size_t i = 0; i < RELAY_PAIRS; i++) {
        struct pair *pair = &r->pairs[i];
        int64_t most = pair->connecting ? RELAY_CONNECT_MS : RELAY_IDLE_MS;

        if (pair->used && now - pair->moved_ms > most)
            pair_close(r, pair);
    }
    if (r->full && watch(r, EPOLL_CTL_MOD, r->listener, EPOLLIN, ABOUT_LISTENER, NULL) == 0)
        r->full = false; /* by now there may be one to spare */
}

int relay_run(struct relay *relay, struct remit_err *err)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        int n = epoll_wait(relay->poll, events, EVENTS, relay->n_pairs > 0 ? SWEEP_MS : -1);

        if (n < 0 && errno != EINTR)
            return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "waiting for connections");
        for (int i = 0; i < n; i++) {
            uint32_t what = events[i].data.u32;

            if (what == ABOUT_LIFE)
                return 0;
            if (what == ABOUT_LISTENER)
                on_listener(relay);
            else
                on_pair(relay, &relay->pairs[what / 2], events[i].events, (int)(what % 2));
        }
        sweep(relay);
    }
}
