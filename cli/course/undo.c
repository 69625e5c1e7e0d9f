/* Taking back the last commit, by a new one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "course/history.h"
#include "course/history_undo.h"
#include "io/git_commit.h"
#include "workspace/workspace.h"

enum {
	FILE_MAX = 256 << 20,
	UNDONE_MAX = 100000 /* undos in a row that are followed back */
};

struct undo {
	struct workspace *ws;
	struct repo *repo;
	struct repo_commit target;
	struct change *change;
	size_t files;
	struct err *err;
};

static void undo_release(struct undo *u)
{
	repo_commit_release(&u->target);
	change_free(u->change);
}
AUTO_RELEASE(struct undo, undo_release)

void undo_result_release(struct undo_result *r)
{
	free(r->subject);
	r->subject = NULL;
}

/* ---- which commit */

/*
 * An undo of X leaves the tree of X's parent: what is to be undone next is
 * that parent, or what that one leaves in its turn.
 */
static int find_target(struct undo *u)
{
	struct oid at = workspace_head(u->ws);

	for (int i = 0; i < UNDONE_MAX; i++) {
		AUTO(repo_commit_releasep) struct repo_commit c = { 0 };
		AUTO(repo_commit_releasep) struct repo_commit x = { 0 };
		char hex[OID_HEX];
		struct oid undone;

		if (repo_commit_read(u->repo, &at, &c, u->err) < 0)
			return (int)u->err->code;
		if (!history_undoes(c.message, hex)) {
			u->target = c;
			c = (struct repo_commit){ 0 };
			return 0;
		}
		(void)oid_parse(hex, &undone);
		if (repo_commit_read(u->repo, &undone, &x, u->err) < 0)
			return (int)u->err->code;
		at = x.parent;
		if (oid_is_zero(&at))
			return err_set(u->err, ERR_FORMAT,
				       "commit %.7s undoes the beginning", hex);
	}
	return err_set(u->err, ERR_LIMIT, "more than %d undos in a row",
		       UNDONE_MAX);
}

static int check_target(const struct undo *u)
{
	AUTO(repo_commit_releasep) struct repo_commit head = { 0 };
	struct oid at = workspace_head(u->ws);
	int subject = (int)strcspn(u->target.message, "\n");

	if (u->target.parent_count == 0)
		return err_set(u->err, ERR_REFUSED,
			       "nothing to undo: '%.*s' began the workspace",
			       subject, u->target.message);
	if (u->target.parent_count > 1) {
		(void)err_set(u->err, ERR_REFUSED,
			      "cannot undo '%.*s': it joins two histories",
			      subject, u->target.message);
		return err_hint(u->err, "git revert -m 1 HEAD");
	}
	if (repo_commit_read(u->repo, &at, &head, u->err) < 0)
		return (int)u->err->code;
	if (!oid_equal(&head.tree, &u->target.tree))
		return err_set(u->err, ERR_FORMAT,
			       "cannot undo: the history does not tell what "
			       "is undone already");
	return 0;
}

/* ---- what it did */

static int read_record(struct undo *u, const struct oid *oid, const char *path,
		       struct record **out)
{
	AUTO(strbuf_releasep) struct strbuf text = { .max = FILE_MAX };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root;
	struct err why = { 0 };

	*out = NULL;
	if (oid_is_zero(oid))
		return 0;
	if (repo_blob_read(u->repo, oid, FILE_MAX, &text, u->err) < 0)
		return (int)u->err->code;
	/* a broken one holds no publication that we could lose */
	if (json_read(strbuf_str(&text), text.len, path, &arena, &root, &why) ==
	    0)
		(void)record_read(root, out, &why);
	return why.code == ERR_NOMEM ? err_nomem(u->err) : 0;
}

static int refuse_publication(const struct undo *u, const struct publication *p)
{
	(void)err_set(u->err, ERR_REFUSED,
		      "cannot undo '%.*s': %s %s is published in '%s'",
		      (int)strcspn(u->target.message, "\n"), u->target.message,
		      p->crate, p->version, p->registry);
	return err_hint(u->err, "a version that is out stays out: the student "
				"submits the next one");
}

/* A publication that the commit added would be forgotten, not undone. */
static int check_record(struct undo *u, const struct repo_change *change)
{
	AUTO(record_freep) struct record *before = NULL;
	AUTO(record_freep) struct record *after = NULL;

	if (read_record(u, &change->before, change->path, &before) < 0 ||
	    read_record(u, &change->after, change->path, &after) < 0)
		return (int)u->err->code;
	for (size_t i = 0; after && i < after->publication_count; i++) {
		const struct publication *p = &after->publications[i];

		if (!before ||
		    !record_publication(before, p->registry, p->version))
			return refuse_publication(u, p);
	}
	return 0;
}

static int restore(struct undo *u, const struct repo_change *change)
{
	AUTO(strbuf_releasep) struct strbuf text = { .max = FILE_MAX };

	if (oid_is_zero(&change->before))
		return change_remove(u->change, change->path, u->err);
	if (repo_blob_read(u->repo, &change->before, FILE_MAX, &text, u->err) <
	    0)
		return (int)u->err->code;
	return change_put_mode(u->change, change->path, strbuf_str(&text),
			       text.len, change->before_kind == REPO_EXECUTABLE,
			       u->err);
}

static int visit(void *ctx, const struct repo_change *change)
{
	struct undo *u = ctx;

	u->files++;
	if (change->before_kind > REPO_EXECUTABLE ||
	    change->after_kind > REPO_EXECUTABLE) {
		(void)err_set(u->err, ERR_REFUSED,
			      "cannot undo '%.*s': '%s' is a link",
			      (int)strcspn(u->target.message, "\n"),
			      u->target.message, change->path);
		return err_hint(u->err, "git revert HEAD");
	}
	if (strncmp(change->path, "artifacts/", 10) == 0 &&
	    check_record(u, change) < 0)
		return (int)u->err->code;
	return restore(u, change);
}

/* An upload that nobody has heard the end of must be settled, not undone. */
static int refuse_effect(void *ctx, const struct node *line, struct err *err)
{
	(void)ctx;
	(void)line;
	(void)err_set(err, ERR_REFUSED,
		      "cannot undo: something that was sent or published is "
		      "not settled yet");
	return err_hint(err, "run the command again that was interrupted, like "
			     "'cohort publish'");
}

/* ---- doing it */

static int commit(struct undo *u, struct undo_result *out)
{
	AUTO(strbuf_releasep) struct strbuf message = { 0 };
	struct oid head;

	strbuf_addf(&message, "undo: %s\n\n" UNDOES "%s\n", out->subject,
		    out->undone);
	if (strbuf_check(&message, u->err) < 0 ||
	    change_commit(u->change, strbuf_str(&message), u->err) < 0)
		return (int)u->err->code;
	head = workspace_head(u->ws);
	oid_hex(&head, out->commit);
	return 0;
}

int undo_last(struct workspace *ws, struct undo_result *out, struct err *err)
{
	AUTO(undo_releasep)
	struct undo u = { .ws = ws, .repo = workspace_repo(ws), .err = err };
	struct undo_result done = { 0 };

	if (!u.repo)
		return err_nomem(err);
	if (workspace_effects(ws, refuse_effect, NULL, err) < 0 ||
	    find_target(&u) < 0 || check_target(&u) < 0 ||
	    change_new(ws, &u.change, err) < 0 ||
	    repo_diff(u.repo, &u.target.parent, &u.target.oid, visit, &u, err) <
		    0)
		return (int)err->code;
	oid_hex(&u.target.oid, done.undone);
	done.files = u.files;
	done.subject =
		strndup(u.target.message, strcspn(u.target.message, "\n"));
	if (!done.subject)
		return err_nomem(err);
	if (commit(&u, &done) < 0) {
		undo_result_release(&done);
		return (int)err->code;
	}
	*out = done;
	return 0;
}
