/* Paths that led to one thing and lead to another now. */
#include <string.h>

#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff_internal.h"
#include "crate/semver/std_facts.h"
#include "crate/semver/surface.h"

/* ---- to things of other crates */

static bool is_function(const char *kind)
{
	return strcmp(kind, "function") == 0;
}

/* What a module holds is looked at by itself; an alias is no type. */
static bool can_be_told(const char *kind)
{
	static const char *const kinds[] = { "struct", "enum", "union",
					     "trait" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return is_function(kind);
}

static bool foreign_changes(const struct comparison *c,
			    const struct surface_path *was)
{
	const struct surface_path *is =
		surface_find(c->surface[SEMVER_NEW], was->path);
	const char *path, *kind, *now, *now_kind;
	bool has_other = false;

	if (!rustdoc_path(c->side[SEMVER_OLD].doc, was->id, &path, &kind) ||
	    !can_be_told(kind))
		return false;
	for (; is; is = is->next_here) {
		if (is->item || !rustdoc_path(c->side[SEMVER_NEW].doc, is->id,
					      &now, &now_kind))
			return false;
		if (fact_may_be_moved(path, now))
			return false;
		has_other |= can_be_told(now_kind) &&
			     is_function(kind) == is_function(now_kind);
	}
	return has_other;
}

/* ---- to things of this crate */

static bool is_named_thing(const struct rustdoc_item *it)
{
	return diff_kind_in(KIND_TYPE | KIND_TRAIT, it);
}

/* All that AT leads to are types or traits, at least one. */
static bool leads_to_things(const struct surface_path *at)
{
	bool found = false;

	for (; at; at = at->next_here) {
		if (at->item && at->item->kind == RUSTDOC_TYPE_ALIAS)
			return false;
		found |= at->is_api && is_named_thing(at->item);
	}
	return found;
}

/* Two paths were one type, and are two now. */
static bool splits(const struct comparison *c, const struct surface_path *was)
{
	const struct surface *now = c->surface[SEMVER_NEW];
	const struct surface_path *first =
		surface_of(c->surface[SEMVER_OLD], was->id);
	const struct surface_path *here, *there;

	if (!is_named_thing(was->item) || !first || first == was ||
	    !first->is_api)
		return false;
	here = surface_find(now, was->path);
	there = surface_find(now, first->path);
	if (!leads_to_things(here) || !leads_to_things(there))
		return false;
	for (; here; here = here->next_here)
		for (const struct surface_path *at = there; at;
		     at = at->next_here)
			if (at->id == here->id)
				return false;
	return true;
}

/* ---- where it stands */

/* The module around PATH, if it is of this crate; else NULL. */
static const struct rustdoc_item *around(struct comparison *c, int side,
					 const char *path)
{
	const char *name = strrchr(path, ':');
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	const struct surface_path *at;

	if (!name)
		return NULL;
	strbuf_add(&text, path, (size_t)(name - path) - 1);
	if (!strbuf_ok(&text)) {
		c->is_out_of_memory = true;
		return NULL;
	}
	at = surface_find(c->surface[side], strbuf_str(&text));
	return at && at->item && at->item->kind == RUSTDOC_MODULE ? at->item
								  : NULL;
}

/* The `use` in the module around PATH; NULL: it comes by a glob. */
static const struct rustdoc_item *use_at(struct comparison *c, int side,
					 const char *path)
{
	const struct rustdoc_item *module = around(c, side, path), *it;

	for (uint32_t i = 0; module && i < module->as.module.items.count; i++) {
		it = rustdoc_item_of(c->side[side].doc,
				     module->as.module.items.at[i],
				     RUSTDOC_USE);
		if (it && !it->as.use.is_glob &&
		    strcmp(it->as.use.name, strrchr(path, ':') + 1) == 0)
			return it;
	}
	return NULL;
}

/* ---- what went */

/* It may be among what a glob brings from another crate. */
static bool may_come_by_glob(struct comparison *c,
			     const struct rustdoc_item *module)
{
	struct rustdoc *d = c->side[SEMVER_NEW].doc;

	for (uint32_t i = 0; i < module->as.module.items.count; i++) {
		const struct rustdoc_item *it = rustdoc_item_of(
			d, module->as.module.items.at[i], RUSTDOC_USE);

		if (it && it->as.use.is_glob && !rustdoc_item(d, it->as.use.id))
			return true;
	}
	return false;
}

/*
 * The path led to another crate, and leads nowhere now.  What is in a module
 * that went, or came by a glob of one of ours, is not looked at.
 */
static bool foreign_goes(struct comparison *c, const struct surface_path *was)
{
	const struct surface *now = c->surface[SEMVER_NEW];
	const struct rustdoc_item *module;

	if (surface_find(now, was->path) || surface_is_abroad(now, was->path) ||
	    !use_at(c, SEMVER_OLD, was->path))
		return false;
	module = around(c, SEMVER_NEW, was->path);
	return module && !may_come_by_glob(c, module);
}

void diff_reexport(struct comparison *c, const struct surface_path *was)
{
	size_t first = c->first[SEMVER_ON_REEXPORT];
	size_t end = c->first[SEMVER_ON_REEXPORT + 1];
	struct semver_pair p = {
		.side = { &c->side[SEMVER_OLD], &c->side[SEMVER_NEW] },
		.path = was->path,
	};
	bool is_gone;

	if (first == end || !was->is_api)
		return;
	is_gone = !was->item && foreign_goes(c, was);
	if (!is_gone && !(was->item ? splits(c, was) : foreign_changes(c, was)))
		return;
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++)
		p.thing[side] = use_at(c, side, was->path);
	for (size_t i = first; i < end; i++)
		if ((c->rows[i]->event == SEMVER_GONE) == is_gone)
			diff_report(c, c->rows[i], &p);
}
