#ifndef IO_REMOTE_H
#define IO_REMOTE_H

#include <stddef.h>
#include <stdint.h>

#include "io/git.h"

/*
 * A student's repository on the other side of a URL: ask for its refs, fetch,
 * push.  The URL is hostile until remote_url_check() passed it.  http and
 * https go through our libcurl transport (time-outs, low-speed limit, size
 * limit, redirects only to start with and never with a credential to another
 * host); ssh starts OpenSSH in batch mode; file is libgit2's own.  Nothing
 * ever prompts.  Credentials come from the ssh agent and git's helpers, only
 * where CREDENTIALS is set, and never reach argv, logs or the disk.
 *
 * Every call ends within timeout_s, also when the server says nothing.  All
 * may run on many threads at once, one struct repo a thread.
 */
struct remote_limits {
	uint64_t max_bytes;   /* received in one fetch; 0: no limit */
	size_t max_refs;      /* advertised; 0: no limit */
	uint32_t timeout_s;   /* whole call */
	uint32_t low_speed_s; /* silence */
	bool credentials;     /* may ask the agent and git's helpers */
};

/*
 * ERR_UNSAFE with the reason for a URL with another scheme than those listed,
 * a leading '-', control characters, an embedded password, or no host.  A
 * plain path and scp's host:path form count as "file" and "ssh".
 */
int remote_url_check(const char *url, const char *const *schemes, size_t count,
		     struct err *err);

struct remote_ref {
	char *name; /* "refs/tags/artifact_01/v0.1.0" */
	struct oid oid;
	struct oid peeled; /* what an annotated tag points at; else zero */
};

struct remote_refs {
	struct remote_ref *items;
	size_t count;
};
void remote_refs_release(struct remote_refs *refs);
AUTO_RELEASE(struct remote_refs, remote_refs_release)

/*
 * The refs that URL advertises, only those that begin with PREFIX.
 * ERR_NOT_FOUND: no such repository; ERR_NET: everything else out there;
 * ERR_LIMIT: more than max_refs.
 */
int remote_ls(const char *url, const char *prefix,
	      const struct remote_limits *limits, struct remote_refs *out,
	      struct err *err);

/*
 * Fetch what REFSPECS name ("+refs/tags/x:refs/tags/x") into R.  No other tags
 * follow, no remote is configured, FETCH_HEAD is not written.
 */
int remote_fetch(struct repo *r, const char *url, const char *const *refspecs,
		 size_t count, const struct remote_limits *limits,
		 uint64_t *received, struct err *err);

/* Never forces.  ERR_REFUSED with the server's words if a ref is rejected. */
int remote_push(struct repo *r, const char *url, const char *const *refspecs,
		size_t count, const struct remote_limits *limits,
		struct err *err);

#endif
