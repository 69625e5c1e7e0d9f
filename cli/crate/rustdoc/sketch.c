#include "crate/rustdoc/sketch.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "crate/rustdoc/item_parse.h"
#include "crate/rustdoc/sketch_item.h"

enum {
	DEPTH_MAX = 3, /* a type, its impl, its method */
	ASKED_SLACK = 65536
};

/* ---- what ids stand for */

static bool is_word(const struct scan_text *value, const char *word)
{
	return value->len == strlen(word) + 2 &&
	       memcmp(value->at + 1, word, value->len - 2) == 0;
}

/* In whatever order its members stand. */
static bool read_entry(const struct scan_text *entry, struct plain_path *out)
{
	struct scan_text key, value;
	struct scan s;
	size_t n = 0;

	scan_init(&s, entry->at, entry->len);
	while (scan_member(&s, &n, &key) && scan_value(&s, &value)) {
		if (text_is(&key, "crate_id"))
			out->is_local = text_is(&value, "0");
		else if (text_is(&key, "path"))
			out->path = value;
		else if (text_is(&key, "kind"))
			out->is_alias = is_word(&value, "type_alias");
	}
	return scan_ok(&s) && out->path.at;
}

/* A fingerprint of what `paths` says of an id; 0: nothing. */
static uint64_t path_of(const struct plain_path *p, bool is_asked)
{
	struct hash hash = { { 0 } };

	if (!p->path.at)
		return 0;
	if (is_asked) {
		hash = hash_start();
		hash_bytes(&hash, p->path.at, p->path.len);
	}
	return (hash.half[0] | PATH_BITS) ^ (p->is_local ? 0 : PATH_LOCAL) ^
	       (p->is_alias ? 0 : PATH_ALIAS);
}

static void list_asked(struct sketches *s)
{
	uint32_t top = 0;

	free(s->asked);
	s->asked = NULL;
	for (size_t i = 0; i < s->kid_count; i++)
		if (s->kids[i] < LISTS_END && s->kids[i] > top)
			top = s->kids[i];
	if (s->count == 0 || top / 4 > s->kid_count + ASKED_SLACK)
		return;
	s->asked_count = (size_t)top + 1;
	s->asked = calloc(s->asked_count / 8 + 1, 1);
	for (size_t i = 0; s->asked && i < s->kid_count; i++)
		if (s->kids[i] < LISTS_END)
			s->asked[s->kids[i] / 8] |=
				(uint8_t)(1u << s->kids[i] % 8);
}

static bool is_asked(const struct sketches *s, uint32_t id)
{
	return !s->asked ||
	       (id < s->asked_count && s->asked[id / 8] >> id % 8 & 1);
}

void sketches_restart_paths(struct sketches *s, size_t count)
{
	uint64_t *grown =
		vec_grow(s->paths, &s->path_cap, count, sizeof(*grown));

	if (grown)
		s->paths = grown;
	s->path_count = 0;
	list_asked(s);
}

int sketches_add_plain_path(struct sketches *s, const struct plain_path *p)
{
	if (s->path_count == s->path_cap) {
		uint64_t *grown = vec_grow(s->paths, &s->path_cap,
					   s->path_count + 1, sizeof(*grown));

		if (!grown)
			return -1;
		s->paths = grown;
	}
	s->paths[s->path_count++] = path_of(p, is_asked(s, p->id));
	return 0;
}

int sketches_add_path(struct sketches *s, uint32_t id,
		      const struct scan_text *entry)
{
	struct plain_path p = { .id = id };

	if (!read_entry(entry, &p))
		p.path.at = NULL;
	return sketches_add_plain_path(s, &p);
}

/* ---- making them */

void sketches_restart(struct sketches *s, size_t count)
{
	struct sketch *grown = vec_grow(s->at, &s->cap, count, sizeof(*grown));

	if (grown)
		s->at = grown;
	s->is_void |= s->asked != NULL;
	s->count = 0;
	s->kid_count = 0;
	s->has_symbols = false;
}

int sketches_add_item(struct sketches *s, const struct scan_text *item,
		      bool *of_module)
{
	struct sketch *grown =
		vec_grow(s->at, &s->cap, s->count + 1, sizeof(*grown));
	struct sketch *sketch;

	*of_module = false;
	if (!grown)
		return -1;
	s->at = grown;
	sketch = &s->at[s->count++];
	*sketch = (struct sketch){ 0 };
	sketch->impl = (uint8_t)impl_sort_peek(item->at, item->len);
	if (sketch->impl == RUSTDOC_IMPL_BLANKET) {
		sketch->sort = SKETCH_PASSED;
		return 0;
	}
	return sketch_item(s, item, sketch, of_module);
}

/* What is known when all is read. */
struct finish {
	struct sketches *sketches;
	const struct table *index;
	const struct table *paths;
};

/* 0: unknown. */
static uint64_t known_path(const struct finish *f, uint32_t id)
{
	const struct entry *e = table_find(f->paths, id);

	return e ? f->sketches->paths[table_number(f->paths, e)] : 0;
}

static struct sketch *sketch_of(const struct finish *f, uint32_t id)
{
	const struct entry *e = table_find(f->index, id);

	return e ? &f->sketches->at[table_number(f->index, e)] : NULL;
}

/* What is not in the index is foreign, whatever is said of it. */
static void forget_absent(const struct finish *f)
{
	for (size_t i = 0; i < f->paths->count; i++)
		if (!table_find(f->index, f->paths->entries[i].id))
			f->sketches->paths[i] &=
				~(uint64_t)(PATH_LOCAL | PATH_ALIAS);
}

static const uint32_t *mentioned_of(const struct sketches *s,
				    const struct sketch *of, size_t *count)
{
	const uint32_t *from, *to;

	for (from = &s->kids[of->kids]; *from != LISTS_END; from++)
		;
	for (to = ++from; *to != LISTS_END; to++)
		;
	*count = (size_t)(to - from);
	return from;
}

/* Does it say all that it stands for? */
static bool is_plain_alias(const struct finish *f, const struct sketch *alias)
{
	size_t count;
	const uint32_t *ids;

	if (alias->sort != SKETCH_LEAF || alias->doubts)
		return false;
	ids = mentioned_of(f->sketches, alias, &count);
	for (size_t i = 0; i < count; i++) {
		uint64_t path = known_path(f, ids[i]);

		if (path == 0 || path & PATH_ALIAS)
			return false;
	}
	return true;
}

/* The id of an alias; false if it is unknown what that stands for. */
static bool add_alias(const struct finish *f, struct sketch *to, uint32_t id)
{
	const struct sketch *alias = sketch_of(f, id);

	if (!alias || !alias->is_plain)
		return false;
	to->doubts |= SKETCH_ALIAS;
	hash_words(&to->hash, alias->hash.half[0], alias->hash.half[1]);
	return true;
}

/* What it mentions goes into its fingerprint. */
static void add_mentioned(const struct finish *f, struct sketch *to)
{
	size_t count;
	const uint32_t *ids = mentioned_of(f->sketches, to, &count);

	for (size_t i = 0; i < count; i++) {
		uint64_t path = known_path(f, ids[i]);

		if (path == 0 ||
		    (path & PATH_ALIAS && !add_alias(f, to, ids[i]))) {
			to->sort = SKETCH_NONE;
			return;
		}
		hash_words(&to->hash, MARK_ID, path);
	}
}

/* Before who mentions them. */
static void finish_aliases(const struct finish *f)
{
	for (size_t i = 0; i < f->paths->count; i++) {
		struct sketch *alias;

		if (!(f->sketches->paths[i] & PATH_ALIAS))
			continue;
		alias = sketch_of(f, f->paths->entries[i].id);
		if (!alias || !is_plain_alias(f, alias))
			continue;
		add_mentioned(f, alias);
		alias->is_plain = true;
	}
}

/*
 * Does an item contradict what `paths` says of it?  Then whoever mentions it
 * may have been misled.
 */
static bool is_contradicted(const struct sketch *s, uint64_t path)
{
	return path != 0 && s->sort != SKETCH_PASSED &&
	       (!s->has_kind || s->is_alias == !(path & PATH_ALIAS) ||
		s->is_foreign == (bool)(path & PATH_LOCAL));
}

/* Nothing can be told of any, but for how impls end. */
static void sketches_void(struct sketches *s)
{
	for (size_t i = 0; i < s->count; i++) {
		s->at[i].sort = SKETCH_NONE;
		s->at[i].has_body = false;
	}
	s->has_symbols = true;
}

static void finish_items(const struct finish *f)
{
	struct sketches *s = f->sketches;

	for (size_t i = 0; i < s->count; i++) {
		struct sketch *of = &s->at[i];

		if (is_contradicted(of,
				    known_path(f, f->index->entries[i].id))) {
			sketches_void(s);
			return;
		}
		if ((of->sort == SKETCH_LEAF || of->sort == SKETCH_NODE) &&
		    !of->is_plain)
			add_mentioned(f, of);
	}
}

void sketches_finish(struct sketches *s, const struct table *index,
		     const struct table *paths)
{
	const struct finish f = { s, index, paths };

	if (index->is_sparse || paths->is_sparse || s->is_void) {
		sketches_void(s);
	} else {
		forget_absent(&f);
		finish_aliases(&f);
		finish_items(&f);
	}
	free(s->paths);
	free(s->mentioned);
	free(s->asked);
	s->asked = NULL;
	s->paths = NULL;
	s->mentioned = NULL;
}

void sketches_release(struct sketches *s)
{
	free(s->at);
	free(s->kids);
	free(s->paths);
	free(s->mentioned);
	free(s->asked);
	*s = (struct sketches){ 0 };
}

/* ---- with all that they consist of */

static bool hash_whole(struct sketches *s, const struct table *index,
		       struct sketch *of, unsigned depth);

static bool hash_kid(struct sketches *s, const struct table *index,
		     struct sketch *of, uint32_t id, unsigned depth)
{
	const struct entry *e = table_find(index, id);
	struct sketch *kid;

	if (!e) {
		hash_words(&of->hash, MARK_ABSENT, 0);
		return true;
	}
	kid = &s->at[table_number(index, e)];
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
	const struct entry *e = table_find(index, id);
	struct sketch *of;

	if (!e)
		return false;
	of = &s->at[table_number(index, e)];
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

enum rustdoc_impl_sort sketches_impl_sort(const struct sketches *s, size_t n)
{
	return (enum rustdoc_impl_sort)s->at[n].impl;
}

uint32_t sketches_impl_trait(const struct sketches *s, size_t n)
{
	const struct sketch *of = &s->at[n];

	return of->is_of_trait && of->sort != SKETCH_NONE
		       ? s->kids[of->kids - 1]
		       : RUSTDOC_NO_ID;
}

/* ---- what is mentioned */

bool sketches_has_body(const struct sketches *s, const struct table *index,
		       uint32_t id)
{
	const struct entry *e = table_find(index, id);

	return e && s->at[table_number(index, e)].has_body;
}

const uint32_t *sketches_mentioned(const struct sketches *s,
				   const struct table *index, uint32_t id,
				   size_t *count)
{
	const struct entry *e = table_find(index, id);
	const struct sketch *of = e ? &s->at[table_number(index, e)] : NULL;

	if (!of || of->sort == SKETCH_NONE || of->sort == SKETCH_PASSED)
		return NULL;
	return mentioned_of(s, of, count);
}
