#include "io/git_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "io/remote_internal.h"

enum {
	REDIRECTS_MAX = 4,
	RETRIES_MAX = 2
};

int git_http_state(struct remote *r, struct git_http **out, struct err *err)
{
	struct git_http *g = r->state;
	struct git_url origin = r->url;
	char name[GIT_HTTP_BASE_MAX];

	if (!g) {
		g = calloc(1, sizeof(*g));
		if (!g)
			return err_nomem(err);
		r->state = g;
		git_url_http(&r->url, g->base);
		origin.path[0] = '\0';
		git_url_http(&origin, name);
		g->host = remote_host(r->all, name);
	}
	if (!g->host)
		return err_nomem(err);
	*out = g;
	return 0;
}

/* ---- logins */

/* What `git credential` calls a host: with its port. */
static void host_name(const struct git_url *u, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", u->host, u->port[0] ? ":" : "", u->port);
}

/* A password goes out encrypted, or not out of this machine. */
static bool may_log_in(const struct remote *r, const struct git_http *g)
{
	return r->limits.credentials && !g->foreign &&
	       (r->url.scheme == GIT_HTTPS ||
		git_host_is_loopback(r->url.host));
}

/* Ask the helpers, once for each host of a run. */
static int log_in(struct remote *r, struct git_http *g, struct err *err)
{
	struct credential found = { 0 };
	struct err why = { 0 };
	char host[GIT_HOST_MAX + 8];
	bool asked;

	if (!may_log_in(r, g))
		return err_set(err, ERR_NET, "'%s' asks for a login", g->base);
	host_name(&r->url, host, sizeof(host));
	pthread_mutex_lock(&r->all->asking);
	pthread_mutex_lock(&r->all->lock);
	asked = g->host->asked;
	pthread_mutex_unlock(&r->all->lock);
	if (!asked)
		(void)credential_ask(git_scheme_name(r->url.scheme), host, NULL,
				     r->url.user, &found, &why);
	pthread_mutex_lock(&r->all->lock);
	if (!asked) {
		g->host->asked = true;
		g->host->credential = found; /* handed over */
	}
	asked = g->host->credential.password != NULL;
	pthread_mutex_unlock(&r->all->lock);
	pthread_mutex_unlock(&r->all->asking);
	if (why.code == ERR_MISSING)
		return err_set(err, ERR_MISSING, "%s", why.msg);
	if (!asked)
		return err_set(
			err, ERR_NET,
			"'%s' asks for a login, and no credential helper "
			"has one",
			g->base);
	return 0;
}

/* The helpers hear once whether what they gave was right. */
static void settle(struct remote *r, struct git_http *g, bool was_right)
{
	char host[GIT_HOST_MAX + 8];
	bool first;

	pthread_mutex_lock(&r->all->lock);
	first = !g->host->settled;
	g->host->settled = true;
	pthread_mutex_unlock(&r->all->lock);
	if (!first)
		return;
	host_name(&r->url, host, sizeof(host));
	credential_settle(git_scheme_name(r->url.scheme), host, NULL,
			  &g->host->credential, was_right);
}

/* ---- redirects */

/*
 * Where the introduction was redirected to is where the repository is from now
 * on: a scheme that is allowed, never from https to http, and the same words at
 * its end.
 */
static int follow(struct remote *r, struct git_http *g, const char *location,
		  const char *suffix, struct err *err)
{
	size_t len = strlen(location), tail = strlen(suffix);
	char base[GIT_URL_MAX];
	struct git_url to;

	if (len <= tail || len - tail >= sizeof(base) ||
	    strcmp(location + len - tail, suffix) != 0)
		return err_set(err, ERR_NET,
			       "'%s' redirects to '%s', which is no repository",
			       g->base, location);
	memcpy(base, location, len - tail);
	base[len - tail] = '\0';
	if (git_url_parse(base, &to, err) < 0)
		return err_context(err, "redirected");
	if ((to.scheme != GIT_HTTP && to.scheme != GIT_HTTPS) ||
	    !remotes_allow(r->all, to.scheme) ||
	    (r->url.scheme == GIT_HTTPS && to.scheme == GIT_HTTP))
		return err_set(err, ERR_UNSAFE,
			       "'%s' redirects to '%s', which is not allowed",
			       g->base, base);
	if (strcmp(to.host, r->url.host) != 0 ||
	    strcmp(to.port, r->url.port) != 0 || to.scheme != r->url.scheme)
		g->foreign = true;
	git_url_http(&to, g->base);
	return 0;
}

/* ---- one request */

/* Wait for SECONDS, if there is that much time left. */
static bool pause_for(const struct remote *r, uint32_t seconds)
{
	int64_t ms = (int64_t)seconds * 1000;
	struct timespec t = { .tv_sec = seconds };

	if (r->deadline_ms && clock_monotonic_ms() + ms >= r->deadline_ms)
		return false;
	(void)nanosleep(&t, NULL);
	return true;
}

static int bad_status(struct git_http *g, const struct http_reply *reply,
		      struct err *err)
{
	switch (reply->status) {
	case 404:
	case 410:
		return err_set(err, ERR_NOT_FOUND, "no repository at '%s'",
			       g->base);
	case 403:
		return err_set(err, ERR_NET, "'%s' may not be read%s%s",
			       g->base, reply->text[0] ? ": " : "",
			       reply->text);
	case 429:
		return err_set(err, ERR_NET, "'%s' asks to come back later",
			       g->base);
	default:
		return err_set(err, ERR_NET,
			       "'%s' answered with status %ld%s%s", g->base,
			       reply->status, reply->text[0] ? ": " : "",
			       reply->text);
	}
}

/* How often what was tried in one git_http_send(). */
struct tries {
	unsigned redirects;
	unsigned pauses;
	bool logged_in;
};

static bool is_busy(long status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

/*
 * An answer that another question may better: not what a limit, a dead line or
 * a locked door made of it.
 */
static bool is_open(const struct http_reply *reply, const struct err *err)
{
	return reply->status != 0 && reply->status != 401 &&
	       reply->status != 403 && !is_busy(reply->status) &&
	       (err->code == 0 || err->code == ERR_FORMAT ||
		err->code == ERR_NOT_FOUND);
}

/* 1: send it again; 0: done; negative: it failed. */
static int judge(struct remote *r, struct git_http *g,
		 const struct git_ask *ask, const char *suffix,
		 const char *type, const struct http_reply *reply,
		 struct tries *t, struct err *err)
{
	if (reply->status >= 200 && reply->status < 300) {
		if (strcmp(reply->content_type, type) != 0)
			return err_set(err, ERR_FORMAT,
				       "'%s' does not speak git", g->base);
		if (t->logged_in)
			settle(r, g, true);
		return 0;
	}
	if (reply->location[0] && ask->introduce &&
	    t->redirects++ < REDIRECTS_MAX)
		return follow(r, g, reply->location, suffix, err) < 0
			       ? err->code
			       : 1;
	if (reply->status == 401 && t->logged_in) {
		settle(r, g, false);
		return err_set(err, ERR_NET, "'%s' refused the login", g->base);
	}
	if (reply->status == 401) {
		t->logged_in = true;
		return log_in(r, g, err) < 0 ? err->code : 1;
	}
	if (is_busy(reply->status) && t->pauses++ < RETRIES_MAX &&
	    pause_for(r,
		      reply->retry_after_s ? reply->retry_after_s : t->pauses))
		return 1;
	return bad_status(g, reply, err);
}

static void fill_request(struct remote *r, struct git_http *g,
			 const struct git_ask *ask, struct http_request *req,
			 struct tries *t)
{
	req->body = ask->body;
	req->body_len = ask->body_len;
	req->deadline_ms = r->deadline_ms;
	req->low_speed_s = r->limits.low_speed_s;
	req->max_bytes = ask->max_bytes;
	req->sink = ask->sink;
	req->ctx = ask->ctx;
	if (!may_log_in(r, g))
		return;
	/* once a host has wanted a login it is spared the question */
	pthread_mutex_lock(&r->all->lock);
	if (g->host->credential.password) {
		req->user = g->host->credential.user;
		req->password = g->host->credential.password;
		t->logged_in = true;
	}
	pthread_mutex_unlock(&r->all->lock);
}

int git_http_send(struct remote *r, const struct git_ask *ask, struct err *err)
{
	const char *headers[5] = { "User-Agent: git/2.0 (cohort)" };
	char suffix[64], type[64], accept[80], content[80],
		url[GIT_HTTP_BASE_MAX + 64];
	struct http_request req = { .url = url, .headers = headers };
	struct http_reply reply;
	struct tries tries = { 0 };
	struct git_http *g;
	size_t n = 1;
	int rc;

	if (git_http_state(r, &g, err) < 0)
		return err->code;
	snprintf(suffix, sizeof(suffix),
		 ask->introduce ? "/info/refs?service=%s" : "/%s",
		 ask->service);
	snprintf(type, sizeof(type), "application/x-%s-%s", ask->service,
		 ask->introduce ? "advertisement" : "result");
	snprintf(accept, sizeof(accept), "Accept: %s", type);
	headers[n++] = accept;
	if (ask->body) {
		snprintf(content, sizeof(content),
			 "Content-Type: application/x-%s-request",
			 ask->service);
		headers[n++] = content;
	}
	if (ask->v2)
		headers[n++] = "Git-Protocol: version=2";
	req.type = type;
	do {
		snprintf(url, sizeof(url), "%s%s", g->base, suffix);
		fill_request(r, g, ask, &req, &tries);
		rc = http_perform(r->all->http, &req, &reply, err);
		g->plain_way = is_open(&reply, err);
		if (rc < 0 && reply.lost && tries.pauses++ < RETRIES_MAX &&
		    pause_for(r, tries.pauses)) {
			err_clear(err);
			rc = 1;
		} else if (rc == 0) {
			rc = judge(r, g, ask, suffix, type, &reply, &tries,
				   err);
		}
	} while (rc > 0);
	return rc;
}
