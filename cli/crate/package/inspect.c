#include "crate/package/inspect.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "crate/manifest/lint_table.h"
#include "crate/package/names.h"
#include "crate/package/tar.h"

struct package_inspect {
	struct package_listing listing;
	struct lint_report report;
	struct tar_walk *walk;
	struct strbuf path; /* of the entry that is looked at */
	size_t max_entries;
	size_t entries;
	size_t path_bytes;
	size_t readmes;
	size_t manifests;	   /* Cargo.toml, in any case of letters */
	bool stopped;		   /* a finding says why */
	struct package_text *text; /* that the content goes to, or NULL */
};

enum {
	SHOWN_MAX = 300 /* bytes of a path in a finding */
};

/* ---- findings */

/* Report PATH, which may be any bytes. */
static int report_raw(struct package_inspect *p, enum lint_id id,
		      const char *path, size_t len, const char *why,
		      struct err *err)
{
	char shown[SHOWN_MAX];
	struct lint_place at = { .file = shown, .subject = shown };

	path_printable(path, len, shown, sizeof(shown));
	return lint_add(&p->report, id, &at, NULL, err, "'%s' %s", shown, why);
}

static int report(struct package_inspect *p, enum lint_id id, const char *path,
		  const char *why, struct err *err)
{
	return report_raw(p, id, path, strlen(path), why, err);
}

/* What no reader can go on from. */
static int stop(struct package_inspect *p, enum lint_id id, const char *why,
		const char *mend, struct err *err)
{
	struct lint_place at = { .subject = "package" };

	p->stopped = true;
	return lint_add(&p->report, id, &at, mend, err, "%s", why);
}

/* ---- one entry */

static int check_path(struct package_inspect *p, bool *ok, struct err *err)
{
	const char *path = strbuf_str(&p->path), *why = NULL;
	size_t len = p->path.len;

	if (strlen(path) < len || !text_is_utf8(path, len))
		why = "is no text";
	else if (path[0] == '/')
		why = "is an absolute path";
	else if (!path_is_safe(path))
		why = "is no plain path below the package";
	*ok = !why;
	return why ? report_raw(p, LINT_UNSAFE_PATH, path, len, why, err) : 0;
}

/* The part below the root folder in *BELOW; NULL if there is none. */
static int check_root(struct package_inspect *p, const char *path,
		      const char **below, struct err *err)
{
	size_t len = strcspn(path, "/");

	*below = NULL;
	if (!p->listing.root) {
		p->listing.root = arena_strndup(&p->listing.arena, path, len);
		if (!p->listing.root)
			return err_nomem(err);
	}
	if (strlen(p->listing.root) != len ||
	    memcmp(p->listing.root, path, len) != 0)
		return report(p, LINT_WRONG_ROOT, path,
			      "is not in the package's own folder", err);
	*below = path[len] == '/' ? path + len + 1 : path + len;
	return 0;
}

static int check_type(struct package_inspect *p, const struct tar_entry *e,
		      struct err *err)
{
	static const struct {
		char type;
		const char *why;
	} types[] = {
		{ '1', "is a hard link" },   { '2', "is a symbolic link" },
		{ '3', "is a device" },	     { '4', "is a device" },
		{ '6', "is a pipe" },	     { '7', "is a contiguous file" },
		{ 'S', "is a sparse file" }, { 'g', "is a global pax header" },
	};
	const char *why = "is of an unknown type";

	if (e->pax_size != e->size) {
		p->stopped = true; /* where the next header is, is a guess */
		return report_raw(p, LINT_PAX_SIZE, e->path, e->path_len,
				  "has two sizes that differ", err);
	}
	if (e->sparse)
		return report_raw(p, LINT_ENTRY_TYPE, e->path, e->path_len,
				  "is a sparse file", err);
	if (e->type == '0' || e->type == '5')
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i].type == e->type)
			why = types[i].why;
	}
	p->stopped = e->type == 'S'; /* its map follows in blocks of its own */
	return report_raw(p, LINT_ENTRY_TYPE, e->path, e->path_len, why, err);
}

/* Warnings that need no more than the name and size of a file. */
static int check_name(struct package_inspect *p, const char *path,
		      uint64_t size, struct err *err)
{
	struct lint_place at = { .file = path, .subject = path };

	if (path_breaks_windows(path) &&
	    report(p, LINT_WINDOWS_NAME, path, "cannot exist on Windows", err) <
		    0)
		return err->code;
	if (path_is_secret(path) && report(p, LINT_SECRET_FILE, path,
					   "usually holds a secret", err) < 0)
		return err->code;
	if (path_is_build_output(path) &&
	    lint_add(&p->report, LINT_BUILD_OUTPUT, &at,
		     "git rm -r --cached target", err,
		     "'%.200s' is something that cargo built", path) < 0)
		return err->code;
	if (size <= PACKAGE_LARGE_FILE)
		return 0;
	return lint_add(&p->report, LINT_LARGE_FILE, &at,
			"add it to `exclude` in [package]", err,
			"'%.200s' has %llu bytes", path,
			(unsigned long long)size);
}

/* The five that have a name of their own, and three READMEs at most. */
static bool is_kept(struct package_inspect *p, const char *path)
{
	static const char *const names[] = { "Cargo.toml", "cargo.toml",
					     "Cargo.toml.orig", "Cargo.lock",
					     ".cargo_vcs_info.json" };

	/* of a path that stands there twice the first is kept */
	if (package_listing_text(&p->listing, path))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(path, names[i]) == 0)
			return true;
	}
	return strncmp(path, "README", 6) == 0 && !strchr(path, '/') &&
	       ++p->readmes <= PACKAGE_TEXTS_MAX - ARRAY_LEN(names);
}

static int add_file(struct package_inspect *p, const char *path,
		    const struct tar_entry *e, struct err *err)
{
	struct package_listing *l = &p->listing;
	struct package_file *grown =
		vec_grow(l->files, &l->cap, l->count + 1, sizeof(*grown));
	struct package_file *f;

	if (!grown)
		return err_nomem(err);
	l->files = grown;
	f = &l->files[l->count];
	*f = (struct package_file){ arena_strdup(&l->arena, path), e->size,
				    e->mode, e->offset };
	if (!f->path)
		return err_nomem(err);
	l->count++;
	if (strcasecmp(path, "cargo.toml") == 0)
		p->manifests++;
	if (is_kept(p, path)) {
		p->text = &l->texts[l->text_count++];
		p->text->path = f->path;
	}
	return 0;
}

/* Path and root are right: *BELOW is the path in the package, else NULL. */
static int check_place(struct package_inspect *p, const struct tar_entry *e,
		       const char **below, struct err *err)
{
	size_t len = e->path_len;
	bool ok = false;

	*below = NULL;
	if (e->type == '5' && len > 1 && e->path[len - 1] == '/')
		len--;
	strbuf_reset(&p->path);
	strbuf_add(&p->path, e->path, len);
	if (strbuf_check(&p->path, err) < 0)
		return err->code;
	if (check_path(p, &ok, err) < 0)
		return err->code;
	return ok ? check_root(p, strbuf_str(&p->path), below, err) : 0;
}

static int on_entry(void *ctx, const struct tar_entry *e, struct err *err)
{
	struct package_inspect *p = ctx;
	const char *below;

	p->text = NULL;
	p->path_bytes += e->path_len;
	if (++p->entries > p->max_entries || p->path_bytes > PACKAGE_PATHS_MAX)
		return stop(p, LINT_TOO_MANY_ENTRIES,
			    "the package has more files than is sensible",
			    "add to [package]: exclude = [\"...\"]", err);
	if (check_type(p, e, err) < 0 || check_place(p, e, &below, err) < 0)
		return err->code;
	if (e->type != '0' || !below)
		return 0;
	if (below[0] == '\0')
		return report(p, LINT_WRONG_ROOT, strbuf_str(&p->path),
			      "is a file and should be a folder", err);
	if (check_name(p, below, e->size, err) < 0)
		return err->code;
	return add_file(p, below, e, err);
}

static int on_data(void *ctx, const void *bytes, size_t len, struct err *err)
{
	struct package_inspect *p = ctx;
	struct package_text *text = p->text;
	char *grown;

	if (!text)
		return 0;
	if (len > PACKAGE_TEXT_MAX - text->len) {
		len = PACKAGE_TEXT_MAX - text->len;
		text->cut = true;
	}
	if (len == 0)
		return 0;
	grown = vec_grow(text->bytes, &text->cap, text->len + len, 1);
	if (!grown)
		return err_nomem(err);
	text->bytes = grown;
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	return 0;
}

/* ---- the whole */

int package_inspect_new(const struct package_spec *spec,
			struct findings *findings, struct package_inspect **out,
			struct err *err)
{
	AUTO(package_inspect_freep)
	struct package_inspect *p = calloc(1, sizeof(*p));
	struct tar_visitor visitor = { p, on_entry, on_data };

	if (!p)
		return err_nomem(err);
	p->report.findings = findings;
	p->max_entries = spec->max_entries ? spec->max_entries
					   : (size_t)PACKAGE_ENTRIES_MAX;
	if (spec->root) {
		p->listing.root = arena_strdup(&p->listing.arena, spec->root);
		if (!p->listing.root)
			return err_nomem(err);
	}
	if (tar_walk_new(&visitor,
			 spec->max_bytes ? spec->max_bytes
					 : (uint64_t)PACKAGE_UNPACKED_MAX,
			 &p->walk, err) < 0)
		return err->code;
	*out = p;
	p = NULL;
	return 0;
}

void package_inspect_free(struct package_inspect *p)
{
	if (!p)
		return;
	package_listing_release(&p->listing);
	strbuf_release(&p->path);
	tar_walk_free(p->walk);
	free(p);
}

/* What the walk says of the archive becomes a finding. */
static int walk_failed(struct package_inspect *p, const struct err *why,
		       struct err *err)
{
	if (why->code == ERR_LIMIT)
		return stop(p, LINT_UNPACKED_TOO_LARGE, why->msg,
			    "add to [package]: exclude = [\"...\"]", err);
	if (why->code == ERR_FORMAT)
		return stop(p, LINT_DAMAGED_ARCHIVE, why->msg, "pack it again",
			    err);
	*err = *why;
	return err->code;
}

/*
 * A visitor that wants no more says so by a flag, not by an error: the rest
 * of that piece is walked, which is bounded, and nothing is made of it.
 */
int package_inspect_feed(struct package_inspect *p, const void *bytes,
			 size_t len, struct err *err)
{
	const char *next = bytes;
	struct err why = { 0 };

	while (!p->stopped && len > 0) {
		size_t piece = len < 512 ? len : 512;

		if (tar_walk_feed(p->walk, next, piece, &why) < 0 &&
		    walk_failed(p, &why, err) < 0)
			return err->code;
		next += piece;
		len -= piece;
	}
	return p->stopped;
}

int package_inspect_damaged(struct package_inspect *p, const char *why,
			    struct err *err)
{
	return p->stopped ? 0
			  : stop(p, LINT_DAMAGED_ARCHIVE, why, "pack it again",
				 err);
}

static int compare_files(const void *a, const void *b)
{
	const struct package_file *fa = a, *fb = b;
	int rc = strcmp(fa->path, fb->path);

	/* the first of two stays first: qsort() alone does not promise it */
	return rc ? rc : (fa->offset > fb->offset) - (fa->offset < fb->offset);
}

static int find_duplicates(struct package_inspect *p, struct err *err)
{
	const struct package_listing *l = &p->listing;

	for (size_t i = 1; i < l->count; i++) {
		const char *path = l->files[i].path;

		if (strcmp(path, l->files[i - 1].path) == 0 &&
		    report(p, LINT_DUPLICATE_PATH, path, "stands there twice",
			   err) < 0)
			return err->code;
	}
	return 0;
}

static int compare_cases(const void *a, const void *b)
{
	return path_compare_folded(*(const char *const *)a,
				   *(const char *const *)b);
}

static int find_collisions(struct package_inspect *p, struct err *err)
{
	const struct package_listing *l = &p->listing;
	const char **paths =
		arena_calloc(&p->listing.arena, l->count, sizeof(*paths));

	if (!paths)
		return err_nomem(err);
	for (size_t i = 0; i < l->count; i++)
		paths[i] = l->files[i].path;
	if (l->count > 0)
		qsort(paths, l->count, sizeof(*paths), compare_cases);
	for (size_t i = 1; i < l->count; i++) {
		struct lint_place at = { .file = paths[i],
					 .subject = paths[i] };

		if (path_compare_folded(paths[i], paths[i - 1]) == 0 &&
		    strcmp(paths[i], paths[i - 1]) != 0 &&
		    lint_add(&p->report, LINT_CASE_COLLISION, &at,
			     "rename one of them", err,
			     "'%.200s' and '%.200s' differ only in case",
			     paths[i - 1], paths[i]) < 0)
			return err->code;
	}
	return 0;
}

static int find_manifest(struct package_inspect *p, struct err *err)
{
	struct lint_place at = { .file = "Cargo.toml",
				 .subject = "Cargo.toml" };

	if (p->manifests > 1)
		return lint_add(&p->report, LINT_AMBIGUOUS_MANIFEST, &at,
				"keep the one called Cargo.toml", err,
				"%zu files are called Cargo.toml but for "
				"upper and lower case",
				p->manifests);
	if (package_listing_manifest(&p->listing))
		return 0;
	return lint_add(&p->report, LINT_MISSING_MANIFEST, &at,
			"call it Cargo.toml, exactly", err,
			"there is no Cargo.toml at the top of the package");
}

/* What can be said only when all was seen. */
static int finish(struct package_inspect *p, struct err *err)
{
	struct lint_place at = { .subject = "package" };
	struct err why = { 0 };

	if (tar_walk_end(p->walk, &why) < 0 && walk_failed(p, &why, err) < 0)
		return err->code;
	if (tar_walk_trailing(p->walk) > 0 &&
	    lint_add(&p->report, LINT_TRAILING_BYTES, &at,
		     "delete the .crate and pack again", err,
		     "%llu bytes follow the end of the archive",
		     (unsigned long long)tar_walk_trailing(p->walk)) < 0)
		return err->code;
	if (find_duplicates(p, err) < 0 || find_collisions(p, err) < 0)
		return err->code;
	return p->stopped ? 0 : find_manifest(p, err);
}

int package_inspect_end(struct package_inspect *p, struct package_listing *out,
			struct err *err)
{
	struct package_listing *l = &p->listing;

	if (l->count > 0)
		qsort(l->files, l->count, sizeof(*l->files), compare_files);
	l->unpacked_bytes = tar_walk_bytes(p->walk);
	if (!p->stopped && finish(p, err) < 0)
		return err->code;
	if (lint_report_end(&p->report, err) < 0)
		return err->code;
	*out = *l;
	*l = (struct package_listing){ 0 };
	p->text = NULL;
	return 0;
}
