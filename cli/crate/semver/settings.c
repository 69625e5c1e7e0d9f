#include "crate/semver/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/node.h"
#include "base/parse.h"
#include "base/schema.h"
#include "crate/semver/lints.h"

/* ---- our own table */

struct allow_file {
	const char *lint;
	const char *item;
	const char *reason;
};

struct own_file {
	struct schema_list allow;
};

static const struct key allow_keys[] = {
	{ .name = "lint",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct allow_file, lint),
	  .help = "The id of the lint that found it" },
	{ .name = "item",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct allow_file, item),
	  .help = "What the finding is about, in its own words" },
	{ .name = "reason",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct allow_file, reason),
	  .help = "Why it is let pass" },
	{ 0 },
};

static const struct key own_keys[] = {
	{ .name = "allow",
	  .kind = KEY_LIST,
	  .offset = offsetof(struct own_file, allow),
	  .sub = allow_keys,
	  .item_size = sizeof(struct allow_file),
	  .help = "Findings that are let pass" },
	{ 0 },
};

static int check_lint(const struct node *n, const char *id, struct err *err)
{
	size_t count = semver_lint_count();
	const char **ids, *near;

	if (semver_lint_find(id))
		return 0;
	(void)node_err(n, err, ERR_FORMAT, "no semver lint is called '%s'", id);
	ids = calloc(count, sizeof(*ids));
	for (size_t i = 0; ids && i < count; i++)
		ids[i] = semver_lint_at(i)->id;
	near = ids ? parse_nearest(id, ids, count) : NULL;
	if (near)
		(void)err_hint(err, "did you mean '%s'?", near);
	free(ids);
	return (int)err->code;
}

static bool says_something(const char *s)
{
	return s[strspn(s, " .-?")] != '\0';
}

static int take_allowances(const struct schema_list *list, const char *file,
			   struct arena *arena, struct semver_manifest *out,
			   struct err *err)
{
	const struct allow_file *from = list->items;
	struct semver_allowance *a =
		arena_calloc(arena, list->count + 1, sizeof(*a));

	if (!a)
		return err_nomem(err);
	for (size_t i = 0; i < list->count; i++) {
		const struct node *n = list->node->as.list.items[i];

		if (check_lint(node_get(n, "lint"), from[i].lint, err) < 0)
			return (int)err->code;
		if (!says_something(from[i].reason))
			return node_err(node_get(n, "reason"), err, ERR_FORMAT,
					"an allowance of '%s' without a reason",
					from[i].lint);
		a[i] = (struct semver_allowance){ .lint = from[i].lint,
						  .subject = from[i].item,
						  .reason = from[i].reason,
						  .file = file,
						  .line = n->line };
	}
	out->allowances = a;
	out->allowance_count = list->count;
	return 0;
}

/* ---- finding the tables */

/* The map at A.B.C of metadata; NULL if there is none. */
static const struct node *table(const struct node *metadata, const char *a,
				const char *b, const char *c)
{
	const char *const path[] = { a, b, c };
	const struct node *n = metadata;

	for (size_t i = 0; n && i < ARRAY_LEN(path); i++) {
		if (path[i])
			n = n->kind == NODE_MAP ? node_get(n, path[i]) : NULL;
	}
	return n && n->kind == NODE_MAP ? n : NULL;
}

static const struct node *theirs(const struct node *metadata)
{
	return table(metadata, "cargo-semver-checks", "lints", NULL);
}

static const struct node *ours(const struct node *metadata)
{
	return table(metadata, "cohort", "semver", "lints");
}

static bool asks_to_inherit(const struct node *lints)
{
	const struct node *n = lints ? node_get(lints, "workspace") : NULL;

	return n && n->kind == NODE_BOOL && n->as.boolean;
}

bool semver_manifest_inherits(const struct node *package)
{
	return asks_to_inherit(theirs(package)) ||
	       asks_to_inherit(ours(package));
}

/* ---- all of it */

struct reading {
	struct arena *arena;
	struct semver_rule *rules;
	size_t count;
};

static int add_rules(struct reading *r, const struct node *lints, bool is_ours,
		     struct err *err)
{
	struct semver_rule *more = NULL, *all;
	size_t count = 0;
	bool ignored;

	if (!lints)
		return 0;
	if (semver_rules_read(lints, r->arena, &more, &count, &ignored, err) <
	    0)
		return (int)err->code;
	for (size_t i = 0; is_ours && i < count; i++)
		if (check_lint(node_get(lints, more[i].lint), more[i].lint,
			       err) < 0)
			return (int)err->code;
	all = arena_calloc(r->arena, r->count + count + 1, sizeof(*all));
	if (!all)
		return err_nomem(err);
	if (r->count > 0)
		memcpy(all, r->rules, r->count * sizeof(*all));
	if (count > 0)
		memcpy(all + r->count, more, count * sizeof(*all));
	r->rules = all;
	r->count += count;
	return 0;
}

/* Everything in the table but `lints`, which has keys of its own. */
static int read_own(const struct node *metadata, const char *file,
		    struct arena *arena, struct semver_manifest *out,
		    struct err *err)
{
	const struct node *own = table(metadata, "cohort", "semver", NULL);
	struct own_file f = { 0 };
	struct node rest;
	struct node_entry *entries;
	size_t n = 0;

	if (!own)
		return 0;
	entries = arena_calloc(arena, own->as.map.count + 1, sizeof(*entries));
	if (!entries)
		return err_nomem(err);
	for (size_t i = 0; i < own->as.map.count; i++) {
		const struct node_entry *e = &own->as.map.entries[i];

		if (strcmp(e->key->as.str.bytes, "lints") != 0)
			entries[n++] = *e;
	}
	rest = *own;
	rest.as.map.entries = entries;
	rest.as.map.count = n;
	if (schema_read(&rest, own_keys, arena, &f, err) < 0)
		return (int)err->code;
	return f.allow.count > 0
		       ? take_allowances(&f.allow, file, arena, out, err)
		       : 0;
}

int semver_manifest_read(const struct node *package,
			 const struct node *workspace, const char *file,
			 struct arena *arena, struct semver_manifest *out,
			 struct err *err)
{
	struct reading r = { .arena = arena };
	struct semver_manifest m = { 0 };
	bool inherits = workspace && semver_manifest_inherits(package);

	if ((inherits && (add_rules(&r, theirs(workspace), false, err) < 0 ||
			  add_rules(&r, ours(workspace), true, err) < 0)) ||
	    add_rules(&r, theirs(package), false, err) < 0 ||
	    add_rules(&r, ours(package), true, err) < 0 ||
	    read_own(package, file, arena, &m, err) < 0)
		return (int)err->code;
	m.rules = r.rules;
	m.rule_count = r.count;
	*out = m;
	return 0;
}

bool semver_allowance_fits(const struct semver_allowance *a,
			   const struct finding *f)
{
	return strcmp(a->lint, f->id) == 0 &&
	       (strcmp(a->subject, "*") == 0 ||
		(f->subject && strcmp(a->subject, f->subject) == 0));
}
