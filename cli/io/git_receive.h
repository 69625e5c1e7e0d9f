#ifndef IO_GIT_RECEIVE_H
#define IO_GIT_RECEIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "io/git.h"

struct err;

/*
 * A pack from outside on its way into a repository.  It is indexed while it
 * comes in, invisible to readers, and put in place when it is whole and every
 * hash is right; and it is taken away again if anything that its objects lead
 * to is missing.  One thread at a time.
 */
struct pack_receiver;

/* MAX_BYTES 0: no limit; DEADLINE_MS of clock_monotonic_ms(), 0: none. */
int pack_receiver_new(struct repo *repo, uint64_t max_bytes,
		      int64_t deadline_ms, struct pack_receiver **out,
		      struct err *err);

/* ERR_LIMIT, ERR_FORMAT, ERR_NET when the deadline has passed. */
int pack_receiver_add(struct pack_receiver *w, const void *bytes, size_t len,
		      struct err *err);

/*
 * The pack was all of it: TIPS must have come, with all that they lead to but
 * what the commits KNOWN lead to.
 */
int pack_receiver_finish(struct pack_receiver *w, const struct oid *tips,
			 size_t count, const struct oid *known,
			 size_t known_count, struct err *err);

uint64_t pack_receiver_received(const struct pack_receiver *w);

/* Takes an unfinished pack away.  Accepts NULL. */
void pack_receiver_free(struct pack_receiver *w);
AUTO_DEFINE(struct pack_receiver *, pack_receiver_free)

#endif
