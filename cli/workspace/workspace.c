#include "workspace/workspace.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "model/curriculum.h"
#include "model/policy.h"
#include "workspace/internal.h"

enum {
	MOVED_TRIES = 5 /* readers, while writers are at work */
};

/* ---- opening */

static int check_work_dir(const struct workspace *ws, struct err *err)
{
	const char *dir = repo_work_dir(ws->repo);
	AUTO(str_freep) char *real = dir ? os_real_path(dir) : NULL;

	if (real && strcmp(real, ws->root) == 0)
		return 0;
	(void)err_set(err, ERR_UNSAFE,
		      "git's configuration of '%s' puts the files elsewhere",
		      ws->root);
	return err_hint(err, "git -C '%s' config --unset core.worktree",
			ws->root);
}

static int check_free(struct workspace *ws, struct err *err)
{
	const char *busy = repo_busy_with(ws->repo);
	char hex[OID_HEX];

	if (busy) {
		(void)err_set(err, ERR_LOCKED, "a git %s is under way in '%s'",
			      busy, ws->root);
		return err_hint(err,
				"finish it with git, or: git -C '%s' %s "
				"%s",
				ws->root, busy,
				strcmp(busy, "bisect") == 0 ? "reset"
							    : "--abort");
	}
	if (!ws->branch[0]) {
		oid_hex(&ws->head, hex);
		(void)err_set(err, ERR_LOCKED,
			      "no branch is checked out in '%s' (HEAD is at "
			      "%.7s): a commit made here would be lost",
			      ws->root, hex);
		return err_hint(err, "git -C '%s' switch main", ws->root);
	}
	return 0;
}

static int open_for_writing(struct workspace *ws, struct err *err)
{
	bool killed;

	if (workspace_need_repo(ws, err) < 0 || check_work_dir(ws, err) < 0 ||
	    lock_take(ws, LOCK_A_MOMENT, &killed, err) < 0 ||
	    head_read(ws, err) < 0 || check_free(ws, err) < 0 ||
	    settle(ws, killed, err) < 0 || private_check_modes(ws, err) < 0)
		return (int)err->code;
	if (ws->flags & WORKSPACE_BARE) {
		if (config_look(ws, NULL, err) < 0)
			return (int)err->code;
	} else if (state_load(ws, &ws->state, err) < 0) {
		return (int)err->code;
	}
	return commit_hand_edits(ws, err);
}

/*
 * A reader finishes for the dead if nobody else is at it; when it cannot, it
 * reads what HEAD says all the same.
 */
static void settle_in_passing(struct workspace *ws)
{
	struct err ignored = { 0 };
	bool killed;

	if (!intent_exists(ws) ||
	    lock_take(ws, LOCK_NOW, &killed, &ignored) < 0)
		return;
	if (workspace_need_repo(ws, &ignored) == 0 &&
	    check_work_dir(ws, &ignored) == 0 && head_read(ws, &ignored) == 0 &&
	    check_free(ws, &ignored) == 0)
		(void)settle(ws, killed, &ignored);
	lock_release(ws);
}

static int open_for_reading(struct workspace *ws, struct err *err)
{
	settle_in_passing(ws);
	for (int i = 0; i < MOVED_TRIES; i++) {
		struct oid before;

		state_free(ws->state);
		ws->state = NULL;
		err_clear(err);
		if (head_read(ws, err) < 0)
			return (int)err->code;
		if (ws->flags & WORKSPACE_BARE)
			return 0;
		before = ws->head;
		(void)state_load(ws, &ws->state, err);
		/* half of what was read may be newer: look again */
		{
			struct err ignored = { 0 };

			if (head_read(ws, &ignored) == 0 &&
			    oid_equal(&before, &ws->head))
				break;
		}
	}
	return (int)err->code;
}

int workspace_open(const char *dir, unsigned flags, struct workspace **out,
		   struct err *err)
{
	AUTO(workspace_freep) struct workspace *ws = calloc(1, sizeof(*ws));

	if (!ws)
		return err_nomem(err);
	ws->lock = -1;
	ws->flags = flags;
	if (root_find(ws, dir, err) < 0 ||
	    (flags & WORKSPACE_WRITE ? open_for_writing(ws, err)
				     : open_for_reading(ws, err)) < 0)
		return (int)err->code;
	*out = ws;
	ws = NULL;
	return 0;
}

void workspace_free(struct workspace *ws)
{
	if (!ws)
		return;
	lock_release(ws);
	state_free(ws->state);
	curriculum_free(ws->curriculum);
	policy_free(ws->policy);
	config_release(&ws->config);
	repo_free(ws->repo);
	for (size_t i = 0; i < ws->notes.count; i++)
		free(ws->notes.items[i]);
	free(ws->notes.items);
	free(ws->root);
	free(ws->git_dir);
	free(ws->own_dir);
	free(ws);
}

/* ---- reading */

const char *workspace_root(const struct workspace *ws)
{
	return ws->root;
}

struct repo *workspace_repo(struct workspace *ws)
{
	struct err ignored = { 0 };

	(void)workspace_need_repo(ws, &ignored);
	return ws->repo;
}

struct oid workspace_head(const struct workspace *ws)
{
	return ws->head;
}

char *workspace_path(const struct workspace *ws, const char *name)
{
	return path_joined(ws->root, name);
}

size_t workspace_notes(const struct workspace *ws, const char *const **out)
{
	*out = (const char *const *)ws->notes.items;
	return ws->notes.count;
}

const struct cohort *workspace_cohort(struct workspace *ws)
{
	return ws->state->cohort;
}

const struct roster *workspace_roster(struct workspace *ws)
{
	return ws->state->roster;
}

const struct seat_summary *workspace_summary(struct workspace *ws, size_t index,
					     enum artifact a)
{
	return &ws->state->states[index].summary[a];
}

static int read_config(struct workspace *ws, enum config_file f,
		       struct config_values *out, struct err *err)
{
	const struct strbuf *text;

	if (config_text(ws, f, &text, err) < 0)
		return (int)err->code;
	return config_parse(f, strbuf_str(text), text->len, out, err);
}

const struct curriculum *workspace_curriculum(struct workspace *ws,
					      struct err *err)
{
	struct config_values values = { 0 };

	if (!ws->curriculum &&
	    read_config(ws, CONFIG_CURRICULUM, &values, err) == 0)
		ws->curriculum = values.curriculum;
	return ws->curriculum;
}

const struct policy *workspace_policy(struct workspace *ws, struct err *err)
{
	struct config_values values = { 0 };

	if (!ws->policy && read_config(ws, CONFIG_POLICY, &values, err) == 0)
		ws->policy = values.policy;
	return ws->policy;
}

int workspace_record(struct workspace *ws, enum artifact a, const char *handle,
		     struct record **out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct oid oid;

	record_path(a, handle, &path);
	if (strbuf_check(&path, err) < 0 || workspace_need_repo(ws, err) < 0 ||
	    head_blob(ws, strbuf_str(&path), &oid, err) < 0)
		return (int)err->code;
	if (oid_is_zero(&oid))
		return record_new(a, handle, out, err);
	if (repo_blob_read(ws->repo, &oid, RECORD_SIZE_MAX, &text, err) < 0)
		return (int)err->code;
	return record_parse(strbuf_str(&path), strbuf_str(&text), text.len, out,
			    err);
}
