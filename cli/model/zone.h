#ifndef MODEL_ZONE_H
#define MODEL_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"

struct err;

/*
 * A time zone: when its civil time differs from UTC by how much.  Read from
 * the bytes of a TZif file (RFC 9636, versions 1 to 4), so that no process-wide
 * zone is ever set and tests can bring rules of their own.  Immutable; any
 * thread.
 */
struct zone;

enum {
	ZONE_NAME_MAX = 64
};

/* NAME is the IANA name that people know it by. */
int zone_read(const char *name, const void *bytes, size_t len,
	      struct zone **out, struct err *err);
void zone_free(struct zone *z);
AUTO_DEFINE(struct zone *, zone_free)

const char *zone_name(const struct zone *z);

/* Seconds east of UTC at instant T. */
int32_t zone_offset(const struct zone *z, int64_t t);

/* What the wall clock shows at instant T. */
struct civil zone_local(const struct zone *z, int64_t t);

/*
 * The instants at which the wall clock shows C: 1 as a rule, 0 when the clock
 * jumps over it, 2 when it shows it twice.  In order, in OUT.  Nothing is
 * guessed: the caller decides what a missing or doubtful hour means.
 */
int zone_instants(const struct zone *z, const struct civil *c, int64_t out[2]);

#endif
