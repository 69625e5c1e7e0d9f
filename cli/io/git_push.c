/* Pushing: libgit2 speaks the protocol, we carry its bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "io/git_internal.h"
#include "io/remote_internal.h"

/* One push: who carries it, and what went wrong first. */
struct push {
	struct remote *remote;
	const struct push_talk *talk;
	bool judged; /* the other side has said all it had to say */
	struct err *err;
};

struct carrier {
	git_smart_subtransport raw; /* first: libgit2 knows us by it */
	struct push *push;
	struct stream *stream;
};

struct stream {
	git_smart_subtransport_stream raw;
	struct carrier *carrier;
	void *state;
};

static int stream_read(git_smart_subtransport_stream *raw, char *bytes,
		       size_t size, size_t *got)
{
	struct stream *s = (struct stream *)raw;
	struct push *p = s->carrier->push;

	return p->err->code || p->talk->read(s->state, bytes, size, got,
					     p->err) < 0
		       ? GIT_EUSER
		       : 0;
}

static int stream_write(git_smart_subtransport_stream *raw, const char *bytes,
			size_t len)
{
	struct stream *s = (struct stream *)raw;
	struct push *p = s->carrier->push;

	/* libgit2's good-bye to a server that may have ended already */
	if (p->judged)
		return 0;
	return p->err->code || p->talk->write(s->state, bytes, len, p->err) < 0
		       ? GIT_EUSER
		       : 0;
}

static void stream_free(git_smart_subtransport_stream *raw)
{
	struct stream *s = (struct stream *)raw;

	if (s->carrier->stream == s)
		s->carrier->stream = NULL;
	if (s->state)
		s->carrier->push->talk->close(s->state);
	free(s);
}

static int carrier_action(git_smart_subtransport_stream **out,
			  git_smart_subtransport *raw, const char *url,
			  git_smart_service_t action)
{
	struct carrier *c = (struct carrier *)raw;
	struct push *p = c->push;
	struct stream *s;

	(void)url;
	if (c->stream && !p->talk->stateless) { /* the push goes on in it */
		*out = &c->stream->raw;
		return 0;
	}
	s = calloc(1, sizeof(*s));
	if (!s) {
		if (!p->err->code)
			(void)err_nomem(p->err);
		return GIT_EUSER;
	}
	s->carrier = c;
	s->raw.subtransport = raw;
	s->raw.read = stream_read;
	s->raw.write = stream_write;
	s->raw.free = stream_free;
	if (p->err->code ||
	    p->talk->open(p->remote, action == GIT_SERVICE_RECEIVEPACK_LS,
			  &s->state, p->err) < 0) {
		free(s);
		return GIT_EUSER;
	}
	c->stream = s;
	*out = &s->raw;
	return 0;
}

static int carrier_close(git_smart_subtransport *raw)
{
	(void)raw; /* streams are closed where they are freed */
	return 0;
}

static void carrier_free(git_smart_subtransport *raw)
{
	free(raw);
}

static int carrier_new(git_smart_subtransport **out, git_transport *owner,
		       void *param)
{
	struct carrier *c = calloc(1, sizeof(*c));

	(void)owner;
	if (!c)
		return -1;
	c->push = param;
	c->raw.action = carrier_action;
	c->raw.close = carrier_close;
	c->raw.free = carrier_free;
	*out = &c->raw;
	return 0;
}

/* ---- libgit2's callbacks */

static int on_transport(git_transport **out, git_remote *owner, void *arg)
{
	struct push *p = arg;
	git_smart_subtransport_definition definition = {
		.callback = carrier_new,
		.rpc = p->talk && p->talk->stateless,
		.param = p,
	};

	if (!p->talk)
		return git_transport_local(out, owner, NULL);
	return git_transport_smart(out, owner, &definition);
}

/* The other side has judged REF; STATUS NULL is consent. */
static int on_verdict(const char *ref, const char *status, void *arg)
{
	struct push *p = arg;

	p->judged = true;
	if (status && !p->err->code)
		(void)err_set(p->err, ERR_REFUSED, "'%s' was rejected: %s", ref,
			      status);
	return 0;
}

static int on_pack(int stage, uint32_t done, uint32_t total, void *arg)
{
	struct push *p = arg;
	int64_t deadline = p->remote->deadline_ms;

	(void)stage;
	(void)done;
	(void)total;
	if (!p->err->code && deadline && clock_monotonic_ms() >= deadline)
		(void)err_set(p->err, ERR_NET, "the push took too long");
	return p->err->code ? GIT_EUSER : 0;
}

/* The name by which libgit2 knows it: only files are opened by it. */
static void name_of(const struct remote *r, const struct push_talk *talk,
		    char *out, size_t size)
{
	if (talk)
		snprintf(out, size, "%s://%s", git_scheme_name(r->url.scheme),
			 r->url.host);
	else
		snprintf(out, size, "%s", r->url.path);
}

static void raw_remote_free(git_remote *raw)
{
	git_remote_free(raw);
}
AUTO_DEFINE(git_remote *, raw_remote_free)

/*
 * The URL is what it is: no insteadOf of the repository's.  (To look for one
 * costs 20 KiB each time: libgit2 1.5.1 forgets what it matched with.)
 */
static int raw_remote_new(git_remote **out, struct repo *repo, const char *name)
{
	git_remote_create_options opts;
	int rc = git_remote_create_options_init(
		&opts, GIT_REMOTE_CREATE_OPTIONS_VERSION);

	opts.repository = repo->raw;
	opts.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF;
	return rc < 0 ? rc : git_remote_create_with_opts(out, name, &opts);
}

int remote_push_through(struct remote *r, const struct push_talk *talk,
			struct repo *repo, const char *const *refspecs,
			size_t count, struct err *err)
{
	AUTO(raw_remote_freep) git_remote *raw = NULL;
	git_push_options opts;
	struct push push = { .remote = r, .talk = talk, .err = err };
	git_strarray specs = { (char **)refspecs, count };
	char name[GIT_URL_MAX + 16];
	int rc;

	name_of(r, talk, name, sizeof(name));
	rc = git_push_options_init(&opts, GIT_PUSH_OPTIONS_VERSION);
	if (rc < 0)
		return git_failed(rc, "push to", name, err);
	opts.callbacks.payload = &push;
	opts.callbacks.transport = on_transport;
	opts.callbacks.push_update_reference = on_verdict;
	opts.callbacks.pack_progress = on_pack;
	opts.pb_parallelism = 1;
	rc = raw_remote_new(&raw, repo, name);
	if (rc == 0)
		rc = git_remote_push(raw, &specs, &opts);
	if (rc < 0 || err->code)
		return git_failed(rc, "push to", name, err);
	return 0;
}
