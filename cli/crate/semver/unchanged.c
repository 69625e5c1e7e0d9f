#include "crate/semver/unchanged.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/alike.h"
#include "crate/semver/lints.h"
#include "crate/semver/surface.h"
#include "crate/semver/variance.h"

bool unchanged_hash(const struct semver_side *side, uint32_t id,
		    struct hash *out)
{
	bool has_expr;

	return side->has_hashes &&
	       rustdoc_hash(side->doc, id, out, &has_expr) &&
	       (!has_expr || side->constants_stay);
}

static bool is_reached_alike(struct semver_side *const side[2], uint32_t was,
			     uint32_t is)
{
	const struct surface *old = side[SEMVER_OLD]->surface;
	const struct surface *new = side[SEMVER_NEW]->surface;

	return !surface_of(old, was) == !surface_of(new, is) &&
	       surface_is_api(old, was) == surface_is_api(new, is);
}

/* An alias leads to something else; a trait may be sealed for itself. */
static bool is_plain(struct rustdoc *d, uint32_t id, uint32_t trait)
{
	const struct rustdoc_item *it = rustdoc_item(d, id);

	return !it || id == trait ||
	       (it->kind != RUSTDOC_TYPE_ALIAS && it->kind != RUSTDOC_TRAIT);
}

/* What the items WAS and IS mention can be reached as before. */
static bool mentions_alike(struct semver_side *const side[2], uint32_t was,
			   uint32_t is, const struct rustdoc_item *const of[2])
{
	size_t count, other;
	const uint32_t *a =
		rustdoc_mentioned(side[SEMVER_OLD]->doc, was, &count);
	const uint32_t *b =
		rustdoc_mentioned(side[SEMVER_NEW]->doc, is, &other);

	if (!a || !b || count != other)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!is_plain(side[SEMVER_OLD]->doc, a[i],
			      of[SEMVER_OLD]->id) ||
		    !is_plain(side[SEMVER_NEW]->doc, b[i],
			      of[SEMVER_NEW]->id) ||
		    !is_reached_alike(side, a[i], b[i]))
			return false;
	return true;
}

/*
 * Two traits of one fingerprint.  As long as they rest on no other trait of
 * this crate, what seals them is written in them, but for what can be reached.
 */
static bool is_plainly_sealed_alike(struct semver_side *const side[2],
				    const struct rustdoc_item *was,
				    const struct rustdoc_item *is)
{
	const struct rustdoc_item *const of[] = { was, is };
	const struct rustdoc_ids *a = &was->as.trait.items;
	const struct rustdoc_ids *b = &is->as.trait.items;

	if (a->count != b->count || !is_reached_alike(side, was->id, is->id) ||
	    !mentions_alike(side, was->id, is->id, of))
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (!mentions_alike(side, a->at[i], b->at[i], of))
			return false;
	return true;
}

static bool is_sealed_alike(struct semver_side *const side[2],
			    const struct rustdoc_item *was,
			    const struct rustdoc_item *is)
{
	return sealing_of(&side[SEMVER_OLD]->sealing, was) ==
	       sealing_of(&side[SEMVER_NEW]->sealing, is);
}

bool unchanged_items(struct semver_side *const side[2],
		     const struct rustdoc_item *was,
		     const struct rustdoc_item *is)
{
	struct hash a, b;

	return was->kind == is->kind &&
	       unchanged_hash(side[SEMVER_OLD], was->id, &a) &&
	       unchanged_hash(side[SEMVER_NEW], is->id, &b) &&
	       hash_same(&a, &b) && variance_stays(side, was, is) &&
	       (was->kind != RUSTDOC_TRAIT ||
		is_plainly_sealed_alike(side, was, is) ||
		is_sealed_alike(side, was, is));
}

/* It may stand for another type now, though it is written as it was. */
static bool has_projection(struct rustdoc *d, struct rustdoc_span at)
{
	static const char word[] = "\"qualified_path\"";
	struct scan_text text;
	const char *p, *end;

	if (!rustdoc_text(d, at, &text))
		return true;
	p = text.at;
	end = p + at.size;
	while (p < end && (p = memchr(p, 'q', (size_t)(end - p)))) {
		if ((size_t)(end - p) >= strlen(word) - 1 &&
		    memcmp(p, word + 1, strlen(word) - 1) == 0)
			return true;
		p++;
	}
	return false;
}

bool unchanged_around_traits(const struct semver_pair *p)
{
	const struct rustdoc_item *was = p->item[SEMVER_OLD];
	const struct rustdoc_item *is = p->item[SEMVER_NEW];
	struct rustdoc *d = p->side[SEMVER_OLD]->doc;

	return p->side[SEMVER_OLD]->has_hashes && was->kind == RUSTDOC_TRAIT &&
	       is->kind == RUSTDOC_TRAIT &&
	       spans_alike(p, was->generics, is->generics) &&
	       spans_alike(p, was->as.trait.bounds, is->as.trait.bounds) &&
	       !has_projection(d, was->generics) &&
	       !has_projection(d, was->as.trait.bounds) &&
	       is_sealed_alike(p->side, was, is);
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

int unchanged_list(const struct semver_side *side,
		   const struct rustdoc_ids *ids, struct arena *a,
		   struct unchanged_list *out)
{
	struct hash *at = arena_calloc(a, ids->count + 1, sizeof(*at));

	if (!at)
		return -1;
	*out = (struct unchanged_list){ .at = at };
	for (uint32_t i = 0; i < ids->count; i++)
		out->count += unchanged_hash(side, ids->at[i], &at[out->count]);
	qsort(at, out->count, sizeof(*at), by_hash);
	return 0;
}

bool unchanged_among(const struct unchanged_list *list,
		     const struct semver_side *side, uint32_t id)
{
	struct hash hash;

	return list->count > 0 && unchanged_hash(side, id, &hash) &&
	       bsearch(&hash, list->at, list->count, sizeof(hash), by_hash);
}
