#include "crate/semver/facts.h"

#include <string.h>

#include "crate/rustdoc/doc.h"
#include "crate/semver/members.h"

void facts_release(struct facts *f)
{
	if (f)
		arena_release(&f->arena);
}

/* ---- fields */

static struct field_counts count_fields(struct rustdoc *doc,
					const struct rustdoc_fields *fields)
{
	struct field_counts c = { 0 };

	for (uint32_t i = 0; i < fields->ids.count; i++) {
		const struct rustdoc_item *f =
			rustdoc_item(doc, fields->ids.at[i]);

		c.all++;
		if (!f || !member_is_visible(f))
			c.private ++;
		else if (!member_is_api(f))
			c.hidden++;
	}
	if (fields->stripped) {
		c.all++;
		c.private ++;
	}
	return c;
}

struct field_counts facts_fields(struct facts *f)
{
	if (!f->fields_known)
		f->fields = count_fields(f->doc, &f->item->as.type.fields);
	f->fields_known = true;
	return f->fields;
}

/* ---- discriminants */

/* The absolute value times ten and DIGIT; false if it outgrows 128 bits. */
static bool push_digit(struct discriminant *d, unsigned digit)
{
	uint64_t low = (d->low & UINT32_MAX) * 10 + digit;
	uint64_t middle = (d->low >> 32) * 10 + (low >> 32);
	uint64_t carry = middle >> 32;

	if (d->high > (UINT64_MAX - carry) / 10)
		return false;
	d->low = middle << 32 | (low & UINT32_MAX);
	d->high = d->high * 10 + carry;
	return true;
}

struct discriminant discriminant_read(const char *decimal)
{
	static const struct discriminant unknown;
	struct discriminant d = { .is_known = true };

	d.is_negative = *decimal == '-';
	decimal += d.is_negative;
	if (!*decimal)
		return unknown;
	for (; *decimal; decimal++)
		if (*decimal < '0' || *decimal > '9' ||
		    !push_digit(&d, (unsigned)(*decimal - '0')))
			return unknown;
	d.is_negative &= d.low != 0 || d.high != 0;
	return d;
}

struct discriminant discriminant_next(struct discriminant d)
{
	if (!d.is_negative) {
		d.high += ++d.low == 0;
		return d;
	}
	d.high -= d.low-- == 0;
	d.is_negative = d.low != 0 || d.high != 0;
	return d;
}

bool discriminant_same(struct discriminant a, struct discriminant b)
{
	return a.is_known && b.is_known && a.is_negative == b.is_negative &&
	       a.high == b.high && a.low == b.low;
}

/* ---- variants */

/* What V adds; NEXT is the number that it has if it says none. */
static struct discriminant take_variant(struct variant_facts *all,
					const struct rustdoc_item *v,
					struct discriminant next)
{
	const char *number = v->as.variant.discriminant;

	all->any_non_exhaustive |= v->attrs.non_exhaustive;
	all->any_fields |= v->as.variant.fields.ids.count > 0 ||
			   v->as.variant.fields.stripped;
	all->any_explicit |= number != NULL;
	all->all_units &= v->as.variant.fields.shape == RUSTDOC_UNIT;
	return number ? discriminant_read(number) : next;
}

static void look_at_variants(struct facts *f)
{
	const struct rustdoc_ids *ids = &f->item->as.enumeration.variants;
	bool is_whole = !f->item->as.enumeration.stripped;
	struct discriminant next = { .is_known = is_whole };
	struct discriminant *numbers;

	f->variants.all_units = true;
	numbers = arena_calloc(&f->arena, ids->count, sizeof(*numbers));
	f->is_out_of_memory |= !numbers;
	f->variants.numbers = numbers;
	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *v =
			rustdoc_item_of(f->doc, ids->at[i], RUSTDOC_VARIANT);

		if (v)
			next = take_variant(&f->variants, v, next);
		else
			next.is_known = false;
		if (numbers)
			numbers[i] = next;
		next = discriminant_next(next);
		next.is_known &= is_whole;
	}
}

const struct variant_facts *facts_variants(struct facts *f)
{
	if (!f->variants_known)
		look_at_variants(f);
	f->variants_known = true;
	return &f->variants;
}

struct discriminant facts_number(struct facts *f, uint32_t position)
{
	const struct discriminant *numbers = facts_variants(f)->numbers;

	return numbers ? numbers[position] : (struct discriminant){ 0 };
}

bool facts_is_castable(struct facts *f)
{
	const struct variant_facts *v = facts_variants(f);

	return f->item->as.enumeration.variants.count > 0 &&
	       !v->any_non_exhaustive && !v->any_fields &&
	       (v->all_units || !v->any_explicit);
}

/* ---- derives */

static bool is_derived(struct rustdoc *doc, uint32_t impl_id, const char *trait)
{
	const struct rustdoc_item *impl;
	const char *path, *kind;

	if (rustdoc_impl_sort(doc, impl_id) != RUSTDOC_IMPL_UNKNOWN)
		return false;
	impl = rustdoc_item_of(doc, impl_id, RUSTDOC_IMPL);
	return impl && impl->attrs.automatically_derived &&
	       rustdoc_path(doc, impl->as.impl.trait_id, &path, &kind) &&
	       strcmp(path, trait) == 0;
}

bool facts_derives_partial_ord(struct facts *f)
{
	const struct rustdoc_ids *impls = item_impls(f->item);

	for (uint32_t i = 0; !f->partial_ord_known && impls && i < impls->count;
	     i++)
		f->has_partial_ord |= is_derived(f->doc, impls->at[i],
						 "core::cmp::PartialOrd");
	f->partial_ord_known = true;
	return f->has_partial_ord;
}
