#include "course/receipt.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "io/file.h"
#include "io/worktree.h"
#include "workspace/workspace.h"

enum {
	FILE_MAX = 1 << 20
};

static int read_receipt(const char *file, struct receipt **out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;

	if (file_read(file, FILE_MAX, &text, err) < 0 ||
	    json_read(strbuf_str(&text), text.len, file, &arena, &root, err) <
		    0)
		return err->code;
	return receipt_read(root, out, err);
}

static int check(const struct receipt *r, const char *file, struct err *err)
{
	char name[OID_HEX];
	struct oid oid;

	if (worktree_hash_tag(r->object, strlen(r->object), &oid, err) < 0)
		return err->code;
	oid_hex(&oid, name);
	if (receipt_check(r, name, err) < 0)
		return err_context(err, "%s", file);
	return 0;
}

/* Memory and disks that fail; all else says that it is no place of ours. */
static bool is_ours(int rc)
{
	return rc == ERR_NOMEM || rc == ERR_IO;
}

/* Is the tag in the repository that we stand in, if it is one that works? */
static int look_in_repository(const struct receipt *r, const char *dir,
			      struct receipt_verdict *out, struct err *err)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	AUTO(strbuf_releasep) struct strbuf object = { 0 };
	struct oid oid;
	int rc = repo_discover(dir ? dir : ".", &repo, err);

	if (rc == 0 && oid_parse(r->tag_object, &oid)) {
		rc = worktree_object(repo, &oid, FILE_MAX, &object, err);
		out->in_repository = rc == 0;
	}
	if (is_ours(rc))
		return rc;
	err_clear(err);
	return 0;
}

/*
 * The workspace that DIR is in, also one whose configuration is broken; NULL
 * if there is none.  Only ERR_NOMEM and ERR_IO are errors.
 */
static int open_workspace(const char *dir, struct workspace **out,
			  struct err *err)
{
	struct err none = { 0 };
	int rc = workspace_open(dir, 0, out, &none);

	if (rc == ERR_FORMAT) {
		err_clear(&none);
		rc = workspace_open(dir, WORKSPACE_BARE, out, &none);
	}
	if (is_ours(rc))
		*err = none;
	return err->code;
}

/* Has it collected the tag? */
static int look_in_workspace(const struct receipt *r, const char *dir,
			     struct receipt_verdict *out, struct err *err)
{
	AUTO(workspace_freep) struct workspace *ws = NULL;
	AUTO(record_freep) struct record *record = NULL;

	if (open_workspace(dir, &ws, err) < 0 || !ws)
		return err->code;
	out->in_workspace = true;
	if (workspace_record(ws, r->artifact, r->handle, &record, err) < 0)
		return err->code;
	for (size_t i = 0; i < record->submission_count; i++) {
		if (strcmp(record->submissions[i].tag_object, r->tag_object) ==
		    0)
			out->collected = true;
	}
	return 0;
}

int receipt_verify(const char *file, const char *dir,
		   struct receipt_verdict *out, struct err *err)
{
	AUTO(receipt_freep) struct receipt *r = NULL;
	struct receipt_verdict v = { 0 };

	if (read_receipt(file, &r, err) < 0 || check(r, file, err) < 0 ||
	    look_in_workspace(r, dir, &v, err) < 0 ||
	    look_in_repository(r, dir, &v, err) < 0)
		return err->code;
	v.receipt = r;
	r = NULL;
	*out = v;
	return 0;
}

void receipt_verdict_release(struct receipt_verdict *v)
{
	if (!v)
		return;
	receipt_free(v->receipt);
	*v = (struct receipt_verdict){ 0 };
}
