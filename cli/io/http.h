#ifndef IO_HTTP_H
#define IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct err;

/*
 * HTTP through libcurl, for git and for registries.
 *
 * A struct http is what requests share: connections that are kept open for the
 * next request to the same host, answers of the name service and TLS sessions.
 * Any number of threads may use one at once; each request has a handle of its
 * own for as long as it lasts, because libcurl's shared connection cache is
 * not safe between threads (libcurl 7.88, CURLSHOPT_SHARE).
 *
 * Only http and https, HTTP/1.1 or HTTP/2; redirects are reported, never
 * followed, so that whoever asked decides where a credential may go; nothing is
 * read from ~/.netrc; proxies come from the environment as usual.  The
 * environment's SSL_CERT_FILE replaces the system's list of authorities.
 */
struct http;

int http_new(struct http **out, struct err *err);
void http_free(struct http *h);
AUTO_DEFINE(struct http *, http_free)

enum {
	HTTP_URL_MAX = 2048, /* with the NUL */
	HTTP_TEXT_MAX = 256
};

/*
 * Bytes of a body, decompressed, as they come.  A negative result, with ERR
 * set, ends the transfer and is what http_perform() returns.
 */
typedef int http_sink(void *ctx, const char *bytes, size_t len,
		      struct err *err);

struct http_request {
	const char *url;
	const char *method;	    /* NULL: GET, or POST if there is a body */
	const char *const *headers; /* "Accept: x"; NULL-terminated, or NULL */
	const void *body;
	size_t body_len;
	const char *user; /* with password: sent at once, to this host only */
	const char *password;
	int64_t deadline_ms;  /* of clock_monotonic_ms(); 0: none */
	uint32_t connect_s;   /* 0: 10 s */
	uint32_t low_speed_s; /* silence that ends it; 0: until the deadline */
	uint64_t max_bytes;   /* of the body; 0: no limit (ERR_LIMIT) */
	const char *type;     /* only a body of this type goes to the sink */
	http_sink *sink;      /* for a status of 2xx; NULL: it is dropped */
	void *ctx;
};

struct http_reply {
	long status; /* 0: none came; one may have come before a failure */
	char content_type[128];	     /* without parameters, lower case */
	char location[HTTP_URL_MAX]; /* where a redirect points, absolute */
	uint32_t retry_after_s;	     /* 0: not said */
	char text[HTTP_TEXT_MAX];    /* begin of a plain-text error body */
	bool lost;		     /* failed: the connection was reset */
};

/*
 * One request and its whole answer.  0 when there was an answer, whatever its
 * status.  ERR_NET: there was none, and the message names the host and why;
 * ERR_LIMIT: the body is too large; ERR_UNSAFE: another scheme.
 */
int http_perform(struct http *h, const struct http_request *req,
		 struct http_reply *reply, struct err *err);

/* How many connections were opened so far: what the tests of reuse look at. */
unsigned http_connections(const struct http *h);

#endif
