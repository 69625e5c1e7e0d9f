/* One change, one commit: objects, intent, ref, checkout. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/vec.h"
#include "workspace/internal.h"

struct item {
	const char *path;
	const char *bytes; /* in the change's arena; NULL: it goes */
	size_t len;
	struct oid before; /* in HEAD; zero: not there */
	struct oid after;
	bool executable;
};

struct change {
	struct workspace *ws;
	struct arena arena;
	struct map by_path; /* path -> index + 1 */
	struct item *items;
	size_t count;
	size_t cap;
	struct private_file private;
};

int change_new(struct workspace *ws, struct change **out, struct err *err)
{
	struct change *c = calloc(1, sizeof(*c));

	if (!(ws->flags & WORKSPACE_WRITE)) {
		free(c);
		return err_set(err, ERR_BUG,
			       "the workspace was opened for reading");
	}
	if (!c)
		return err_nomem(err);
	c->ws = ws;
	*out = c;
	return 0;
}

void change_free(struct change *c)
{
	if (!c)
		return;
	map_release(&c->by_path);
	arena_release(&c->arena);
	free(c->items);
	free(c);
}

/* ---- what is in it */

/* The state knows the blobs of records: no tree of 32,000 names is read. */
int head_blob(struct workspace *ws, const char *path, struct oid *out,
	      struct err *err)
{
	char handle[HANDLE_MAX + 1];
	enum artifact a;
	enum config_file f;
	const struct seat *seat = NULL;

	if (config_is_path(path, &f)) {
		*out = ws->config.files[f].head;
		return 0;
	}
	if (ws->state && record_path_parse(path, &a, handle))
		seat = roster_find(ws->state->roster, handle);
	if (seat) {
		*out = ws->state->states[seat - ws->state->roster->seats]
			       .record[a];
		return 0;
	}
	memset(out, 0, sizeof(*out));
	if (repo_path_find(ws->repo, &ws->head, path, out, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return (int)err->code;
		err_clear(err);
	}
	return 0;
}

static int check_path(const char *path, struct err *err)
{
	if (!path_is_safe(path) || strncmp(path, ".git/", 5) == 0 ||
	    strncmp(path, "var/", 4) == 0)
		return err_set(err, ERR_UNSAFE,
			       "'%s' is no path of the workspace", path);
	if (private_path(path))
		return err_set(err, ERR_UNSAFE, "'%s' is never committed",
			       path);
	return 0;
}

/* The item of PATH, added if it is new. */
static int item_for(struct change *c, const char *path, struct item **out,
		    struct err *err)
{
	uintptr_t at = (uintptr_t)map_get(&c->by_path, path);
	struct item *grown;
	const char *own;

	if (at) {
		*out = &c->items[at - 1];
		return 0;
	}
	if (check_path(path, err) < 0)
		return (int)err->code;
	own = arena_strdup(&c->arena, path);
	grown = vec_grow(c->items, &c->cap, c->count + 1, sizeof(*grown));
	if (grown)
		c->items = grown;
	if (!own || !grown)
		return err_nomem(err);
	c->items[c->count] = (struct item){ .path = own };
	if (head_blob(c->ws, own, &c->items[c->count].before, err) < 0)
		return (int)err->code;
	if (map_put(&c->by_path, own, (void *)(c->count + 1)) < 0)
		return err_nomem(err);
	*out = &c->items[c->count++];
	return 0;
}

int change_put(struct change *c, const char *path, const void *bytes,
	       size_t len, struct err *err)
{
	return change_put_mode(c, path, bytes, len, false, err);
}

int change_put_mode(struct change *c, const char *path, const void *bytes,
		    size_t len, bool executable, struct err *err)
{
	struct item *item;
	char *copy;

	if (item_for(c, path, &item, err) < 0)
		return (int)err->code;
	copy = arena_strndup(&c->arena, "", 0);
	if (len > 0)
		copy = arena_alloc(&c->arena, len + 1);
	if (!copy)
		return err_nomem(err);
	if (len > 0)
		memcpy(copy, bytes, len);
	item->bytes = copy;
	item->len = len;
	item->executable = executable;
	return repo_blob_name(copy, len, &item->after, err);
}

int change_put_private(struct change *c, const char *path, const void *bytes,
		       size_t len, struct err *err)
{
	char *copy = arena_alloc(&c->arena, len + 1);

	if (!private_path(path))
		return err_set(err, ERR_BUG, "'%s' is not private", path);
	if (!copy)
		return err_nomem(err);
	memcpy(copy, bytes, len);
	c->private = (struct private_file){ path, copy, len };
	return 0;
}

int change_put_record(struct change *c, const struct record *r, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	record_path(r->artifact, r->handle, &path);
	if (strbuf_check(&path, err) < 0 || record_write(r, &text, err) < 0)
		return (int)err->code;
	return change_put(c, strbuf_str(&path), text.data, text.len, err);
}

int change_remove(struct change *c, const char *path, struct err *err)
{
	struct item *item;
	enum config_file f;

	if (config_is_path(path, &f))
		return err_set(err, ERR_REFUSED, "'%s' is needed and cannot go",
			       path);
	if (item_for(c, path, &item, err) < 0)
		return (int)err->code;
	item->bytes = NULL;
	item->len = 0;
	memset(&item->after, 0, sizeof(item->after));
	return 0;
}

static bool item_changes(const struct item *item)
{
	return !oid_equal(&item->before, &item->after);
}

bool change_is_empty(const struct change *c)
{
	for (size_t i = 0; i < c->count; i++) {
		if (item_changes(&c->items[i]))
			return false;
	}
	return true;
}

/* ---- validating */

static const struct item *config_item(const struct change *c,
				      enum config_file f)
{
	uintptr_t at = (uintptr_t)map_get(&c->by_path, config_path(f));

	return at && item_changes(&c->items[at - 1]) ? &c->items[at - 1] : NULL;
}

static int parse_file(const struct change *c, enum config_file f,
		      struct config_values *out, struct err *err)
{
	const struct item *item = config_item(c, f);
	const struct strbuf *text;

	if (item)
		return config_parse(f, item->bytes, item->len, out, err);
	if (config_text(c->ws, f, &text, err) < 0)
		return (int)err->code;
	return config_parse(f, strbuf_str(text), text->len, out, err);
}

/* Each file that the change brings, and the roster with another cohort. */
static int validate(const struct change *c, struct config_values *out,
		    struct err *err)
{
	bool cohort = config_item(c, CONFIG_COHORT) != NULL;
	bool roster = cohort || config_item(c, CONFIG_ROSTER);

	if ((roster && parse_file(c, CONFIG_COHORT, out, err) < 0) ||
	    (roster && parse_file(c, CONFIG_ROSTER, out, err) < 0))
		return (int)err->code;
	if (config_item(c, CONFIG_POLICY) &&
	    parse_file(c, CONFIG_POLICY, out, err) < 0)
		return (int)err->code;
	if (config_item(c, CONFIG_CURRICULUM) &&
	    parse_file(c, CONFIG_CURRICULUM, out, err) < 0)
		return (int)err->code;
	return 0;
}

static int check_private(const struct change *c, const struct roster *roster,
			 struct err *err)
{
	AUTO(private_values_freep) struct private_values *values = NULL;

	if (!roster && c->ws->state)
		roster = c->ws->state->roster;
	if (private_values_read(c->ws, roster, &c->private, &values, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = &c->items[i];

		if (item->bytes && item_changes(item) &&
		    private_check(values, item->path, item->bytes, item->len,
				  err) < 0)
			return (int)err->code;
	}
	return 0;
}

/* ---- committing */

static int by_path(const void *a, const void *b)
{
	const struct item *x = a;
	const struct item *y = b;

	return strcmp(x->path, y->path);
}

/* Only what changes, in the order of git's trees and index. */
static void arrange(struct change *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (item_changes(&c->items[i]))
			c->items[kept++] = c->items[i];
	}
	c->count = kept;
	qsort(c->items, c->count, sizeof(*c->items), by_path);
	map_release(&c->by_path);
}

/* The arrays that the steps below want, side by side. */
struct plan {
	struct repo_bytes *blobs;
	struct oid *names;
	struct repo_edit *edits;
	struct checkout_item *checkout;
	struct state_item *states;
	struct state_update *update;
	size_t blob_count;
};

static void plan_release(struct plan *p)
{
	free(p->blobs);
	free(p->names);
	free(p->edits);
	free(p->checkout);
	free(p->states);
	state_update_free(p->update);
}
AUTO_RELEASE(struct plan, plan_release)

static int plan_new(const struct change *c, struct plan *p, struct err *err)
{
	p->blobs = calloc(c->count, sizeof(*p->blobs));
	p->names = calloc(c->count, sizeof(*p->names));
	p->edits = calloc(c->count, sizeof(*p->edits));
	p->checkout = calloc(c->count, sizeof(*p->checkout));
	p->states = calloc(c->count, sizeof(*p->states));
	if (!p->blobs || !p->names || !p->edits || !p->checkout || !p->states)
		return err_nomem(err);
	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = &c->items[i];
		union {
			const char *in;
			char *out;
		} path = { .in = item->path };

		if (item->bytes)
			p->blobs[p->blob_count++] =
				(struct repo_bytes){ item->bytes, item->len };
		p->edits[i] = (struct repo_edit){ item->path, item->after,
						  item->executable };
		p->checkout[i] =
			(struct checkout_item){ path.out,    item->before,
						item->after, item->executable,
						item->bytes, item->len };
		p->states[i] = (struct state_item){ item->path, item->bytes,
						    item->len, item->after };
	}
	return 0;
}

static int write_commit(const struct change *c, const struct plan *p,
			const char *message, struct oid *out, struct err *err)
{
	struct repo *repo = c->ws->repo;
	struct repo_identity who;
	struct repo_person author = { who.name, who.email, clock_now() };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct oid tree;

	strbuf_adds(&text, message);
	if (text.len == 0 || text.data[text.len - 1] != '\n')
		strbuf_addc(&text, '\n');
	if (strbuf_check(&text, err) < 0 ||
	    repo_blobs_write(repo, p->blobs, p->blob_count, p->names, err) <
		    0 ||
	    repo_tree_edit(repo, &c->ws->head, p->edits, c->count, &tree, err) <
		    0)
		return (int)err->code;
	repo_identity(repo, &who);
	return repo_commit_create(repo, &tree, &c->ws->head, &author,
				  strbuf_str(&text), out, err);
}

/* The transaction: after this the change has happened. */
static int move_ref(struct workspace *ws, const struct intent *intent,
		    const char *message, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf reflog = { 0 };

	strbuf_addf(&reflog, "cohort: %.*s", (int)strcspn(message, "\n"),
		    message);
	if (strbuf_check(&reflog, err) < 0 ||
	    intent_write(ws->repo, ws->own_dir, intent, err) < 0)
		return (int)err->code;
	if (repo_ref_write(ws->repo, ws->branch, &intent->after,
			   &intent->before, strbuf_str(&reflog), err) < 0) {
		intent_clear(ws);
		if (err->code == ERR_LOCKED)
			(void)err_hint(err, "run this again");
		return (int)err->code;
	}
	return 0;
}

static void take_over(struct change *c, const struct plan *p,
		      const struct oid *head)
{
	struct workspace *ws = c->ws;

	ws->head = *head;
	if (ws->state && p->update)
		state_update_apply(ws->state, p->update);
	for (size_t i = 0; i < c->count; i++) {
		enum config_file f;

		if (config_is_path(c->items[i].path, &f))
			config_committed(ws, f, &c->items[i].after);
	}
}

static int commit(struct change *c, const char *message,
		  struct config_values *values, struct err *err)
{
	AUTO(plan_releasep) struct plan p = { 0 };
	struct intent intent = { .before = c->ws->head };
	char hex[OID_HEX];

	if (plan_new(c, &p, err) < 0)
		return (int)err->code;
	if (c->ws->state && state_update_new(c->ws, p.states, c->count, values,
					     &p.update, err) < 0)
		return (int)err->code;
	if (write_commit(c, &p, message, &intent.after, err) < 0)
		return (int)err->code;
	if (c->private.bytes &&
	    private_stage(c->ws, &c->private, &intent.after, err) < 0)
		return (int)err->code;
	if (move_ref(c->ws, &intent, message, err) < 0) {
		if (c->private.bytes)
			private_unstage(c->ws, &c->private, &intent.after);
		return (int)err->code;
	}
	take_over(c, &p, &intent.after);
	if ((!c->private.bytes ||
	     private_bring(c->ws, &c->private, &intent.after, err) == 0) &&
	    checkout_paths(c->ws, p.checkout, c->count, err) == 0)
		return 0;
	oid_hex(&intent.after, hex);
	(void)err_context(err, "committed as %.7s, but not checked out", hex);
	return err_hint(err, "mend that; the next cohort command goes on");
}

int change_commit(struct change *c, const char *message, struct err *err)
{
	AUTO(config_values_releasep) struct config_values values = { 0 };

	if (change_is_empty(c))
		return c->private.bytes
			       ? private_bring(c->ws, &c->private, NULL, err)
			       : 0;
	if (validate(c, &values, err) < 0 ||
	    check_private(c, values.roster, err) < 0)
		return (int)err->code;
	arrange(c);
	return commit(c, message, &values, err);
}

/* ---- what people wrote themselves */

static int put_edited(struct change *c, enum config_file f,
		      struct strbuf *message, struct err *err)
{
	const struct strbuf *text;

	if (config_text(c->ws, f, &text, err) < 0)
		return (int)err->code;
	strbuf_addf(message, "%s%s",
		    message->len ? ", " : "hand edit: ", config_path(f));
	return change_put(c, config_path(f), strbuf_str(text), text->len, err);
}

int commit_hand_edits(struct workspace *ws, struct err *err)
{
	AUTO(change_freep) struct change *c = NULL;
	AUTO(strbuf_releasep) struct strbuf message = { 0 };

	if (change_new(ws, &c, err) < 0)
		return (int)err->code;
	for (int f = 0; f < CONFIG_COUNT; f++) {
		if (config_is_edited(&ws->config.files[f]) &&
		    put_edited(c, (enum config_file)f, &message, err) < 0)
			return (int)err->code;
	}
	if (c->count == 0)
		return 0;
	if (strbuf_check(&message, err) < 0)
		return (int)err->code;
	return change_commit(c, strbuf_str(&message), err);
}
