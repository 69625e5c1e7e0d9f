/* Exported functions against each other, wherever they are. */
#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/conditions.h"
#include "crate/semver/diff_internal.h"
#include "crate/semver/members.h"

struct symbol {
	const char *name;
	const struct rustdoc_item *function;
};

/* Those of one document, in the order in which its modules have them. */
struct symbols {
	struct symbol *at;
	size_t count;
	size_t cap;
	struct map by_name;
	struct map seen;		     /* modules and types, by id */
	size_t *budget;			     /* of methods */
	const struct rustdoc_item **modules; /* to be looked at */
	size_t module_count;
	size_t module_cap;
};

static void symbols_release(struct symbols *s)
{
	free(s->at);
	free(s->modules);
	map_release(&s->by_name);
	map_release(&s->seen);
}
AUTO_RELEASE(struct symbols, symbols_release)

const char *symbol_of(const struct rustdoc_item *function)
{
	if (!function->as.function.has_body)
		return NULL; /* declared, and defined by somebody else */
	if (function->attrs.rare->export_name)
		return function->attrs.rare->export_name;
	return function->attrs.no_mangle ? function->name : NULL;
}

/*
 * 1 if it is the first time; -1 without memory.  The id is where the item is,
 * so that its bytes outlive the map.
 */
static int enter(struct symbols *s, const struct rustdoc_item *item)
{
	const char *key = (const char *)&item->id;

	if (map_get_n(&s->seen, key, sizeof(item->id)))
		return 0;
	return map_put_n(&s->seen, key, sizeof(item->id), s) < 0 ? -1 : 1;
}

static int push_module(struct symbols *s, const struct rustdoc_item *module)
{
	const struct rustdoc_item **grown;
	int rc = enter(s, module);

	if (rc <= 0)
		return rc;
	grown = vec_grow(s->modules, &s->module_cap, s->module_count + 1,
			 sizeof(const struct rustdoc_item *));
	if (!grown)
		return -1;
	s->modules = grown;
	s->modules[s->module_count++] = module;
	return 0;
}

static int add_symbol(struct symbols *s, const struct rustdoc_item *function)
{
	const char *name = symbol_of(function);
	struct symbol *grown;

	if (!name || map_get(&s->by_name, name))
		return 0;
	grown = vec_grow(s->at, &s->cap, s->count + 1, sizeof(*grown));
	if (!grown)
		return -1;
	s->at = grown;
	s->at[s->count++] = (struct symbol){ name, function };
	return map_put(&s->by_name, name, (void *)function);
}

/* Of inherent impls and of traits'; generic functions have no symbol. */
static int add_methods(struct symbols *s, struct rustdoc *doc,
		       const struct rustdoc_item *type)
{
	AUTO(members_releasep) struct members m = { .budget = s->budget };
	const struct rustdoc_ids *impls = item_impls(type);
	int rc = impls ? enter(s, type) : 0;

	if (rc <= 0)
		return rc;
	if (members_add_own(&m, doc, impls) < 0)
		return -1;
	for (const struct member *it = m.first; it; it = it->next)
		if (it->item->kind == RUSTDOC_FUNCTION &&
		    add_symbol(s, it->item) < 0)
			return -1;
	return 0;
}

static int add_module(struct symbols *s, struct rustdoc *doc,
		      const struct rustdoc_item *module)
{
	const struct rustdoc_ids *ids = &module->as.module.items;

	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *it = rustdoc_item(doc, ids->at[i]);
		int rc = 0;

		if (!it || it->crate_id != 0 || !it->name)
			continue;
		if (it->kind == RUSTDOC_MODULE)
			rc = push_module(s, it);
		else if (it->kind == RUSTDOC_FUNCTION)
			rc = add_symbol(s, it);
		else
			rc = add_methods(s, doc, it);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int collect(struct symbols *s, struct rustdoc *doc)
{
	if (push_module(s, rustdoc_root(doc)) < 0)
		return -1;
	while (s->module_count > 0)
		if (add_module(s, doc, s->modules[--s->module_count]) < 0)
			return -1;
	return 0;
}

static void compare_symbol(struct comparison *c, const struct symbol *was,
			   const struct rustdoc_item *is)
{
	struct semver_pair p = {
		.side = { &c->side[SEMVER_OLD], &c->side[SEMVER_NEW] },
		.path = was->name,
		.item = { was->function, is },
		.thing = { was->function, is },
	};

	for (size_t i = c->first[SEMVER_ON_SYMBOL];
	     i < c->first[SEMVER_ON_SYMBOL + 1]; i++)
		if (diff_holds(c->rows[i], &p))
			diff_report(c, c->rows[i], &p);
}

void diff_symbols(struct comparison *c)
{
	AUTO(symbols_releasep) struct symbols was = { .budget = &c->budget };
	AUTO(symbols_releasep) struct symbols is = { .budget = &c->budget };

	if (c->first[SEMVER_ON_SYMBOL] == c->first[SEMVER_ON_SYMBOL + 1] ||
	    (c->side[SEMVER_OLD].has_hashes &&
	     (!rustdoc_has_symbols(c->side[SEMVER_OLD].doc) ||
	      !rustdoc_has_symbols(c->side[SEMVER_NEW].doc))))
		return;
	if (collect(&was, c->side[SEMVER_OLD].doc) < 0 ||
	    collect(&is, c->side[SEMVER_NEW].doc) < 0) {
		diff_members_failed(c);
		return;
	}
	for (size_t i = 0; i < was.count; i++) {
		const struct rustdoc_item *now =
			map_get(&is.by_name, was.at[i].name);

		if (now)
			compare_symbol(c, &was.at[i], now);
	}
}
