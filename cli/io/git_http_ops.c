/* ls, fetch and push as requests to a git server. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "io/git_http.h"
#include "io/git_receive.h"
#include "io/git_wire.h"
#include "io/remote_internal.h"

enum {
	LISTING_MAX = 64 << 20, /* bytes of an advertisement */
	PUSH_MAX = 256 << 20,	/* bytes of a push, held in memory */
	REPORT_MAX = 1 << 20
};

/* ---- ls */

static int refs_sink(void *ctx, const char *bytes, size_t len, struct err *err)
{
	return wire_refs_feed(ctx, bytes, len, err);
}

/* Send ASK and read it to its end. */
static int read_refs(struct remote *r, struct git_ask *ask, struct wire_refs *w,
		     struct err *err)
{
	ask->service = "git-upload-pack";
	ask->max_bytes = LISTING_MAX;
	ask->sink = refs_sink;
	ask->ctx = w;
	if (git_http_send(r, ask, err) < 0)
		return err->code;
	if (!w->done)
		return err_set(err, ERR_FORMAT, "the list of refs ended early");
	return 0;
}

static int ls_refs(struct remote *r, const char *const *prefixes, size_t count,
		   struct remote_refs *out, struct err *err)
{
	AUTO(wire_refs_freep)
	struct wire_refs *w = wire_refs_new(WIRE_FORM_LS_REFS, prefixes, count,
					    r->limits.max_refs, err);
	AUTO(strbuf_releasep) struct strbuf body = { 0 };
	struct git_ask ask = { .v2 = true };

	if (!w)
		return err->code;
	wire_ask_refs(&body, prefixes, count);
	if (strbuf_check(&body, err) < 0)
		return err->code;
	ask.body = strbuf_str(&body);
	ask.body_len = body.len;
	if (read_refs(r, &ask, w, err) < 0)
		return err->code;
	wire_refs_take(w, out);
	return 0;
}

static bool short_cut(struct remote *r, const struct git_http *g, bool forget)
{
	bool open;

	pthread_mutex_lock(&r->all->lock);
	if (forget)
		g->host->no_short_cut = true;
	open = !g->host->no_short_cut;
	pthread_mutex_unlock(&r->all->lock);
	return open;
}

/* Learn what the server can; *LISTED if the refs came with it. */
static int introduce(struct remote *r, struct git_http *g,
		     const char *const *prefixes, size_t count,
		     struct remote_refs *out, bool *listed, struct err *err)
{
	AUTO(wire_refs_freep)
	struct wire_refs *w = wire_refs_new(WIRE_FORM_HTTP, prefixes, count,
					    r->limits.max_refs, err);
	struct git_ask ask = { .introduce = true, .v2 = true };

	if (!w || read_refs(r, &ask, w, err) < 0)
		return err->code;
	g->caps = w->caps;
	g->known = true;
	*listed = !(w->caps & WIRE_V2);
	if (*listed) {
		(void)short_cut(r, g, true);
		wire_refs_take(w, out);
	} else if (!(w->caps & WIRE_LS_REFS) || !(w->caps & WIRE_FETCH)) {
		return err_set(err, ERR_FORMAT, "'%s' cannot list its refs",
			       g->base);
	}
	return 0;
}

static int http_ls(struct remote *r, const char *const *prefixes, size_t count,
		   struct remote_refs *out, struct err *err)
{
	struct remote_refs refs = { 0 };
	bool listed = false;
	struct git_http *g;

	if (git_http_state(r, &g, err) < 0)
		return err->code;
	if (short_cut(r, g, false)) {
		/*
		 * A server of protocol 2 answers ls-refs without having been
		 * introduced: one round trip, one process there, and only the
		 * refs that are looked for.
		 */
		if (ls_refs(r, prefixes, count, &refs, err) == 0) {
			g->caps = WIRE_V2 | WIRE_LS_REFS | WIRE_FETCH;
			g->known = true;
			*out = refs;
			return 0;
		}
		if (!g->plain_way || err->code == ERR_NOMEM)
			return err->code;
		err_clear(err);
	}
	if (introduce(r, g, prefixes, count, &refs, &listed, err) < 0 ||
	    (!listed && ls_refs(r, prefixes, count, &refs, err) < 0))
		return err->code;
	*out = refs;
	return 0;
}

/* ---- fetch */

struct download {
	struct wire_pack wire;
	struct pack_receiver *writer;
};

static void download_free(struct download *d)
{
	if (d)
		pack_receiver_free(d->writer);
	free(d);
}
AUTO_DEFINE(struct download *, download_free)

static int to_writer(void *ctx, const char *bytes, size_t len, struct err *err)
{
	struct download *d = ctx;

	return pack_receiver_add(d->writer, bytes, len, err);
}

static int pack_sink(void *ctx, const char *bytes, size_t len, struct err *err)
{
	struct download *d = ctx;

	return wire_pack_feed(&d->wire, bytes, len, err);
}

static int can_fetch(struct remote *r, struct git_http *g, struct err *err)
{
	static const char *const none[] = { "refs/cohort/none" };
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	bool listed;

	if (!g->known && introduce(r, g, none, 1, &refs, &listed, err) < 0)
		return err->code;
	if (!(g->caps & (WIRE_V2 | WIRE_SIDE_BAND)))
		return err_set(err, ERR_FORMAT, "'%s' is too old a server",
			       g->base);
	return 0;
}

static int http_fetch(struct remote *r, struct repo *repo,
		      const struct oid *wants, size_t count,
		      const struct oid *haves, size_t have_count,
		      uint64_t *received, struct err *err)
{
	AUTO(download_freep) struct download *d = calloc(1, sizeof(*d));
	AUTO(strbuf_releasep) struct strbuf body = { 0 };
	struct git_ask ask = { .service = "git-upload-pack" };
	struct git_http *g;

	if (!d)
		return err_nomem(err);
	if (git_http_state(r, &g, err) < 0 || can_fetch(r, g, err) < 0 ||
	    pack_receiver_new(repo, r->limits.max_bytes, r->deadline_ms,
			      &d->writer, err) < 0)
		return err->code;
	d->wire.sink = to_writer;
	d->wire.ctx = d;
	d->wire.v2 = g->caps & WIRE_V2;
	wire_ask_pack(&body, g->caps, wants, count, haves, have_count);
	if (strbuf_check(&body, err) < 0)
		return err->code;
	ask.v2 = d->wire.v2;
	ask.body = strbuf_str(&body);
	ask.body_len = body.len;
	ask.sink = pack_sink;
	ask.ctx = d;
	if (git_http_send(r, &ask, err) < 0)
		return err->code;
	if (!d->wire.done || !d->wire.begun)
		return err_set(err, ERR_FORMAT, "the pack ended early");
	if (pack_receiver_finish(d->writer, wants, count, haves, have_count,
				 err) < 0)
		return err->code;
	*received = pack_receiver_received(d->writer);
	return 0;
}

static void http_close(struct remote *r)
{
	free(r->state);
	r->state = NULL;
}

/* ---- push: what is written is gathered, then sent, then read */

struct exchange {
	struct remote *remote;
	bool introduce;
	bool sent;
	struct strbuf out;
	struct strbuf in;
	size_t read;
};

static int push_open(struct remote *r, bool introduce_, void **stream,
		     struct err *err)
{
	struct exchange *x = calloc(1, sizeof(*x));

	if (!x)
		return err_nomem(err);
	x->remote = r;
	x->introduce = introduce_;
	strbuf_init(&x->out, PUSH_MAX);
	strbuf_init(&x->in, introduce_ ? LISTING_MAX : REPORT_MAX);
	*stream = x;
	return 0;
}

static void push_close(void *stream)
{
	struct exchange *x = stream;

	strbuf_release(&x->out);
	strbuf_release(&x->in);
	free(x);
}

static int push_write(void *stream, const char *bytes, size_t len,
		      struct err *err)
{
	struct exchange *x = stream;

	strbuf_add(&x->out, bytes, len);
	return strbuf_check(&x->out, err);
}

static int gather(void *ctx, const char *bytes, size_t len, struct err *err)
{
	struct exchange *x = ctx;

	strbuf_add(&x->in, bytes, len);
	return strbuf_check(&x->in, err);
}

static int push_read(void *stream, char *bytes, size_t size, size_t *got,
		     struct err *err)
{
	struct exchange *x = stream;
	struct git_ask ask = {
		.service = "git-receive-pack",
		.introduce = x->introduce,
		.body = x->introduce ? NULL : strbuf_str(&x->out),
		.body_len = x->out.len,
		.sink = gather,
		.ctx = x,
	};
	size_t left;

	if (!x->sent && git_http_send(x->remote, &ask, err) < 0)
		return err->code;
	x->sent = true;
	left = x->in.len - x->read;
	*got = left < size ? left : size;
	memcpy(bytes, strbuf_str(&x->in) + x->read, *got);
	x->read += *got;
	return 0;
}

static int http_push(struct remote *r, struct repo *repo,
		     const char *const *refspecs, size_t count, struct err *err)
{
	static const struct push_talk talk = {
		.stateless = true,
		.open = push_open,
		.write = push_write,
		.read = push_read,
		.close = push_close,
	};

	return remote_push_through(r, &talk, repo, refspecs, count, err);
}

const struct remote_ops remote_http_ops = {
	.ls = http_ls,
	.fetch = http_fetch,
	.push = http_push,
	.close = http_close,
};
