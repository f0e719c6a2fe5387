#include "agent/opener/netlink.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "common/os/fd.h"

#define REQUEST_MAX 1024

/* One request under construction; attributes are appended behind the header. */
struct request {
    union {
        struct nlmsghdr header;
        char bytes[REQUEST_MAX];
    };
    const char *what; /* for sentences */
};

static void request_start(struct request *req, const char *what, uint16_t type, uint16_t flags)
{
    memset(req, 0, sizeof(*req));
    req->what = what;
    req->header.nlmsg_len = NLMSG_HDRLEN;
    req->header.nlmsg_type = type;
    req->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    req->header.nlmsg_seq = 1;
}

static void *request_put(struct request *req, const void *bytes, size_t len)
{
    size_t at = NLMSG_ALIGN(req->header.nlmsg_len);

    REMIT_REQUIRE(at + NLMSG_ALIGN(len) <= sizeof(req->bytes));
    if (len > 0)
        memcpy(req->bytes + at, bytes, len);
    req->header.nlmsg_len = (uint32_t)(at + NLMSG_ALIGN(len));
    return req->bytes + at;
}

static struct rtattr *attr_put(struct request *req, uint16_t type, const void *bytes, size_t len)
{
    struct rtattr head = { .rta_len = (uint16_t)RTA_LENGTH(len), .rta_type = type };
    struct rtattr *at = request_put(req, &head, sizeof(head));

    if (len > 0)
        request_put(req, bytes, len);
    return at;
}

static struct rtattr *nest_start(struct request *req, uint16_t type)
{
    return attr_put(req, type, NULL, 0);
}

static void nest_end(struct request *req, struct rtattr *nest)
{
    nest->rta_len = (uint16_t)(req->bytes + req->header.nlmsg_len - (char *)nest);
}

static int answer_error(const struct request *req, int os, struct remit_err *err)
{
    if (os == EEXIST)
        return remit_fail_os(err, REMIT_ERR_CONFLICT, os, "%s", req->what);
    if (os == ENODEV)
        return remit_fail_os(err, REMIT_ERR_NOT_FOUND, os, "%s", req->what);
    return remit_fail_os(err, REMIT_ERR_INTERNAL, os, "%s", req->what);
}

/* Sends, and reads until the acknowledgement. *index is of the link that was answered, if any. */
static int request_call(int sock, struct request *req, int *index, struct remit_err *err)
{
    union {
        struct nlmsghdr header;
        char bytes[8192];
    } in;

    if (send(sock, req->bytes, req->header.nlmsg_len, 0) < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "%s: send", req->what);
    for (;;) {
        ssize_t n = recv(sock, in.bytes, sizeof(in.bytes), 0);
        unsigned left = n < 0 ? 0 : (unsigned)n;

        if (n < 0)
            return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "%s: receive", req->what);
        for (struct nlmsghdr *h = &in.header; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
            if (h->nlmsg_type == RTM_NEWLINK && index != NULL)
                *index = ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_index;
            if (h->nlmsg_type != NLMSG_ERROR)
                continue;
            int os = -((struct nlmsgerr *)NLMSG_DATA(h))->error;
            return os == 0 ? 0 : answer_error(req, os, err);
        }
    }
}

int opener_netlink_open(int *out, struct remit_err *err)
{
    auto_fd int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (sock == -1)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "netlink socket");
    *out = remit_fd_steal(&sock);
    return 0;
}

/* The listener speaks IPv4 alone; fe80 addresses would only be more to reach. */
static void put_no_ipv6_address(struct request *req)
{
    const uint8_t none = IN6_ADDR_GEN_MODE_NONE;
    struct rtattr *spec = nest_start(req, IFLA_AF_SPEC);
    struct rtattr *inet6 = nest_start(req, AF_INET6);

    attr_put(req, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof(none));
    nest_end(req, inet6);
    nest_end(req, spec);
}

int opener_netlink_veth(int sock, const char *name, int peer_netns, const char *peer_name,
                        struct remit_err *err)
{
    const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
    const uint32_t peer_fd = (uint32_t)peer_netns;
    struct request req;

    request_start(&req, "make a veth pair", RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    request_put(&req, &any, sizeof(any));
    attr_put(&req, IFLA_IFNAME, name, strlen(name) + 1);
    struct rtattr *info = nest_start(&req, IFLA_LINKINFO);
    attr_put(&req, IFLA_INFO_KIND, "veth", 4);
    struct rtattr *data = nest_start(&req, IFLA_INFO_DATA);
    struct rtattr *peer = nest_start(&req, VETH_INFO_PEER);
    request_put(&req, &any, sizeof(any));
    attr_put(&req, IFLA_IFNAME, peer_name, strlen(peer_name) + 1);
    attr_put(&req, IFLA_NET_NS_FD, &peer_fd, sizeof(peer_fd));
    nest_end(&req, peer);
    nest_end(&req, data);
    nest_end(&req, info);
    return request_call(sock, &req, NULL, err);
}

int opener_netlink_index(int sock, const char *name, int *out, struct remit_err *err)
{
    const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
    struct request req;

    *out = 0;
    request_start(&req, "find a link", RTM_GETLINK, 0);
    request_put(&req, &any, sizeof(any));
    attr_put(&req, IFLA_IFNAME, name, strlen(name) + 1);
    TRY(request_call(sock, &req, out, err));
    if (*out == 0)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchLink", "link %s has no index", name);
    return 0;
}

static int set_flags(int sock, int index, const char *what, unsigned flags, struct remit_err *err)
{
    const struct ifinfomsg link = {
        .ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = flags, .ifi_change = IFF_UP
    };
    struct request req;

    request_start(&req, what, RTM_NEWLINK, 0);
    request_put(&req, &link, sizeof(link));
    return request_call(sock, &req, NULL, err);
}

int opener_netlink_up(int sock, int index, struct remit_err *err)
{
    return set_flags(sock, index, "set a link up", IFF_UP, err);
}

int opener_netlink_down(int sock, int index, struct remit_err *err)
{
    return set_flags(sock, index, "set a link down", 0, err);
}

/* Without IPv6 in the kernel or on a link there is nothing to keep off: not a failure. */
static int without_ipv6(int result, const struct remit_err *why, struct remit_err *err)
{
    if (result == 0 || why->os == EAFNOSUPPORT || why->os == EOPNOTSUPP)
        return 0;
    if (err != NULL)
        *err = *why;
    return -1;
}

int opener_netlink_no_ipv6(int sock, int index, struct remit_err *err)
{
    const struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = index };
    struct remit_err why = { 0 };
    struct request req;

    request_start(&req, "keep a link without IPv6 addresses", RTM_NEWLINK, 0);
    request_put(&req, &link, sizeof(link));
    put_no_ipv6_address(&req);
    return without_ipv6(request_call(sock, &req, NULL, &why), &why, err);
}

int opener_netlink_remove(int sock, const char *name, struct remit_err *err)
{
    const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
    struct request req;

    request_start(&req, "remove a link", RTM_DELLINK, 0);
    request_put(&req, &any, sizeof(any));
    attr_put(&req, IFLA_IFNAME, name, strlen(name) + 1);
    return request_call(sock, &req, NULL, err);
}

int opener_netlink_address(int sock, int index, struct in_addr address, unsigned prefix_bits,
                           struct remit_err *err)
{
    const struct ifaddrmsg head = {
        .ifa_family = AF_INET,
        .ifa_prefixlen = (uint8_t)prefix_bits,
        .ifa_scope = RT_SCOPE_LINK,
        .ifa_index = (uint32_t)index,
    };
    struct request req;

    request_start(&req, "add an address", RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
    request_put(&req, &head, sizeof(head));
    attr_put(&req, IFA_LOCAL, &address, sizeof(address));
    attr_put(&req, IFA_ADDRESS, &address, sizeof(address));
    return request_call(sock, &req, NULL, err);
}

static int blackhole(int sock, uint8_t family, const void *address, size_t len,
                     struct remit_err *err)
{
    const struct rtmsg head = {
        .rtm_family = family,
        .rtm_dst_len = (uint8_t)(len * 8),
        .rtm_table = RT_TABLE_MAIN,
        .rtm_protocol = RTPROT_STATIC,
        .rtm_scope = RT_SCOPE_UNIVERSE,
        .rtm_type = RTN_BLACKHOLE,
    };
    struct request req;

    request_start(&req, "add a blackhole route", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
    request_put(&req, &head, sizeof(head));
    attr_put(&req, RTA_DST, address, len);
    return request_call(sock, &req, NULL, err);
}

int opener_netlink_blackhole4(int sock, struct in_addr address, struct remit_err *err)
{
    return blackhole(sock, AF_INET, &address, sizeof(address), err);
}

int opener_netlink_blackhole6(int sock, struct in6_addr address, struct remit_err *err)
{
    struct remit_err why = { 0 };
    int result = blackhole(sock, AF_INET6, &address, sizeof(address), &why);

    return without_ipv6(result, &why, err);
}
