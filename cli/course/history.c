/* The log: which commits there are, and whom they concern. */
#include "course/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "course/history_undo.h"
#include "io/git_commit.h"
#include "io/yaml.h"
#include "model/handle.h"
#include "model/roster.h"
#include "workspace/workspace.h"

enum {
	ROSTER_MAX = 64 << 20
};

#define ROSTER_PATH "config/roster.yaml"

struct walk {
	struct workspace *ws;
	struct repo *repo;
	const struct history_query *query;
	struct map undone; /* commit in hex -> anything */
	struct arena arena;
	/* the roster of the commit looked at last, as its parent had it */
	struct roster *roster;
	struct oid roster_oid;
	struct err *err;
};

static void walk_release(struct walk *w)
{
	map_release(&w->undone);
	arena_release(&w->arena);
	roster_free(w->roster);
}
AUTO_RELEASE(struct walk, walk_release)

bool history_undoes(const char *message, char out[OID_HEX])
{
	const char *line = strstr(message, "\n" UNDOES);
	struct oid oid;

	if (!line)
		return false;
	snprintf(out, OID_HEX, "%s", line + 1 + strlen(UNDOES));
	return oid_parse(out, &oid);
}

/* ---- whom a commit concerns */

/* Zero where there is no such path. */
static int find(struct walk *w, const struct oid *commit, const char *path,
		struct oid *out)
{
	memset(out, 0, sizeof(*out));
	if (oid_is_zero(commit) ||
	    repo_path_find(w->repo, commit, path, out, w->err) == 0)
		return 0;
	if (w->err->code != ERR_NOT_FOUND)
		return (int)w->err->code;
	err_clear(w->err);
	return 0;
}

static int differs(struct walk *w, const struct repo_commit *c,
		   const char *path, struct oid *now, struct oid *was,
		   bool *out)
{
	if (find(w, &c->oid, path, now) < 0 ||
	    find(w, &c->parent, path, was) < 0)
		return (int)w->err->code;
	*out = !oid_equal(now, was);
	return 0;
}

/* NULL for one that cannot be read: a person may have committed anything. */
static int read_roster(struct walk *w, const struct oid *oid,
		       struct roster **out)
{
	AUTO(strbuf_releasep) struct strbuf text = { .max = ROSTER_MAX };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root;
	struct err why = { 0 };

	*out = NULL;
	if (oid_is_zero(oid))
		return 0;
	if (repo_blob_read(w->repo, oid, ROSTER_MAX, &text, w->err) < 0)
		return (int)w->err->code;
	if (yaml_read(strbuf_str(&text), text.len, ROSTER_PATH, &arena, &root,
		      &why) == 0)
		(void)roster_read(root, UINT32_MAX, out, &why);
	if (why.code == ERR_NOMEM)
		return err_nomem(w->err);
	return 0;
}

static bool text_is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool seat_is_same(const struct seat *a, const struct seat *b)
{
	if (!a || !b)
		return a == b;
	for (int i = 0; i < ARTIFACT_COUNT; i++) {
		if (!text_is_same(a->artifact_repo[i], b->artifact_repo[i]))
			return false;
	}
	return a->number == b->number && a->mode == b->mode &&
	       a->status == b->status && text_is_same(a->name, b->name) &&
	       text_is_same(a->zone, b->zone) &&
	       text_is_same(a->repo, b->repo) &&
	       text_is_same(a->suffix, b->suffix);
}

/* The parent's roster is kept: it is the next commit's own. */
static int roster_concerns(struct walk *w, const struct oid *now,
			   const struct oid *was, bool *out)
{
	const char *handle = w->query->handle;
	AUTO(roster_freep) struct roster *mine = NULL;
	struct roster *before = NULL;

	if (w->roster && oid_equal(&w->roster_oid, now)) {
		mine = w->roster;
		w->roster = NULL;
	} else if (read_roster(w, now, &mine) < 0) {
		return (int)w->err->code;
	}
	if (read_roster(w, was, &before) < 0)
		return (int)w->err->code;
	roster_free(w->roster);
	w->roster = before;
	w->roster_oid = *was;
	*out = !seat_is_same(mine ? roster_find(mine, handle) : NULL,
			     before ? roster_find(before, handle) : NULL);
	return 0;
}

static int concerns(struct walk *w, const struct repo_commit *c, bool *out)
{
	struct oid now, was;
	bool changed = false;

	for (int a = 0; a < ARTIFACT_COUNT && !changed; a++) {
		char path[64 + HANDLE_MAX];

		snprintf(path, sizeof(path), "artifacts/%s/%s.json",
			 artifact_id((enum artifact)a), w->query->handle);
		if (differs(w, c, path, &now, &was, &changed) < 0)
			return (int)w->err->code;
	}
	*out = changed;
	if (changed || differs(w, c, ROSTER_PATH, &now, &was, &changed) < 0 ||
	    !changed)
		return (int)w->err->code;
	return roster_concerns(w, &now, &was, out);
}

/* ---- walking */

static int note_undone(struct walk *w, const char *hex)
{
	const char *own = arena_strdup(&w->arena, hex);

	if (!own || map_put(&w->undone, own, w) < 0)
		return err_nomem(w->err);
	return 0;
}

static int describe(struct walk *w, struct repo_commit *c,
		    struct history_entry *e)
{
	*e = (struct history_entry){ .when = c->when,
				     .author = c->author_name };
	oid_hex(&c->oid, e->commit);
	e->is_undo = history_undoes(c->message, e->undoes);
	e->is_undone = map_get(&w->undone, e->commit) != NULL;
	if (!e->is_undo)
		e->undoes[0] = '\0';
	else if (!e->is_undone && note_undone(w, e->undoes) < 0)
		return (int)w->err->code;
	c->message[strcspn(c->message, "\n")] = '\0';
	e->subject = c->message;
	return 0;
}

int history_each(struct workspace *ws, const struct history_query *query,
		 history_visit *visit, void *ctx, bool *more, struct err *err)
{
	AUTO(walk_releasep)
	struct walk w = {
		.ws = ws, .repo = workspace_repo(ws), .query = query, .err = err
	};
	struct oid at = workspace_head(ws);
	size_t shown = 0;

	*more = false;
	if (!w.repo)
		return err_nomem(err);
	while (!oid_is_zero(&at)) {
		AUTO(repo_commit_releasep) struct repo_commit c = { 0 };
		struct history_entry entry;
		bool wanted = true;
		int rc;

		if (repo_commit_read(w.repo, &at, &c, err) < 0 ||
		    describe(&w, &c, &entry) < 0 ||
		    (query->handle && concerns(&w, &c, &wanted) < 0))
			return (int)err->code;
		at = c.parent;
		if (!wanted)
			continue;
		if (query->limit && shown == query->limit) {
			*more = true;
			return 0;
		}
		rc = visit(ctx, &entry, err);
		if (rc < 0)
			return rc;
		shown++;
	}
	return 0;
}
