#ifndef IO_GIT_COMPLETE_H
#define IO_GIT_COMPLETE_H

#include <stddef.h>
#include <stdint.h>

#include "io/git.h"

struct err;

/*
 * Is everything here that COUNT objects TIPS lead to: tags, commits, trees and
 * blobs, each of the kind that it is said to be?  What the commits KNOWN lead
 * to is, and is not looked at again.  ERR_FORMAT: something is missing;
 * ERR_NET: DEADLINE_MS, of clock_monotonic_ms(), has passed (0: none).
 */
int repo_check_complete(struct repo *r, const struct oid *tips, size_t count,
			const struct oid *known, size_t known_count,
			int64_t deadline_ms, struct err *err);

#endif
