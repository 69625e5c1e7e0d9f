/* ls, fetch and push in a conversation through ssh. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "io/git_receive.h"
#include "io/git_wire.h"
#include "io/remote_internal.h"
#include "io/ssh.h"

enum {
	CHUNK = 32 << 10
};

/* What is kept from one request to the next. */
struct talk {
	struct ssh *ssh;
	unsigned caps;
	bool over; /* it can take no other request */
};

/* ---- ls */

static int read_refs(struct ssh *ssh, struct wire_refs *w, struct err *err)
{
	char chunk[CHUNK];
	size_t got;

	while (!w->done) {
		if (ssh_read(ssh, chunk, sizeof(chunk), &got, err) < 0)
			return err->code;
		if (got == 0)
			return ssh_ended(ssh, err);
		if (wire_refs_feed(w, chunk, got, err) < 0)
			return err->code;
	}
	return 0;
}

static int ls_refs(struct remote *r, struct ssh *ssh,
		   const char *const *prefixes, size_t count,
		   struct remote_refs *out, struct err *err)
{
	AUTO(wire_refs_freep)
	struct wire_refs *w = wire_refs_new(WIRE_FORM_LS_REFS, prefixes, count,
					    r->limits.max_refs, err);
	AUTO(strbuf_releasep) struct strbuf ask = { 0 };

	if (!w)
		return err->code;
	wire_ask_refs(&ask, prefixes, count);
	if (strbuf_check(&ask, err) < 0 ||
	    ssh_write(ssh, strbuf_str(&ask), ask.len, err) < 0 ||
	    read_refs(ssh, w, err) < 0)
		return err->code;
	wire_refs_take(w, out);
	return 0;
}

static void talk_free(struct talk *t)
{
	if (t)
		ssh_free(t->ssh);
	free(t);
}

/* Start it and hear what it says first: refs, or what it can. */
static int introduce(struct remote *r, const char *const *prefixes,
		     size_t count, struct remote_refs *out, struct err *err)
{
	static const char *const v2[] = { "GIT_PROTOCOL=version=2", NULL };
	AUTO(wire_refs_freep)
	struct wire_refs *w = wire_refs_new(WIRE_FORM_PLAIN, prefixes, count,
					    r->limits.max_refs, err);
	struct talk *t;

	if (!w)
		return err->code;
	talk_free(r->state);
	r->state = t = calloc(1, sizeof(*t));
	if (!t)
		return err_nomem(err);
	t->over = true; /* until it has begun */
	if (ssh_start(r, "git-upload-pack", v2, &t->ssh, err) < 0 ||
	    read_refs(t->ssh, w, err) < 0)
		return err->code;
	t->caps = w->caps;
	t->over = false;
	if (t->caps & WIRE_V2)
		return ls_refs(r, t->ssh, prefixes, count, out, err);
	wire_refs_take(w, out);
	return 0;
}

static int ssh_ls(struct remote *r, const char *const *prefixes, size_t count,
		  struct remote_refs *out, struct err *err)
{
	struct talk *t = r->state;

	if (t && !t->over && (t->caps & WIRE_V2))
		return ls_refs(r, t->ssh, prefixes, count, out, err);
	return introduce(r, prefixes, count, out, err);
}

/* ---- fetch */

static int to_receiver(void *ctx, const char *bytes, size_t len,
		       struct err *err)
{
	return pack_receiver_add(ctx, bytes, len, err);
}

static void wire_free(struct wire_pack *w)
{
	free(w);
}
AUTO_DEFINE(struct wire_pack *, wire_free)

static int read_pack(struct talk *t, struct pack_receiver *to, struct err *err)
{
	AUTO(wire_freep) struct wire_pack *w = calloc(1, sizeof(*w));
	char chunk[CHUNK];
	size_t got;

	if (!w)
		return err_nomem(err);
	w->sink = to_receiver;
	w->ctx = to;
	w->v2 = t->caps & WIRE_V2;
	while (!w->done) {
		if (ssh_read(t->ssh, chunk, sizeof(chunk), &got, err) < 0)
			return err->code;
		if (got == 0)
			return ssh_ended(t->ssh, err);
		if (wire_pack_feed(w, chunk, got, err) < 0)
			return err->code;
	}
	if (!w->begun)
		return err_set(err, ERR_FORMAT, "the pack ended early");
	return 0;
}

static int can_fetch(struct remote *r, struct err *err)
{
	static const char *const none[] = { "refs/cohort/none" };
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	struct talk *t = r->state;

	if ((!t || t->over) && introduce(r, none, 1, &refs, err) < 0)
		return err->code;
	t = r->state;
	if (!(t->caps & (WIRE_V2 | WIRE_SIDE_BAND)))
		return err_set(err, ERR_FORMAT,
			       "'ssh://%s' is too old a server", r->url.host);
	return 0;
}

static int ssh_fetch(struct remote *r, struct repo *repo,
		     const struct oid *wants, size_t count,
		     const struct oid *haves, size_t have_count,
		     uint64_t *received, struct err *err)
{
	AUTO(pack_receiver_freep) struct pack_receiver *to = NULL;
	AUTO(strbuf_releasep) struct strbuf ask = { 0 };
	struct talk *t;

	if (can_fetch(r, err) < 0 ||
	    pack_receiver_new(repo, r->limits.max_bytes, r->deadline_ms, &to,
			      err) < 0)
		return err->code;
	t = r->state;
	wire_ask_pack(&ask, t->caps, wants, count, haves, have_count);
	/* protocol 0 ends with the pack; a pack half read ends it too */
	t->over = true;
	if (strbuf_check(&ask, err) < 0 ||
	    ssh_write(t->ssh, strbuf_str(&ask), ask.len, err) < 0 ||
	    read_pack(t, to, err) < 0 ||
	    pack_receiver_finish(to, wants, count, haves, have_count, err) < 0)
		return err->code;
	t->over = !(t->caps & WIRE_V2);
	*received = pack_receiver_received(to);
	return 0;
}

static void ssh_close(struct remote *r)
{
	struct err ignored = { 0 };
	struct talk *t = r->state;

	/* tell a server that still listens that this is the end */
	if (!t->over && ssh_write(t->ssh, "0000", 4, &ignored) == 0)
		ssh_finish(t->ssh);
	talk_free(t);
	r->state = NULL;
}

/* ---- push */

static int push_open(struct remote *r, bool introduction, void **stream,
		     struct err *err)
{
	struct ssh *s = NULL;

	(void)introduction; /* one stream for all of it */
	if (ssh_start(r, "git-receive-pack", NULL, &s, err) < 0)
		return err->code;
	*stream = s;
	return 0;
}

static int push_write(void *stream, const char *bytes, size_t len,
		      struct err *err)
{
	return ssh_write(stream, bytes, len, err);
}

static int push_read(void *stream, char *bytes, size_t size, size_t *got,
		     struct err *err)
{
	if (ssh_read(stream, bytes, size, got, err) < 0)
		return err->code;
	return *got == 0 ? ssh_ended(stream, err) : 0;
}

static void push_close(void *stream)
{
	ssh_free(stream);
}

static int ssh_push(struct remote *r, struct repo *repo,
		    const char *const *refspecs, size_t count, struct err *err)
{
	static const struct push_talk talk = {
		.open = push_open,
		.write = push_write,
		.read = push_read,
		.close = push_close,
	};

	return remote_push_through(r, &talk, repo, refspecs, count, err);
}

const struct remote_ops remote_ssh_ops = {
	.ls = ssh_ls,
	.fetch = ssh_fetch,
	.push = ssh_push,
	.close = ssh_close,
};
