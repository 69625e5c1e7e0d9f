#include "crate/package/tree.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "crate/manifest/lint_table.h"
#include "crate/package/names.h"

enum {
	LINK_STEPS_MAX = 40, /* as the kernel: more is a loop */
	LINK_TARGET_MAX = 4096,
	STEPS_MAX = 4 << 20, /* of all links of a tree together */
	PATH_BYTES_MAX = 4096,
	PATH_DEPTH_MAX = 128,
	SHOWN_MAX = 300
};

struct tree {
	struct map entries; /* path -> struct source_entry */
	struct map folders; /* path -> any pointer: what files stand in */
	struct arena arena;
	struct lint_report report;
	const char *crate_dir;
	size_t steps; /* along links, so far */
	struct err *err;
};

static int report(struct tree *t, enum lint_id id, const char *path,
		  const char *mend, const char *why)
{
	char shown[SHOWN_MAX];
	struct lint_place at = { .file = shown, .subject = shown };

	path_printable(path, strlen(path), shown, sizeof(shown));
	return lint_add(&t->report, id, &at, mend, t->err, "'%s' %s", shown,
			why);
}

/* ---- where links lead */

enum leads {
	LEADS_INSIDE,
	LEADS_NOWHERE,
	LEADS_OUT
};

/* A walk along a link: where it is, and what is still to be walked. */
struct walk {
	struct strbuf at;
	struct strbuf rest;
	size_t done;	    /* bytes of the rest that were walked */
	struct strbuf word; /* the step at hand */
};

static void walk_release(struct walk *w)
{
	strbuf_release(&w->at);
	strbuf_release(&w->rest);
	strbuf_release(&w->word);
}
AUTO_RELEASE(struct walk, walk_release)

/* Drop the last component of PATH; false if there is none. */
static bool step_up(struct strbuf *path)
{
	const char *slash;

	if (path->len == 0)
		return false;
	slash = strrchr(strbuf_str(path), '/');
	strbuf_truncate(path, slash ? (size_t)(slash - strbuf_str(path)) : 0);
	return true;
}

/* TARGET goes in front of what is still to be walked. */
static void push_front(struct walk *w, const char *target)
{
	struct strbuf joined = { .max = w->rest.max };

	strbuf_adds(&joined, target);
	strbuf_addc(&joined, '/');
	strbuf_adds(&joined, strbuf_str(&w->rest) + w->done);
	strbuf_release(&w->rest);
	w->rest = joined;
	w->done = 0;
}

/* Take the next component of the rest as the step at hand. */
static void pop_front(struct walk *w)
{
	const char *s = strbuf_str(&w->rest) + w->done;
	size_t len = strcspn(s, "/");

	strbuf_reset(&w->word);
	strbuf_add(&w->word, s, len);
	w->done += len + strspn(s + len, "/");
}

static bool walk_ok(const struct walk *w)
{
	return strbuf_ok(&w->at) && strbuf_ok(&w->rest) && strbuf_ok(&w->word);
}

static bool target_is_usable(const struct source_entry *link)
{
	return link->target && link->target[0] &&
	       strlen(link->target) <= LINK_TARGET_MAX;
}

/*
 * Walk on as the kernel would, through the tree's own links.  LEADS_OUT as
 * soon as a step leaves the root, enters .git or needs an absolute path: where
 * it would end on this machine does not matter.  Where nothing is it goes on,
 * since a ".." after it may still lead out.
 */
static enum leads walk_along(struct tree *t, struct walk *w)
{
	unsigned links = 0;

	while (w->done < w->rest.len && walk_ok(w)) {
		const char *word;
		const struct source_entry *e;
		size_t before = w->at.len;

		/* too long a way is refused, not walked */
		if (w->rest.data[w->done] == '/' || ++t->steps > STEPS_MAX)
			return LEADS_OUT;
		pop_front(w);
		word = strbuf_str(&w->word);
		if (strcmp(word, ".") == 0)
			continue;
		if (path_has_git(word) ||
		    (strcmp(word, "..") == 0 && !step_up(&w->at)))
			return LEADS_OUT;
		if (strcmp(word, "..") == 0)
			continue;
		strbuf_adds(&w->at, before ? "/" : "");
		strbuf_adds(&w->at, word);
		if (w->at.len > PATH_BYTES_MAX)
			return LEADS_NOWHERE;
		e = map_get(&t->entries, strbuf_str(&w->at));
		if (!e || e->kind != SOURCE_LINK)
			continue;
		if (++links > LINK_STEPS_MAX)
			return LEADS_NOWHERE;
		if (!target_is_usable(e))
			return LEADS_OUT;
		strbuf_truncate(&w->at, before);
		push_front(w, e->target);
	}
	if (w->at.len == 0 || map_get(&t->entries, strbuf_str(&w->at)) ||
	    map_get(&t->folders, strbuf_str(&w->at)))
		return LEADS_INSIDE;
	return LEADS_NOWHERE;
}

static int where_it_leads(struct tree *t, const struct source_entry *link,
			  enum leads *out)
{
	AUTO(walk_releasep) struct walk w = { 0 };

	*out = LEADS_OUT;
	if (!target_is_usable(link))
		return 0;
	strbuf_adds(&w.at, link->path);
	(void)step_up(&w.at);
	strbuf_adds(&w.rest, link->target);
	if (walk_ok(&w))
		*out = walk_along(t, &w);
	return walk_ok(&w) ? 0 : err_nomem(t->err);
}

static int lint_link(struct tree *t, const struct source_entry *link)
{
	char shown[SHOWN_MAX], target[SHOWN_MAX], mend[SHOWN_MAX + 32];
	const char *to = link->target ? link->target : "";
	struct lint_place at = { .file = shown, .subject = shown };
	enum leads leads;

	if (where_it_leads(t, link, &leads) < 0)
		return t->err->code;
	if (leads == LEADS_INSIDE)
		return 0;
	path_printable(link->path, strlen(link->path), shown, sizeof(shown));
	path_printable(to, strlen(to), target, sizeof(target));
	snprintf(mend, sizeof(mend), "git rm '%s'", shown);
	return lint_add(&t->report,
			leads == LEADS_OUT ? LINT_SYMLINK_ESCAPES
					   : LINT_SYMLINK_DANGLES,
			&at, mend, t->err, "'%.200s' points to '%.200s', %s",
			shown, target,
			leads == LEADS_OUT ? "outside the repository"
					   : "where nothing is");
}

/* ---- every entry */

static int add_folders(struct tree *t, const char *path)
{
	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		size_t len = (size_t)(p - path);
		char *folder;

		if (map_get_n(&t->folders, path, len))
			continue;
		folder = arena_strndup(&t->arena, path, len);
		if (!folder || map_put_n(&t->folders, folder, len, folder) < 0)
			return err_nomem(t->err);
	}
	return 0;
}

static const char *path_fault(const char *path)
{
	unsigned depth = 0;

	if (strlen(path) > PATH_BYTES_MAX)
		return "is longer than any disk allows";
	for (const char *p = path; *p; p++)
		depth += *p == '/';
	if (depth > PATH_DEPTH_MAX)
		return "is nested too deeply";
	if (!text_is_utf8(path, strlen(path)))
		return "is no text";
	if (!path_is_safe(path))
		return "is no plain path";
	return NULL;
}

/* What holds of every path of the repository: it is all checked out. */
static int add_entry(struct tree *t, const struct source_entry *e)
{
	const char *fault = path_fault(e->path);

	if (fault)
		return report(t, LINT_UNSAFE_PATH, e->path, NULL, fault);
	if (path_has_git(e->path))
		return report(t, LINT_GIT_FOLDER, e->path, NULL,
			      "would become git's own");
	if (map_get(&t->entries, e->path))
		return report(t, LINT_DUPLICATE_PATH, e->path, NULL,
			      "stands there twice");
	if (map_put(&t->entries, e->path, (void *)e) < 0)
		return err_nomem(t->err);
	return add_folders(t, e->path);
}

static bool is_in_crate(const struct tree *t, const char *path)
{
	size_t len = strlen(t->crate_dir);

	return len == 0 ||
	       (strncmp(path, t->crate_dir, len) == 0 && path[len] == '/');
}

static int lint_entry(struct tree *t, const struct source_entry *e)
{
	if (map_get(&t->folders, e->path))
		return report(t, LINT_UNSAFE_PATH, e->path, NULL,
			      "is a file and a folder at once");
	if (!is_in_crate(t, e->path))
		return 0;
	if (path_is_unpackable(e->path) &&
	    report(t, LINT_UNPACKABLE_NAME, e->path, NULL,
		   "has a character that cargo does not pack") < 0)
		return t->err->code;
	if (e->kind == SOURCE_SUBMODULE)
		return report(t, LINT_SUBMODULE, e->path, NULL,
			      "is a submodule");
	return e->kind == SOURCE_LINK ? lint_link(t, e) : 0;
}

/* ---- all of them */

static int compare_cases(const void *a, const void *b)
{
	return path_compare_folded(*(const char *const *)a,
				   *(const char *const *)b);
}

/* Paths of the crate that are one file on some disks. */
static int lint_cases(struct tree *t, const struct source_entry *entries,
		      size_t count)
{
	const char **paths = arena_calloc(&t->arena, count, sizeof(*paths));
	size_t n = 0;

	if (!paths)
		return err_nomem(t->err);
	for (size_t i = 0; i < count; i++) {
		if (is_in_crate(t, entries[i].path))
			paths[n++] = entries[i].path;
	}
	qsort(paths, n, sizeof(*paths), compare_cases);
	for (size_t i = 1; i < n; i++) {
		if (path_compare_folded(paths[i], paths[i - 1]) == 0 &&
		    strcmp(paths[i], paths[i - 1]) != 0 &&
		    report(t, LINT_CASE_COLLISION, paths[i],
			   "rename one of them",
			   "differs from another path only in case") < 0)
			return t->err->code;
	}
	return 0;
}

static int lint_bytes(struct tree *t, const struct source_entry *entries,
		      size_t count)
{
	struct lint_place at = { .subject = "size" };
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_in_crate(t, entries[i].path))
			continue;
		bytes += entries[i].size;
		if (bytes > SOURCE_BYTES_MAX ||
		    entries[i].size > SOURCE_BYTES_MAX)
			return lint_add(&t->report, LINT_TREE_TOO_LARGE, &at,
					NULL, t->err,
					"the crate's folder has more than %d "
					"bytes",
					(int)SOURCE_BYTES_MAX);
	}
	return 0;
}

static int lint_all(struct tree *t, const struct source_entry *entries,
		    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (add_entry(t, &entries[i]) < 0)
			return t->err->code;
	}
	for (size_t i = 0; i < count; i++) {
		/* what could not be added was reported then */
		if (map_get(&t->entries, entries[i].path) == &entries[i] &&
		    lint_entry(t, &entries[i]) < 0)
			return t->err->code;
	}
	if (lint_cases(t, entries, count) < 0 ||
	    lint_bytes(t, entries, count) < 0)
		return t->err->code;
	return lint_report_end(&t->report, t->err);
}

int tree_lint(const struct source_entry *entries, size_t count,
	      const char *crate_dir, struct findings *out, struct err *err)
{
	struct tree t = { .crate_dir = crate_dir,
			  .report = { .findings = out },
			  .err = err };
	struct lint_place at = { .subject = "size" };
	int rc;

	if (count > SOURCE_ENTRIES_MAX)
		return lint_add(&t.report, LINT_TREE_TOO_LARGE, &at, NULL, err,
				"the repository has %zu files, %d are allowed",
				count, (int)SOURCE_ENTRIES_MAX);
	rc = lint_all(&t, entries, count);
	map_release(&t.entries);
	map_release(&t.folders);
	arena_release(&t.arena);
	return rc;
}
