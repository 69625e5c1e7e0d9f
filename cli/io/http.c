#include "io/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/parse.h"
#include "base/vec.h"
#include "io/library.h"

enum {
	ORIGIN_MAX = 320,
	IDLE_MAX = 64, /* handles kept with their connections */
	CONNECT_S = 10,
	URL_HANDLE_CONNS = 2 /* connections one handle keeps */
};

/* A handle that keeps its connection to one origin. */
struct handle {
	CURL *easy;
	char origin[ORIGIN_MAX]; /* "https://host:port" */
};

struct http {
	CURLSH *share;
	pthread_mutex_t share_locks[CURL_LOCK_DATA_LAST];
	pthread_mutex_t lock;
	struct handle *idle; /* newest last */
	size_t idle_count;
	size_t idle_cap;
	unsigned connections;
};

/* What the callbacks of one transfer work on. */
struct transfer {
	const struct http_request *req;
	struct http_reply *reply;
	CURL *easy;
	struct err *err;
	uint64_t received;
	size_t text_len;
	int wanted; /* -1: not known before the first byte of the body */
	char why[CURL_ERROR_SIZE];
	char origin[ORIGIN_MAX];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode once_rc;

static void start(void)
{
	once_rc = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void share_lock(CURL *easy, curl_lock_data data, curl_lock_access access,
		       void *arg)
{
	struct http *h = arg;

	(void)easy;
	(void)access;
	pthread_mutex_lock(&h->share_locks[data]);
}

static void share_unlock(CURL *easy, curl_lock_data data, void *arg)
{
	struct http *h = arg;

	(void)easy;
	pthread_mutex_unlock(&h->share_locks[data]);
}

static int share_open(struct http *h)
{
	h->share = curl_share_init();
	if (!h->share)
		return -1;
	if (curl_share_setopt(h->share, CURLSHOPT_LOCKFUNC, share_lock) ||
	    curl_share_setopt(h->share, CURLSHOPT_UNLOCKFUNC, share_unlock) ||
	    curl_share_setopt(h->share, CURLSHOPT_USERDATA, h) ||
	    curl_share_setopt(h->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) ||
	    curl_share_setopt(h->share, CURLSHOPT_SHARE,
			      CURL_LOCK_DATA_SSL_SESSION))
		return -1;
	return 0;
}

int http_new(struct http **out, struct err *err)
{
	struct http *h;

	if (library_load(LIBRARY_CURL, err) < 0)
		return (int)err->code;
	pthread_once(&once, start);
	if (once_rc != CURLE_OK)
		return err_set(err, ERR_MISSING, "cannot start libcurl: %s",
			       curl_easy_strerror(once_rc));
	h = calloc(1, sizeof(*h));
	if (!h)
		return err_nomem(err);
	pthread_mutex_init(&h->lock, NULL);
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_init(&h->share_locks[i], NULL);
	if (share_open(h) < 0) {
		http_free(h);
		return err_nomem(err);
	}
	*out = h;
	return 0;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->idle_count; i++)
		curl_easy_cleanup(h->idle[i].easy);
	free(h->idle);
	if (h->share)
		curl_share_cleanup(h->share);
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_destroy(&h->share_locks[i]);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

unsigned http_connections(const struct http *h)
{
	return h->connections;
}

/* ---- handles */

/* "https://host:port" of URL, lower case, without a user; false if odd. */
static bool origin_of(const char *url, char out[ORIGIN_MAX])
{
	const char *host = strstr(url, "://");
	size_t len, skip, scheme;
	const char *at;

	if (!host)
		return false;
	scheme = (size_t)(host - url) + 3;
	host += 3;
	len = strcspn(host, "/?#\\");
	at = NULL;
	for (size_t i = 0; i < len; i++)
		at = host[i] == '@' ? host + i : at;
	skip = at ? (size_t)(at - host) + 1 : 0;
	if (len == skip || scheme + len - skip >= ORIGIN_MAX)
		return false;
	memcpy(out, url, scheme);
	memcpy(out + scheme, host + skip, len - skip);
	out[scheme + len - skip] = '\0';
	for (char *p = out; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	return true;
}

/* An idle handle that has spoken to ORIGIN, else any new one. */
static CURL *handle_take(struct http *h, const char *origin)
{
	CURL *easy = NULL;

	pthread_mutex_lock(&h->lock);
	for (size_t i = h->idle_count; i > 0 && !easy; i--) {
		if (strcmp(h->idle[i - 1].origin, origin) != 0)
			continue;
		easy = h->idle[i - 1].easy;
		memmove(&h->idle[i - 1], &h->idle[i],
			(h->idle_count - i) * sizeof(*h->idle));
		h->idle_count--;
	}
	pthread_mutex_unlock(&h->lock);
	return easy ? easy : curl_easy_init();
}

/* Put it back; the one that waited longest goes if there are too many. */
static void handle_give(struct http *h, CURL *easy, const char *origin)
{
	CURL *old = NULL;
	struct handle *grown;

	curl_easy_reset(easy); /* connections stay */
	pthread_mutex_lock(&h->lock);
	if (h->idle_count == IDLE_MAX) {
		old = h->idle[0].easy;
		memmove(&h->idle[0], &h->idle[1],
			(h->idle_count - 1) * sizeof(*h->idle));
		h->idle_count--;
	}
	grown = vec_grow(h->idle, &h->idle_cap, h->idle_count + 1,
			 sizeof(*grown));
	if (grown) {
		struct handle *slot = &grown[h->idle_count++];

		h->idle = grown;
		slot->easy = easy;
		snprintf(slot->origin, sizeof(slot->origin), "%s", origin);
		easy = NULL;
	}
	pthread_mutex_unlock(&h->lock);
	curl_easy_cleanup(old);
	curl_easy_cleanup(easy);
}

/* ---- what libcurl tells us */

static void type_of(CURL *easy, char *out, size_t size)
{
	char *type = NULL;
	size_t len;

	out[0] = '\0';
	if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type) || !type)
		return;
	len = strcspn(type, "; \t");
	snprintf(out, size, "%.*s", (int)len, type);
	for (char *p = out; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
}

/* Does the body go to the sink? */
static bool body_is_wanted(struct transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	type_of(t->easy, t->reply->content_type,
		sizeof(t->reply->content_type));
	return t->req->sink && status >= 200 && status < 300 &&
	       (!t->req->type ||
		strcmp(t->req->type, t->reply->content_type) == 0);
}

/* The first line of what a server says about a failure. */
static void keep_text(struct transfer *t, const char *bytes, size_t len)
{
	struct http_reply *r = t->reply;

	if (strcmp(r->content_type, "text/plain") != 0)
		return;
	for (size_t i = 0; i < len && t->text_len < sizeof(r->text) - 1; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\0')
			t->text_len = sizeof(r->text) - 1;
		else
			r->text[t->text_len++] = bytes[i];
	}
}

static size_t on_body(char *bytes, size_t one, size_t len, void *arg)
{
	struct transfer *t = arg;

	(void)one; /* always 1 */
	if (t->wanted < 0)
		t->wanted = body_is_wanted(t);
	t->received += len;
	if (t->req->max_bytes && t->received > t->req->max_bytes) {
		(void)err_set(t->err, ERR_LIMIT,
			      "'%s' sent more than %llu bytes", t->origin,
			      (unsigned long long)t->req->max_bytes);
		return 0;
	}
	if (!t->wanted)
		keep_text(t, bytes, len);
	else if (t->req->sink(t->req->ctx, bytes, len, t->err) < 0)
		return 0;
	return len;
}

/* ---- one request */

static struct curl_slist *header_list(const struct http_request *req, bool *ok)
{
	struct curl_slist *list = NULL;

	*ok = true;
	for (const char *const *p = req->headers; p && *p; p++) {
		struct curl_slist *grown = curl_slist_append(list, *p);

		*ok = *ok && grown;
		list = grown ? grown : list;
	}
	if (req->body) { /* no round trip for leave to send */
		struct curl_slist *grown = curl_slist_append(list, "Expect:");

		*ok = *ok && grown;
		list = grown ? grown : list;
	}
	return list;
}

static CURLcode set_limits(CURL *e, const struct http_request *req)
{
	CURLcode rc = 0;
	int64_t left = 0;

	if (req->deadline_ms) {
		left = req->deadline_ms - clock_monotonic_ms();
		left = left > 0 ? left : 1;
		rc |= curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)left);
	}
	rc |= curl_easy_setopt(
		e, CURLOPT_CONNECTTIMEOUT,
		(long)(req->connect_s ? req->connect_s : CONNECT_S));
	if (req->low_speed_s) {
		rc |= curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
		rc |= curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME,
				       (long)req->low_speed_s);
	}
	return rc;
}

static CURLcode set_body(CURL *e, const struct http_request *req)
{
	CURLcode rc = 0;

	if (req->body) {
		rc |= curl_easy_setopt(e, CURLOPT_POST, 1L);
		rc |= curl_easy_setopt(e, CURLOPT_POSTFIELDS, req->body);
		rc |= curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
				       (curl_off_t)req->body_len);
	}
	if (req->method)
		rc |= curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, req->method);
	if (req->user && req->password) {
		rc |= curl_easy_setopt(e, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		rc |= curl_easy_setopt(e, CURLOPT_USERNAME, req->user);
		rc |= curl_easy_setopt(e, CURLOPT_PASSWORD, req->password);
	}
	return rc;
}

static CURLcode set_common(struct http *h, struct transfer *t)
{
	const char *authorities = getenv("SSL_CERT_FILE");
	CURL *e = t->easy;
	CURLcode rc = 0;

	rc |= curl_easy_setopt(e, CURLOPT_SHARE, h->share);
	rc |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	rc |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	rc |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	rc |= curl_easy_setopt(e, CURLOPT_URL, t->req->url);
	rc |= curl_easy_setopt(e, CURLOPT_USERAGENT, "cohort");
	rc |= curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip");
	rc |= curl_easy_setopt(e, CURLOPT_MAXCONNECTS, (long)URL_HANDLE_CONNS);
	rc |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->why);
	rc |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	rc |= curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	if (authorities && *authorities)
		rc |= curl_easy_setopt(e, CURLOPT_CAINFO, authorities);
	return rc;
}

static bool time_is_over(const struct http_request *req)
{
	return req->deadline_ms && clock_monotonic_ms() >= req->deadline_ms;
}

/*
 * libcurl has one code for three reasons.  Its clock may end a transfer some
 * milliseconds before ours, so silence is blamed only where there was time for
 * it.
 */
static int timed_out(const struct transfer *t, struct err *err)
{
	curl_off_t connected = 0, lasted_us = 0;
	bool over = time_is_over(t->req);

	curl_easy_getinfo(t->easy, CURLINFO_CONNECT_TIME_T, &connected);
	curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &lasted_us);
	if (!over && !connected)
		return err_set(err, ERR_NET, "'%s' does not answer", t->origin);
	if (over || lasted_us / 1000000 < (curl_off_t)t->req->low_speed_s)
		return err_set(err, ERR_NET, "'%s' did not finish in time",
			       t->origin);
	return err_set(err, ERR_NET, "'%s' sent nothing for %u s", t->origin,
		       t->req->low_speed_s);
}

/* Why there was no answer, in words for people. */
static int failed(struct transfer *t, CURLcode rc, struct err *err)
{
	const char *why = t->why[0] ? t->why : curl_easy_strerror(rc);

	if (err->code) /* the sink, or a limit */
		return err->code;
	switch (rc) {
	case CURLE_OUT_OF_MEMORY:
		return err_nomem(err);
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(err, ERR_NET, "no such host: '%s'", t->origin);
	case CURLE_COULDNT_CONNECT:
		return err_set(err, ERR_NET, "cannot connect to '%s'",
			       t->origin);
	case CURLE_OPERATION_TIMEDOUT:
		return timed_out(t, err);
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_set(err, ERR_NET,
			       "the certificate of '%s' is not trusted: %s",
			       t->origin, why);
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		t->reply->lost = t->received == 0;
		return err_set(err, ERR_NET, "'%s' closed the connection",
			       t->origin);
	default:
		return err_set(err, ERR_NET, "'%s': %s", t->origin, why);
	}
}

static void read_reply(struct transfer *t)
{
	struct http_reply *r = t->reply;
	curl_off_t retry = 0;
	char *to = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &r->status);
	type_of(t->easy, r->content_type, sizeof(r->content_type));
	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to);
	if (to && strlen(to) < sizeof(r->location))
		snprintf(r->location, sizeof(r->location), "%s", to);
	curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry);
	r->retry_after_s =
		retry > 0 && retry < UINT32_MAX ? (uint32_t)retry : 0;
}

static int transfer_run(struct http *h, struct transfer *t, struct err *err)
{
	struct curl_slist *headers;
	CURLcode rc;
	long opened = 0;
	bool ok;

	headers = header_list(t->req, &ok);
	rc = ok ? 0 : CURLE_OUT_OF_MEMORY;
	rc |= set_common(h, t);
	rc |= set_limits(t->easy, t->req);
	rc |= set_body(t->easy, t->req);
	rc |= curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, headers);
	if (rc != CURLE_OK)
		(void)err_nomem(err);
	else if ((rc = curl_easy_perform(t->easy)) != CURLE_OK)
		(void)failed(t, rc, err);
	read_reply(t);
	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &opened);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	pthread_mutex_lock(&h->lock);
	h->connections += (unsigned)opened;
	pthread_mutex_unlock(&h->lock);
	return err->code;
}

int http_perform(struct http *h, const struct http_request *req,
		 struct http_reply *reply, struct err *err)
{
	struct transfer t = { .req = req, .reply = reply, .err = err };

	memset(reply, 0, sizeof(*reply));
	t.wanted = -1;
	if (strncasecmp(req->url, "http://", 7) != 0 &&
	    strncasecmp(req->url, "https://", 8) != 0)
		return err_set(err, ERR_UNSAFE, "not an http URL: '%s'",
			       req->url);
	if (strlen(req->url) >= HTTP_URL_MAX || !origin_of(req->url, t.origin))
		return err_set(err, ERR_UNSAFE, "bad URL '%s'", req->url);
	if (time_is_over(req))
		return err_set(err, ERR_NET, "'%s' did not finish in time",
			       t.origin);
	t.easy = handle_take(h, t.origin);
	if (!t.easy)
		return err_nomem(err);
	(void)transfer_run(h, &t, err);
	handle_give(h, t.easy, t.origin);
	return err->code;
}
