#include "crate/semver/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/members.h"
#include "crate/semver/std_facts.h"

static const char *const auto_traits[] = {
	"core::marker::Send",
	"core::marker::Sync",
	"core::marker::Unpin",
	"core::panic::unwind_safe::UnwindSafe",
	"core::panic::unwind_safe::RefUnwindSafe",
};

static const char *const derivable_traits[] = {
	"core::clone::Clone",	"core::marker::Copy", "core::fmt::Debug",
	"core::cmp::PartialEq", "core::cmp::Eq",      "core::cmp::PartialOrd",
	"core::cmp::Ord",	"core::hash::Hash",
};

enum {
	WORDS_MAX = 1024, /* of one item; those beyond are not looked at */
};

void words_release(struct words *w)
{
	if (!w)
		return;
	free(w->at);
	arena_release(&w->arena);
	*w = (struct words){ 0 };
}

bool words_have(const struct words *w, const char *key)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->at[i].key, key) == 0)
			return true;
	return false;
}

static struct semver_word *find(const struct words *w, const char *key)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->at[i].key, key) == 0)
			return &w->at[i];
	return NULL;
}

static int add(struct words *w, const struct semver_word *word)
{
	struct semver_word *old = find(w, word->key), *grown;

	if (old) {
		old->is_derived |= word->is_derived;
		return 0;
	}
	if (w->count >= WORDS_MAX)
		return 0;
	grown = vec_grow(w->at, &w->cap, w->count + 1, sizeof(*grown));
	if (!grown)
		return -1;
	w->at = grown;
	w->at[w->count++] = *word;
	return 0;
}

static const char *last_part(const char *path)
{
	const char *last = path;

	for (const char *p = path; (p = strstr(p, "::")); p += 2)
		last = p + 2;
	return last;
}

/* ---- supertraits */

/* The key is the bare name: a supertrait that moved is the same one. */
static int add_bound(struct words *w, struct rustdoc *doc,
		     const struct rustdoc_bound *b, bool is_implied)
{
	struct semver_word word = { .id = b->trait_id,
				    .is_implied = is_implied };
	const char *path = NULL, *kind;

	if (b->trait_id == RUSTDOC_NO_ID || b->is_maybe)
		return 0;
	if (!rustdoc_path(doc, b->trait_id, &path, &kind) && b->path.len > 0)
		path = arena_strndup(&w->arena, b->path.at, b->path.len);
	if (!path)
		return b->path.len > 0 ? -1 : 0;
	word.gone = path;
	word.added = word.key = last_part(path);
	return add(w, &word);
}

static int add_bounds(struct words *w, struct rustdoc *doc,
		      struct rustdoc_span at, bool is_implied)
{
	struct rustdoc_bounds bounds;

	if (!rustdoc_bounds_read(doc, at, &w->arena, &bounds))
		return 0; /* the document knows why */
	for (size_t i = 0; i < bounds.count; i++)
		if (add_bound(w, doc, &bounds.at[i], is_implied) < 0)
			return -1;
	return 0;
}

static int add_bounds_of(struct words *w, struct rustdoc *doc,
			 const struct rustdoc_item *trait, bool is_implied)
{
	struct rustdoc_generics g;
	struct rustdoc_wheres preds;
	struct rustdoc_type t;

	if (add_bounds(w, doc, trait->as.trait.bounds, is_implied) < 0)
		return -1;
	if (!rustdoc_generics_read(doc, trait->generics, &w->arena, &g) ||
	    !rustdoc_where_read(doc, g.where, &w->arena, &preds))
		return 0;
	for (size_t i = 0; i < preds.count; i++) {
		if (preds.at[i].type.size == 0 ||
		    !rustdoc_type_read(doc, preds.at[i].type, &t) ||
		    t.kind != RUSTDOC_TYPE_GENERIC || !text_is(&t.name, "Self"))
			continue;
		if (add_bounds(w, doc, preds.at[i].bounds, is_implied) < 0)
			return -1;
	}
	return 0;
}

/* What a trait of the standard library asks for in turn. */
static int add_implied(struct words *w, const char *trait)
{
	const char *implied;

	for (size_t i = 0; (implied = fact_implied(trait, i)); i++) {
		struct semver_word word = { .id = RUSTDOC_NO_ID,
					    .gone = implied,
					    .is_implied = true };

		word.added = word.key = last_part(implied);
		if (add(w, &word) < 0)
			return -1;
	}
	return 0;
}

/* Its own, and what those ask for in turn. */
static int add_supertraits(struct words *w, struct rustdoc *doc,
			   const struct rustdoc_item *trait)
{
	if (add_bounds_of(w, doc, trait, false) < 0)
		return -1;
	for (size_t i = 0; i < w->count; i++) {
		const struct rustdoc_item *super =
			rustdoc_item_of(doc, w->at[i].id, RUSTDOC_TRAIT);

		if (add_implied(w, w->at[i].gone) < 0 ||
		    (super && super->crate_id == 0 &&
		     add_bounds_of(w, doc, super, true) < 0))
			return -1;
	}
	return 0;
}

/* ---- impls */

/* The trait ID, if it is one of TRAITS. */
static int add_trait(struct words *w, struct rustdoc *doc, uint32_t id,
		     bool is_derived, const char *const *traits, size_t count)
{
	struct semver_word word = { .is_derived = is_derived };
	const char *path, *kind;

	if (!rustdoc_path(doc, id, &path, &kind))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(path, traits[i]) != 0)
			continue;
		word.key = word.added = word.gone = last_part(traits[i]);
		return add(w, &word);
	}
	return 0;
}

/* Auto traits come as synthetic impls, no others do. */
static int add_impls(struct words *w, struct rustdoc *doc,
		     const struct rustdoc_item *type, const char *const *traits,
		     size_t count, bool with_synthetic)
{
	const struct rustdoc_ids *impls = item_impls(type);

	for (uint32_t i = 0; impls && i < impls->count; i++) {
		uint32_t id = impls->at[i];
		enum rustdoc_impl_sort sort = rustdoc_impl_sort(doc, id);
		const struct rustdoc_item *impl;
		int rc = 0;

		if (sort == RUSTDOC_IMPL_SYNTHETIC && with_synthetic) {
			rc = add_trait(w, doc, rustdoc_impl_trait(doc, id),
				       false, traits, count);
		} else if (sort == RUSTDOC_IMPL_UNKNOWN) {
			impl = rustdoc_item_of(doc, id, RUSTDOC_IMPL);
			if (impl && !impl->as.impl.is_negative)
				rc = add_trait(
					w, doc, impl->as.impl.trait_id,
					impl->attrs.automatically_derived,
					traits, count);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* ---- helpers */

static int add_helpers(struct words *w, const struct rustdoc_item *macro)
{
	const struct rustdoc_strings *helpers = &macro->as.proc_macro.helpers;

	for (uint32_t i = 0; i < helpers->count; i++) {
		struct semver_word word = { .key = helpers->at[i],
					    .added = helpers->at[i],
					    .gone = helpers->at[i] };

		if (add(w, &word) < 0)
			return -1;
	}
	return 0;
}

int words_collect(struct words *w, struct rustdoc *doc,
		  const struct rustdoc_item *item, enum semver_on on)
{
	switch (on) {
	case SEMVER_ON_SUPERTRAIT:
		return item->kind == RUSTDOC_TRAIT
			       ? add_supertraits(w, doc, item)
			       : 0;
	case SEMVER_ON_AUTO_TRAIT:
		return add_impls(w, doc, item, auto_traits,
				 ARRAY_LEN(auto_traits), true);
	case SEMVER_ON_DERIVE:
		return add_impls(w, doc, item, derivable_traits,
				 ARRAY_LEN(derivable_traits), false);
	case SEMVER_ON_HELPER:
		return item->kind == RUSTDOC_PROC_MACRO ? add_helpers(w, item)
							: 0;
	default:
		return 0;
	}
}
