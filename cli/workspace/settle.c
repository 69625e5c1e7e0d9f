/* What a killed command left behind is finished, or taken away. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"
#include "io/git_index.h"
#include "workspace/internal.h"

enum {
	LOOK_AGAIN_MS = 100
};

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

static bool read_lock(const char *path, ino_t *ino, struct strbuf *text)
{
	struct stat st;
	struct err ignored = { 0 };

	if (lstat(path, &st) < 0)
		return false;
	*ino = st.st_ino;
	strbuf_reset(text);
	return file_read(path, OID_HEX, text, &ignored) == 0;
}

/*
 * The lock file of our branch, if it is the dead one's: it was to hold the
 * commit of the intent, and nobody else holds it for long.
 */
static void drop_ref_lock(struct workspace *ws, const struct intent *intent)
{
	static const struct timespec moment = { .tv_nsec = LOOK_AGAIN_MS *
							   1000000L };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	char hex[OID_HEX];
	ino_t first, second;

	strbuf_addf(&path, "%s%s.lock", ws->git_dir, ws->branch);
	oid_hex(&intent->after, hex);
	if (!strbuf_ok(&path) || !ws->branch[0] ||
	    !read_lock(strbuf_str(&path), &first, &text))
		return;
	if (text.len > 0 && strncmp(strbuf_str(&text), hex, OID_HEX - 1) != 0)
		return;
	(void)nanosleep(&moment, NULL);
	if (read_lock(strbuf_str(&path), &second, &text) && first == second)
		(void)unlink(strbuf_str(&path));
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
	drop_ref_lock(ws, &intent);
	intent_clear(ws);
	return 0;
}
