#ifndef IO_GIT_HTTP_H
#define IO_GIT_HTTP_H

#include "io/git_url.h"
#include "io/http.h"

struct err;
struct remote;
struct remote_host;

/*
 * git over http (gitprotocol-http(5)): what redirects, logins and busy servers
 * need, in one place.  ls, fetch and push are made of it in git_http_ops.c.
 */
enum {
	GIT_HTTP_BASE_MAX = GIT_URL_MAX + 300
};

/* What one conversation has learnt. */
struct git_http {
	char base[GIT_HTTP_BASE_MAX]; /* the repository, after redirects */
	struct remote_host *host;
	bool foreign;	/* redirected to another host: no credential there */
	bool plain_way; /* the last answer may be another, asked plainly */
	bool known;	/* caps are */
	unsigned caps;
};

int git_http_state(struct remote *r, struct git_http **out, struct err *err);

/* One request to a git server. */
struct git_ask {
	const char *service; /* "git-upload-pack", "git-receive-pack" */
	bool introduce;	     /* GET info/refs; may be redirected */
	bool v2;	     /* speak protocol 2 */
	const void *body;
	size_t body_len;
	uint64_t max_bytes;
	http_sink *sink;
	void *ctx;
};

/*
 * Send it, again with a credential if one is wanted and may be used, again
 * after a pause if the server is busy.  0: a good answer went to the sink.
 * ERR_NOT_FOUND: there is no such repository.
 */
int git_http_send(struct remote *r, const struct git_ask *ask, struct err *err);

#endif
