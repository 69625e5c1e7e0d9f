#ifndef IO_REMOTE_H
#define IO_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/git.h"

struct err;

/*
 * A student's repository on the other side of a URL: ask for its refs, fetch,
 * push.  The URL and all that comes from it is hostile.  http and https go
 * through our libcurl client (time-outs, low-speed limit, size limit, redirects
 * only of the first request and never with a credential to another host); ssh
 * starts OpenSSH in batch mode; file is libgit2's own.  Nothing ever prompts.
 * Credentials come from the ssh agent and git's helpers, only where
 * `credentials` is set, and never reach argv, logs or the disk.
 *
 * What the conversations of one run share is a struct remotes: connections and
 * TLS sessions, what was learnt of each host, credentials.  Any number of
 * threads may use one at once.
 */
struct remotes;

/*
 * SCHEMES ("https", "ssh", ...; borrowed) are those that a URL, and a redirect
 * of it, may have.
 */
int remotes_new(const char *const *schemes, size_t count, struct remotes **out,
		struct err *err);
void remotes_free(struct remotes *all);
AUTO_DEFINE(struct remotes *, remotes_free)

/* How many http connections were opened. */
unsigned remotes_connections(const struct remotes *all);

struct remote_limits {
	uint64_t max_bytes;   /* received in one fetch; 0: no limit */
	size_t max_refs;      /* seen in one listing; 0: no limit */
	uint32_t timeout_s;   /* the whole conversation; 0: no limit */
	uint32_t low_speed_s; /* silence; 0: until timeout_s */
	bool credentials;     /* may ask the agent and git's helpers */
};

/*
 * ERR_UNSAFE with the reason for a URL with another scheme than those listed,
 * a leading '-', control characters, an embedded password, or no host.  A
 * plain path and scp's host:path form count as "file" and "ssh".
 */
int remote_url_check(const char *url, const char *const *schemes, size_t count,
		     struct err *err);

/*
 * The host that URL asks, in OUT, lower case; "" for one on this machine:
 * files, localhost and loopback addresses.  For limits per host.
 */
enum {
	REMOTE_HOST_SIZE = 256
};
void remote_url_host(const char *url, char out[REMOTE_HOST_SIZE]);

/*
 * A conversation with one repository, that ends timeout_s after it was opened
 * whatever the other side does.  Opening checks the URL and sends nothing.
 * One thread at a time.
 */
struct remote;

int remote_open(struct remotes *all, const char *url,
		const struct remote_limits *limits, struct remote **out,
		struct err *err);
void remote_free(struct remote *r);
AUTO_DEFINE(struct remote *, remote_free)

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
 * The refs that begin with one of COUNT prefixes; all if COUNT is 0.  A server
 * of protocol 2 does not even send the others.
 * ERR_NOT_FOUND: no such repository; ERR_NET: everything else out there;
 * ERR_LIMIT: more than max_refs; ERR_FORMAT: the answer is not git's.
 */
int remote_ls(struct remote *r, const char *const *prefixes, size_t count,
	      struct remote_refs *out, struct err *err);

/*
 * Bring the COUNT objects WANTS, as remote_ls() showed them, and all that they
 * need into REPO, in one pack that is checked to be whole.  No ref is written:
 * that is the caller's, and what no ref leads to is asked for again.  What
 * REPO's refs lead to is not.  *RECEIVED, where not NULL, is the bytes of the
 * pack. ERR_LIMIT: more than max_bytes; ERR_FORMAT: damaged, or not all of it.
 */
int remote_fetch(struct remote *r, struct repo *repo, const struct oid *wants,
		 size_t count, uint64_t *received, struct err *err);

/*
 * Push REFSPECS ("refs/tags/x:refs/tags/x").  Never forces.  ERR_REFUSED with
 * the server's words if a ref is rejected.
 */
int remote_push(struct remote *r, struct repo *repo,
		const char *const *refspecs, size_t count, struct err *err);

#endif
