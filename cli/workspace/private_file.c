/*
 * A private file comes with a commit, and is never in it: it waits in our own
 * folder under the commit's name and is put in place once the branch has moved.
 * Whoever is killed in between leaves one that waits for HEAD, which the next
 * command brings, or one for a commit that never was, which goes.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"
#include "workspace/internal.h"

enum {
	PRIVATE_SIZE_MAX = 64 << 20
};

static const char *const paths[] = { "config/contacts.yaml",
				     "config/tokens.yaml" };

/* "contacts.yaml-COMMIT" in our own folder; NULL without memory. */
static char *waiting_path(const struct workspace *ws, const char *path,
			  const struct oid *commit)
{
	AUTO(strbuf_releasep) struct strbuf name = { 0 };
	char hex[OID_HEX];

	oid_hex(commit, hex);
	strbuf_addf(&name, "%s-%s", path_base(path), hex);
	return strbuf_ok(&name) ? path_joined(ws->own_dir, strbuf_str(&name))
				: NULL;
}

int private_stage(const struct workspace *ws, const struct private_file *f,
		  const struct oid *commit, struct err *err)
{
	AUTO(str_freep) char *waiting = waiting_path(ws, f->path, commit);

	if (!waiting)
		return err_nomem(err);
	return file_write(waiting, f->bytes, f->len, 0600, err);
}

void private_unstage(const struct workspace *ws, const struct private_file *f,
		     const struct oid *commit)
{
	AUTO(str_freep) char *waiting = waiting_path(ws, f->path, commit);

	if (waiting)
		(void)unlink(waiting);
}

int private_bring(const struct workspace *ws, const struct private_file *f,
		  const struct oid *commit, struct err *err)
{
	AUTO(str_freep) char *path = path_joined(ws->root, f->path);

	if (!path)
		return err_nomem(err);
	if (file_write(path, f->bytes, f->len, 0600, err) < 0)
		return (int)err->code;
	if (commit)
		private_unstage(ws, f, commit);
	return 0;
}

/* ---- after a kill */

static bool is_newer(const char *path, const char *than)
{
	struct stat a, b;

	if (stat(path, &a) < 0 || stat(than, &b) < 0)
		return false;
	return a.st_mtim.tv_sec != b.st_mtim.tv_sec
		       ? a.st_mtim.tv_sec > b.st_mtim.tv_sec
		       : a.st_mtim.tv_nsec > b.st_mtim.tv_nsec;
}

/* A person has written the file since, and not what waits: theirs stays. */
static bool is_edited(const char *path, const char *waiting,
		      const struct strbuf *text)
{
	AUTO(strbuf_releasep) struct strbuf theirs = { 0 };
	struct err ignored = { 0 };

	return is_newer(path, waiting) &&
	       file_read(path, PRIVATE_SIZE_MAX, &theirs, &ignored) == 0 &&
	       (theirs.len != text->len ||
		memcmp(strbuf_str(&theirs), strbuf_str(text), text->len) != 0);
}

static int bring_waiting(struct workspace *ws, const char *name,
			 const char *waiting, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(str_freep) char *path = path_joined(ws->root, name);
	struct private_file f = { .path = name };

	if (!path)
		return err_nomem(err);
	if (file_read(waiting, PRIVATE_SIZE_MAX, &text, err) < 0)
		return (int)err->code;
	if (is_edited(path, waiting, &text)) {
		workspace_note(ws,
			       "'%s' was edited by hand before what a killed "
			       "command had for it could be added: run that "
			       "command again",
			       name);
		(void)unlink(waiting);
		return 0;
	}
	f.bytes = strbuf_str(&text);
	f.len = text.len;
	return private_bring(ws, &f, &ws->head, err);
}

static int settle_one(struct workspace *ws, const char *name, const char *entry,
		      struct err *err)
{
	AUTO(str_freep) char *path = path_joined(ws->own_dir, entry);
	const char *base = path_base(name);
	size_t len = strlen(base);
	char hex[OID_HEX];

	if (strncmp(entry, base, len) != 0 || entry[len] != '-')
		return 0;
	if (!path)
		return err_nomem(err);
	oid_hex(&ws->head, hex);
	if (strcmp(entry + len + 1, hex) == 0)
		return bring_waiting(ws, name, path, err);
	(void)unlink(path);
	return 0;
}

int private_settle(struct workspace *ws, struct err *err)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };

	if (!file_is_dir(ws->own_dir))
		return 0;
	if (file_names_read(ws->own_dir, &names, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < names.count; i++) {
		for (size_t k = 0; k < ARRAY_LEN(paths); k++) {
			if (settle_one(ws, paths[k], names.items[i], err) < 0)
				return (int)err->code;
		}
	}
	return 0;
}
