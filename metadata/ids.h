/*
 * ids.h - the user ids that workers and relays run as.
 *
 * A worker's uid and gid are METADATA_UID_FIRST + its process id: no two living workers share one,
 * none is a user's, a service's or a container's (they lie above systemd's range for containers
 * and below 2^31), and nothing has to be created or remembered. Process ids are below 2^22.
 */
#pragma once

#define METADATA_UID_FIRST 2113929216U /* 0x7e000000 */
