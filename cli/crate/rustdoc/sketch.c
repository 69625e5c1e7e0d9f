#include "crate/rustdoc/sketch.h"

#include <stdlib.h>
#include <string.h>

#include "crate/rustdoc/item_parse.h"
#include "crate/rustdoc/sketch_item.h"

enum {
	DEPTH_MAX = 3 /* a type, its impl, its method */
};

/* ---- what ids stand for */

static bool is_word(const struct scan_text *value, const char *word)
{
	return value->len == strlen(word) + 2 &&
	       memcmp(value->at + 1, word, value->len - 2) == 0;
}

/* A fingerprint of what `paths` says of an id; 0: nothing. */
static uint64_t path_of(const struct sketch_source *from, const struct entry *e)
{
	struct hash hash = hash_start();
	struct scan_text key, value;
	bool is_local = false, is_alias = false, found = false;
	struct scan s;
	size_t n = 0;

	scan_init(&s, from->text, (size_t)e->begin + e->size);
	scan_seek(&s, e->begin);
	while (scan_member(&s, &n, &key) && scan_value(&s, &value)) {
		if (text_is(&key, "crate_id")) {
			is_local = text_is(&value, "0");
		} else if (text_is(&key, "path")) {
			hash_bytes(&hash, value.at, value.len);
			found = true;
		} else if (text_is(&key, "kind")) {
			is_alias = is_word(&value, "type_alias");
		}
	}
	if (!scan_ok(&s) || !found)
		return 0;
	if (!table_find(from->index, e->id))
		is_local = is_alias = false;
	return (hash.half[0] | PATH_BITS) ^ (is_local ? 0 : PATH_LOCAL) ^
	       (is_alias ? 0 : PATH_ALIAS);
}

static int read_paths(struct sketches *out, const struct sketch_source *from)
{
	out->path_count = (size_t)from->paths->top + 1;
	out->paths = calloc(out->path_count, sizeof(*out->paths));
	if (!out->paths)
		return -1;
	for (size_t i = 0; i < from->paths->count; i++) {
		const struct entry *e = &from->paths->entries[i];

		if (e->size > 0)
			out->paths[e->id] = path_of(from, e);
	}
	return 0;
}

/* ---- making them */

/* Before who mentions them; those of others in the order of their ids. */
static int sketch_aliases(struct sketches *out,
			  const struct sketch_source *from)
{
	bool ignored;

	for (uint32_t id = 0; id < out->path_count; id++)
		if (out->paths[id] & PATH_ALIAS &&
		    sketch_item(out, from, table_find(from->index, id),
				&ignored) < 0)
			return -1;
	return 0;
}

static int sketch_items(struct sketches *out, const struct sketch_source *from)
{
	for (size_t i = 0; i < from->places->count; i++) {
		uint32_t id = from->places->at[i];
		const struct entry *e = table_find(from->index, id);
		struct sketch *sketch = &out->at[id];
		bool of_module = false;

		sketch->impl =
			(uint8_t)impl_sort_peek(from->text + e->begin, e->size);
		if (sketch->impl == RUSTDOC_IMPL_BLANKET)
			sketch->sort = SKETCH_PASSED;
		else if (sketch_item(out, from, e, &of_module) < 0)
			return -1;
		from->done(from->context, id, of_module);
	}
	return 0;
}

int sketches_make(struct sketches *out, const struct sketch_source *from)
{
	int rc;

	out->has_symbols = true;
	if (!from->index->by_id || from->paths->is_sparse)
		return 0;
	out->count = from->index->count;
	out->at = calloc(out->count + 1, sizeof(*out->at));
	if (!out->at || read_paths(out, from) < 0) {
		sketches_release(out);
		return -1;
	}
	out->has_symbols = false;
	rc = sketch_aliases(out, from);
	if (rc == 0)
		rc = sketch_items(out, from);
	free(out->paths);
	free(out->mentioned);
	out->paths = NULL;
	out->mentioned = NULL;
	if (rc < 0 || out->is_void) {
		sketches_release(out);
		out->has_symbols = true;
	}
	return rc;
}

void sketches_release(struct sketches *s)
{
	free(s->at);
	free(s->kids);
	free(s->paths);
	free(s->mentioned);
	*s = (struct sketches){ 0 };
}

/* ---- with all that they consist of */

static bool hash_whole(struct sketches *s, const struct table *index,
		       struct sketch *of, unsigned depth);

static bool hash_kid(struct sketches *s, const struct table *index,
		     struct sketch *of, uint32_t id, unsigned depth)
{
	struct sketch *kid = id < s->count ? &s->at[id] : NULL;

	if (!table_find(index, id)) {
		hash_words(&of->hash, MARK_ABSENT, 0);
		return true;
	}
	if (kid->sort == SKETCH_PASSED || (of->is_of_trait && kid->is_function))
		return true;
	if (kid->sort == SKETCH_NODE)
		(void)hash_whole(s, index, kid, depth + 1);
	if (kid->sort != SKETCH_LEAF && kid->sort != SKETCH_WHOLE)
		return false;
	hash_words(&of->hash, MARK_KID, 0);
	hash_words(&of->hash, kid->hash.half[0], kid->hash.half[1]);
	of->written = of->written * 31 + kid->written;
	of->doubts |= kid->doubts;
	return true;
}

/* Each is done once, so that lists which share theirs cost no more. */
static bool hash_whole(struct sketches *s, const struct table *index,
		       struct sketch *of, unsigned depth)
{
	bool is_told = depth < DEPTH_MAX;

	of->sort = SKETCH_NONE; /* as who consists of himself finds it */
	for (const uint32_t *kid = &s->kids[of->kids];
	     is_told && *kid != LISTS_END; kid++) {
		if (*kid == LIST_END)
			hash_words(&of->hash, MARK_END, 0);
		else if (*kid == RUSTDOC_NO_ID)
			hash_words(&of->hash, MARK_NULL, 0);
		else
			is_told = hash_kid(s, index, of, *kid, depth);
	}
	if (is_told)
		of->sort = SKETCH_WHOLE;
	return is_told;
}

bool sketches_hash(struct sketches *s, const struct table *index, uint32_t id,
		   struct hash *out, bool *has_expr)
{
	struct sketch *of = id < s->count && s->at ? &s->at[id] : NULL;

	if (!of || !table_find(index, id))
		return false;
	if (of->sort == SKETCH_NODE)
		(void)hash_whole(s, index, of, 0);
	if (of->sort != SKETCH_LEAF && of->sort != SKETCH_WHOLE)
		return false;
	*out = of->hash;
	if (of->doubts & SKETCH_PROJECTION)
		hash_words(out, of->written, 0);
	*has_expr = of->doubts & SKETCH_EXPR;
	return !(of->doubts & SKETCH_ALIAS && of->doubts & SKETCH_PROJECTION);
}

/* ---- impls */

int sketches_impl_sort(const struct sketches *s, uint32_t id)
{
	return s->at && id < s->count ? (int)s->at[id].impl : -1;
}

uint32_t sketches_impl_trait(const struct sketches *s, uint32_t id)
{
	const struct sketch *of = s->at && id < s->count ? &s->at[id] : NULL;

	return of && of->is_of_trait && of->sort != SKETCH_NONE
		       ? s->kids[of->kids - 1]
		       : RUSTDOC_NO_ID;
}

/* ---- what is mentioned */

bool sketches_has_body(const struct sketches *s, uint32_t id)
{
	return s->at && id < s->count && s->at[id].has_body;
}

const uint32_t *sketches_mentioned(const struct sketches *s, uint32_t id,
				   size_t *count)
{
	const struct sketch *of = s->at && id < s->count ? &s->at[id] : NULL;
	const uint32_t *from, *to;

	if (!of || of->sort == SKETCH_NONE || of->sort == SKETCH_PASSED)
		return NULL;
	for (from = &s->kids[of->kids]; *from != LISTS_END; from++)
		;
	for (to = ++from; *to != LISTS_END; to++)
		;
	*count = (size_t)(to - from);
	return from;
}
