#include "io/git_box.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/path.h"
#include "base/vec.h"
#include "io/file.h"

/* ---- the folder */

static int make_dir(const char *box, const char *name, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	path_join(&path, box, name);
	if (strbuf_check(&path, err) < 0)
		return err->code;
	if (mkdir(strbuf_str(&path), 0755) < 0 && errno != EEXIST)
		return err_errno(err, errno, "make", strbuf_str(&path));
	return 0;
}

static int make_file(const char *box, const char *name, const char *text,
		     struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	path_join(&path, box, name);
	if (strbuf_check(&path, err) < 0)
		return err->code;
	return file_write_cache(strbuf_str(&path), text, strlen(text), err);
}

/*
 * What makes a folder a repository (gitrepository-layout(5)).  HEAD comes last:
 * without it there is none, and the next run begins again.
 */
static int make(const char *path, struct err *err)
{
	static const char *const dirs[] = { "", "objects", "objects/pack",
					    "refs" };

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		if (make_dir(path, dirs[i], err) < 0)
			return err->code;
	}
	if (make_file(path, "config",
		      "[core]\n"
		      "\trepositoryformatversion = 0\n"
		      "\tbare = true\n",
		      err) < 0)
		return err->code;
	return make_file(path, "HEAD", "ref: refs/heads/main\n", err);
}

int box_open(const char *path, struct repo **out, struct err *err)
{
	if (repo_open(path, out, err) == 0 || err->code != ERR_NOT_FOUND)
		return err->code;
	err_clear(err);
	if (make(path, err) < 0)
		return err->code;
	return repo_open(path, out, err);
}

/* ---- refs */

void box_refs_release(struct box_refs *refs)
{
	if (!refs)
		return;
	for (size_t i = 0; i < refs->count; i++)
		free(refs->items[i].name);
	free(refs->items);
	*refs = (struct box_refs){ 0 };
}

/* Where NAME is, or would be. */
static size_t place_of(const struct box_refs *refs, const char *name,
		       bool *found)
{
	size_t low = 0, high = refs->count;

	*found = false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(refs->items[mid].name, name);

		if (order == 0) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct oid *box_refs_get(const struct box_refs *refs, const char *name)
{
	bool found;
	size_t i = place_of(refs, name, &found);

	return found ? &refs->items[i].oid : NULL;
}

int box_refs_set(struct box_refs *refs, const char *name, const struct oid *oid,
		 struct err *err)
{
	bool found;
	size_t i = place_of(refs, name, &found);
	struct box_ref *grown;
	char *copy;

	if (found) {
		refs->changed |= !oid_equal(&refs->items[i].oid, oid);
		refs->items[i].oid = *oid;
		return 0;
	}
	grown = vec_grow(refs->items, &refs->cap, refs->count + 1,
			 sizeof(*grown));
	if (!grown)
		return err_nomem(err);
	refs->items = grown;
	copy = strdup(name);
	if (!copy)
		return err_nomem(err);
	memmove(&grown[i + 1], &grown[i], (refs->count - i) * sizeof(*grown));
	grown[i] = (struct box_ref){ copy, *oid };
	refs->count++;
	refs->changed = true;
	return 0;
}

void box_refs_remove(struct box_refs *refs, const char *name)
{
	bool found;
	size_t i = place_of(refs, name, &found);

	if (!found)
		return;
	free(refs->items[i].name);
	refs->count--;
	memmove(&refs->items[i], &refs->items[i + 1],
		(refs->count - i) * sizeof(*refs->items));
	refs->changed = true;
}

struct reading {
	struct box_refs *refs;
	struct err *err;
};

static int read_one(void *ctx, const char *ref, const struct oid *oid)
{
	struct reading *r = ctx;

	return box_refs_set(r->refs, ref, oid, r->err);
}

int box_refs_read(struct repo *box, struct box_refs *out, struct err *err)
{
	AUTO(box_refs_releasep) struct box_refs refs = { 0 };
	struct reading r = { &refs, err };

	if (repo_ref_each(box, "refs/", read_one, &r, err) < 0)
		return err->code;
	refs.changed = false;
	*out = refs;
	refs = (struct box_refs){ 0 };
	return 0;
}

int box_refs_write(struct repo *box, struct box_refs *refs, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char hex[OID_HEX];

	if (!refs->changed)
		return 0;
	strbuf_adds(&text, "# pack-refs with: sorted \n");
	for (size_t i = 0; i < refs->count; i++) {
		oid_hex(&refs->items[i].oid, hex);
		strbuf_addf(&text, "%s %s\n", hex, refs->items[i].name);
	}
	path_join(&path, repo_git_dir(box), "packed-refs");
	if (strbuf_check(&text, err) < 0 || strbuf_check(&path, err) < 0 ||
	    file_write_cache(strbuf_str(&path), text.data, text.len, err) < 0)
		return err->code;
	refs->changed = false;
	return 0;
}
