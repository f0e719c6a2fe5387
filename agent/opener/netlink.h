/*
 * netlink.h - the few rtnetlink requests that a listener's link needs, one function each.
 *
 * A request goes out on a socket that was opened inside some network namespace and acts there;
 * each waits for the kernel's acknowledgement. Nothing is parsed but acknowledgements and the
 * index of a link. Sources: rtnetlink(7), linux/rtnetlink.h, linux/if_link.h.
 *
 * Errors: CONFLICT when it is there already (EEXIST), NOT_FOUND without such a link (ENODEV),
 *         INTERNAL with the errno for all else; the text names the request.
 */
#pragma once

#include <netinet/in.h>

#include <remit/err.h>

/* A NETLINK_ROUTE socket in the caller's current network namespace. */
int opener_netlink_open(int *out, struct remit_err *err) REMIT_MUST_USE;
/*
 * A pair of links: `name` in the socket's namespace, `peer_name` in the namespace `peer_netns`.
 */
int opener_netlink_veth(int sock, const char *name, int peer_netns, const char *peer_name,
                        struct remit_err *err) REMIT_MUST_USE;
int opener_netlink_index(int sock, const char *name, int *out,
                         struct remit_err *err) REMIT_MUST_USE;
/* Before it is up: the link makes itself no IPv6 address. */
int opener_netlink_no_ipv6(int sock, int index, struct remit_err *err) REMIT_MUST_USE;
int opener_netlink_up(int sock, int index, struct remit_err *err) REMIT_MUST_USE;
int opener_netlink_down(int sock, int index, struct remit_err *err) REMIT_MUST_USE;
int opener_netlink_remove(int sock, const char *name, struct remit_err *err) REMIT_MUST_USE;
int opener_netlink_address(int sock, int index, struct in_addr address, unsigned prefix_bits,
                           struct remit_err *err) REMIT_MUST_USE;
/* Everything sent to that one address is dropped and answered "unreachable". Repeatable. */
int opener_netlink_blackhole4(int sock, struct in_addr address,
                              struct remit_err *err) REMIT_MUST_USE;
/* The same for IPv6; a kernel without IPv6 has nothing to block, which is success. */
int opener_netlink_blackhole6(int sock, struct in6_addr address,
                              struct remit_err *err) REMIT_MUST_USE;
