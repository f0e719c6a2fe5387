/*
 * journal.h - what the keeper must remember, in one file that only grows: sealed records, appended
 * and forced to the disk before they are acknowledged.
 *
 * A record is its length (u32, little-endian) and an AES-256-GCM seal whose additional data is the
 * record's number: none can be altered, left out or put elsewhere. A kill or a power cut may leave
 * the last record half written; nobody was told of it, and it is dropped. So is nothing else: a
 * record in the middle that does not open is damage, and the journal does not open.
 *
 * What it can't show is that the whole file is an older one. Whoever can put one back has the disk.
 *
 * After opening, appending is all that is needed: no file is opened, made or renamed again.
 *
 * Errors: INTERNAL "KeeperStateDamaged"; UNAVAILABLE when the disk is full.
 */
#pragma once

#include <stdint.h>

#include <remit/err.h>
#include <remit/secret.h>
#include <remit/str.h>

#include "common/base/buf.h"

#define KEEPER_RECORD_MAX 60000 /* bytes of a record's text */

struct keeper_journal {
    int fd;
    uint64_t records;               /* written; the next one's number */
    int64_t bytes;                  /* of the file that hold whole records */
    const struct remit_secret *key; /* borrowed */
};

void keeper_journal_drop(struct keeper_journal *journal);

/* Hands each record's text to apply, in order. A file that is not there has none. */
typedef int keeper_journal_apply(void *self, struct remit_str record, struct remit_err *err);
int keeper_journal_read(const char *path, const struct remit_secret *key,
                        keeper_journal_apply *apply, void *self,
                        struct remit_err *err) REMIT_MUST_USE;
/* Adds a record to a journal that is being written anew, in *file. */
int keeper_journal_put(const struct remit_secret *key, uint64_t number, struct remit_str record,
                       struct remit_buf *file, struct remit_err *err) REMIT_MUST_USE;
/* Puts that file (of so many records) in the place of the old one and opens it for appending. */
int keeper_journal_replace(const char *path, const struct remit_secret *key, struct remit_str file,
                           uint64_t records, struct keeper_journal *out,
                           struct remit_err *err) REMIT_MUST_USE;
/* On the disk when it returns 0; nothing of it is there when it returns -1. */
int keeper_journal_append(struct keeper_journal *journal, struct remit_str record,
                          struct remit_err *err) REMIT_MUST_USE;
