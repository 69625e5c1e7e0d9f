#ifndef IO_REMOTE_INTERNAL_H
#define IO_REMOTE_INTERNAL_H

#include <pthread.h>

#include <git2.h>
#include <git2/sys/transport.h>

#include "io/credential.h"
#include "io/git_url.h"
#include "io/http.h"
#include "io/remote.h"

/* Shared by remote.c, its three ways out, and by nobody else. */

/* What was learnt of one http origin or ssh host in this run. */
struct remote_host {
	struct remote_host *next;
	char name[GIT_HOST_MAX + 24]; /* "https://host:port" */
	bool no_short_cut; /* ls-refs without an introduction failed here */
	bool asked;	   /* for a credential: once is enough */
	bool settled;	   /* the helpers were told whether it was right */
	struct credential credential;
};

struct remotes {
	struct http *http;
	const char *const *schemes;
	size_t scheme_count;
	pthread_mutex_t lock;	/* of all below */
	pthread_mutex_t asking; /* held while a helper is asked */
	struct remote_host *hosts;
	char *ssh; /* OpenSSH's client; NULL until wanted */
};

/* One way out: http, ssh or file. */
struct remote_ops {
	int (*ls)(struct remote *r, const char *const *prefixes, size_t count,
		  struct remote_refs *out, struct err *err);
	/* HAVES are commits that REPO has and the other side may know */
	int (*fetch)(struct remote *r, struct repo *repo,
		     const struct oid *wants, size_t count,
		     const struct oid *haves, size_t have_count,
		     uint64_t *received, struct err *err);
	int (*push)(struct remote *r, struct repo *repo,
		    const char *const *refspecs, size_t count, struct err *err);
	void (*close)(struct remote *r);
};
extern const struct remote_ops remote_http_ops;
extern const struct remote_ops remote_ssh_ops;
extern const struct remote_ops remote_file_ops;

struct remote {
	struct remotes *all;
	const struct remote_ops *ops;
	struct git_url url;
	struct remote_limits limits;
	int64_t deadline_ms; /* 0: none */
	void *state;	     /* of the way out */
	struct err *err;     /* during a push: libgit2's callbacks report */
};

/* The entry of HOST, made when first asked for; NULL without memory. */
struct remote_host *remote_host(struct remotes *all, const char *name);

/* May a redirect, or a URL, have SCHEME? */
bool remotes_allow(const struct remotes *all, enum git_scheme scheme);

/*
 * Push through libgit2, over a stream of ours: git_push.c.
 *
 * TALK is how; NULL is libgit2's own way, for files.  It opens a stream for
 * each request (stateless) or one for all; what is written goes to the other
 * side, what is read comes from there; 0 bytes are the end.
 */
struct push_talk {
	bool stateless;
	/* INTRODUCE: the refs are asked for; else the push itself */
	int (*open)(struct remote *r, bool introduce, void **stream,
		    struct err *err);
	int (*write)(void *stream, const char *bytes, size_t len,
		     struct err *err);
	int (*read)(void *stream, char *bytes, size_t size, size_t *got,
		    struct err *err);
	void (*close)(void *stream);
};
int remote_push_through(struct remote *r, const struct push_talk *talk,
			struct repo *repo, const char *const *refspecs,
			size_t count, struct err *err);

#endif
