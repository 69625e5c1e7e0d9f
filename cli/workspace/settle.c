/* What a killed command left behind is finished, or taken away. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"
#include "io/git_index.h"
#include "workspace/internal.h"

/* Half-written files: libgit2's among the objects, and our own. */
static void sweep(const char *dir, const char *prefix)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct err ignored = { 0 };

	if (!dir || file_names_read(dir, &names, &ignored) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(str_freep) char *path = path_joined(dir, names.items[i]);

		if (path &&
		    strncmp(names.items[i], prefix, strlen(prefix)) == 0)
			(void)unlink(path);
	}
}

static void clean_up(struct workspace *ws)
{
	AUTO(str_freep) char *objects = path_joined(ws->git_dir, "objects");
	AUTO(str_freep)
	char *packs = path_joined(ws->git_dir, "objects/pack");
	AUTO(str_freep) char *config = path_joined(ws->root, "config");
	AUTO(str_freep) char *stage = path_joined(ws->own_dir, "index");

	sweep(objects, "tmp_object_git2_");
	sweep(packs, "pack_git2_");
	sweep(ws->own_dir, ".");
	sweep(config, ".contacts.yaml.");
	sweep(config, ".tokens.yaml.");
	if (stage)
		index_settle(ws->repo, stage);
}

int settle(struct workspace *ws, bool killed, struct err *err)
{
	struct intent intent;
	int rc;

	if (workspace_need_repo(ws, err) < 0)
		return (int)err->code;
	if (killed)
		clean_up(ws);
	if (private_settle(ws, err) < 0)
		return (int)err->code;
	rc = intent_read(ws, &intent, err);
	if (rc <= 0)
		return rc;
	if (oid_is_zero(&intent.before))
		create_sweep(ws->root);
	if (oid_equal(&intent.after, &ws->head))
		return checkout_intent(ws, &intent, err);
	/* the ref never moved, or a person has moved it since */
	if (ws->branch[0])
		repo_ref_unlock(ws->repo, ws->branch, &intent.after);
	intent_clear(ws);
	return 0;
}
