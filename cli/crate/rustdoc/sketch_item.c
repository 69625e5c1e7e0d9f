/* How an item of a rustdoc document is read for its sketch. */
#include "crate/rustdoc/sketch_item.h"

#include <string.h>

#include "base/attr.h"
#include "base/same.h"
#include "base/scan.h"
#include "base/vec.h"
#include "crate/rustdoc/marks.h"

/* One item on its way: TEXT up to END, of which POS is next. */
struct reader {
	const char *text;
	size_t pos;
	size_t end;
	struct sketches *out;
	struct hash hash;
	struct hash written; /* the paths */
	unsigned doubts;
	bool is_node; /* may have lists of ids */
	bool is_function;
	bool is_impl;
	bool is_of_trait;
	bool has_attrs; /* all have been looked at */
	bool has_kind;	/* it is known whether it is an alias */
	bool is_member; /* of something that is no module */
	bool is_alias;
	bool is_foreign;
	bool no_memory;
};

/* ---- text, as rustdoc writes it */

/* LITERAL at the cursor is passed; else false. */
#define pass(r, literal) pass_bytes((r), (literal), sizeof(literal) - 1)

static ATTR_INLINE bool pass_bytes(struct reader *r, const char *bytes,
				   size_t len)
{
	if (r->end - r->pos < len || !bytes_same(r->text + r->pos, bytes, len))
		return false;
	r->pos += len;
	return true;
}

static bool pass_number(struct reader *r, uint64_t *out)
{
	size_t start = r->pos;
	uint64_t value = 0;

	for (; r->pos < r->end; r->pos++) {
		char c = r->text[r->pos];

		if (c < '0' || c > '9')
			break;
		value = value * 10 + (uint64_t)(c - '0');
		if (value >= LISTS_END)
			return false;
	}
	*out = value;
	return r->pos > start;
}

/* Any value, without a look at what is in it. */
static bool pass_value(struct reader *r)
{
	struct scan s;

	if (pass(r, "null") || pass(r, "[]") || pass(r, "{}"))
		return true;
	scan_init(&s, r->text, r->end);
	scan_seek(&s, r->pos);
	if (!scan_skip(&s))
		return false;
	r->pos = s.pos;
	return true;
}

static bool pass_pair(struct reader *r)
{
	uint64_t n;

	return pass_number(r, &n) && pass(r, ",") && pass_number(r, &n);
}

static bool pass_span(struct reader *r)
{
	if (pass(r, "null"))
		return true;
	return pass(r, "{\"filename\":") && pass_value(r) &&
	       pass(r, ",\"begin\":[") && pass_pair(r) &&
	       pass(r, "],\"end\":[") && pass_pair(r) && pass(r, "]}");
}

/* What was passed since FROM counts as it is. */
static void add_since(struct reader *r, size_t from)
{
	hash_bytes(&r->hash, r->text + from, r->pos - from);
}

static bool ends_in(const char *text, size_t from, size_t pos, const char *key)
{
	size_t len = strlen(key);

	return pos - from >= len && memcmp(text + pos - len, key, len) == 0;
}

/* ---- ids in it */

static bool push_id(struct reader *r, uint32_t **ids, size_t *count,
		    size_t *cap, uint32_t id)
{
	uint32_t *grown;

	if (*count == *cap) {
		grown = vec_grow(*ids, cap, *count + 1, sizeof(*grown));
		if (!grown) {
			r->no_memory = true;
			return false;
		}
		*ids = grown;
	}
	(*ids)[(*count)++] = id;
	return true;
}

static bool add_kid(struct reader *r, uint32_t id)
{
	struct sketches *out = r->out;

	return push_id(r, &out->kids, &out->kid_count, &out->kid_cap, id);
}

static bool add_mentioned(struct reader *r, uint32_t id)
{
	struct sketches *out = r->out;

	return push_id(r, &out->mentioned, &out->mentioned_count,
		       &out->mentioned_cap, id);
}

/* What an item consists of: 1,2,null]; it is passed. */
static bool add_list(struct reader *r)
{
	uint64_t id;

	do {
		if (pass(r, "null"))
			id = RUSTDOC_NO_ID;
		else if (!pass_number(r, &id))
			return false;
		if (!add_kid(r, (uint32_t)id))
			return false;
	} while (pass(r, ","));
	return pass(r, "]") && add_kid(r, LIST_END);
}

/* The id at the cursor: what it stands for counts later. */
static bool add_id(struct reader *r)
{
	uint64_t id;

	return pass_number(r, &id) && add_mentioned(r, (uint32_t)id);
}

/*
 * Where the value of "path" begins that stands before the "id" at AT, as in
 * {"path":"fmt::Debug","id":17}: END is where it ends.  0 if it does not.
 */
static size_t written_path(const char *text, size_t begin, size_t at,
			   size_t *end)
{
	size_t from;

	if (at - begin < 2 || text[at - 1] != ',' || text[at - 2] != '"')
		return 0;
	*end = from = at - 2;
	while (from > begin && text[from - 1] != '"' && text[from - 1] != '\\')
		from--;
	return ends_in(text, begin, from, "\"path\":\"") ? from : 0;
}

/*
 * From SEG to the id at the cursor.  As far as the id says it, how the path is
 * written is no matter: but it counts where it makes who compares look closer,
 * see sketches_hash().
 */
static void add_written(struct reader *r, size_t seg)
{
	size_t key = r->pos - strlen("\"id\":"), end;
	size_t from = written_path(r->text, seg, key, &end);

	if (from == 0) {
		add_since(r, seg);
		return;
	}
	hash_bytes(&r->hash, r->text + seg, from - seg);
	hash_bytes(&r->written, r->text + from, end - from);
}

/* "items":[1,2] with the list at the cursor. */
static bool add_array(struct reader *r, size_t from, size_t *seg)
{
	char next = r->pos < r->end ? r->text[r->pos] : '\0';
	size_t key = r->pos - strlen("\":[");

	if (!(next >= '0' && next <= '9') && next != 'n')
		return true;
	if (key > from && r->text[key - 1] == '\\')
		return true;
	add_since(r, *seg);
	if (!r->is_node || !add_list(r))
		return false;
	*seg = r->pos;
	return true;
}

/* At a mark behind FROM; from SEG on nothing is hashed yet. */
static bool add_marked(struct reader *r, size_t from, size_t *seg)
{
	if (r->text[r->pos] == '"') {
		if (pass(r, "\":["))
			return add_array(r, from, seg);
		if (pass(r, "\"qualified_path\""))
			r->doubts |= SKETCH_PROJECTION;
		else
			r->pos++;
		return true;
	}
	r->pos += strlen("d\":");
	if (ends_in(r->text, from, r->pos, "\"expr\":"))
		r->doubts |= SKETCH_EXPR;
	if (!ends_in(r->text, from, r->pos, "\"id\":") || r->pos >= r->end ||
	    r->text[r->pos] == 'n')
		return true;
	add_written(r, *seg);
	if (!add_id(r))
		return false;
	*seg = r->pos;
	return true;
}

/* All that is left, and where ids are, what they stand for. */
static bool add_rest(struct reader *r)
{
	size_t from = r->pos, seg = from;

	while ((r->pos = marks_find(r->text, r->pos, r->end)) < r->end)
		if (!add_marked(r, from, &seg))
			return false;
	add_since(r, seg);
	return true;
}

/* ---- attributes */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool contains(const char *text, size_t len, const char *word)
{
	size_t size = strlen(word);
	const char *at = text, *end = text + len;

	while ((at = memchr(at, word[0], (size_t)(end - at)))) {
		if ((size_t)(end - at) < size)
			return false;
		if (memcmp(at, word, size) == 0)
			return true;
		at++;
	}
	return false;
}

/* Does it name the symbol?  A letter may hide behind its number. */
static bool names_symbol(const char *text, size_t len)
{
	static const char *const words[] = { "no_mangle", "NoMangle",
					     "export_name", "\\u" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (contains(text, len, words[i]))
			return true;
	return false;
}

/*
 * {"other":"#[attr = CfgTrace(..)]"}: how the compiler has kept what no lint
 * asks for, often with the place where it is written.  It is passed.
 */
static bool pass_trace(struct reader *r)
{
	static const char *const asked[] = { "MustUse", "NonExhaustive",
					     "AutomaticallyDerived",
					     "MacroExport", "NoMangle" };
	size_t begin = r->pos;
	struct scan_text word;

	if (!pass(r, "{\"other\":\"#[attr = "))
		return false;
	word = (struct scan_text){ r->text + r->pos, 0 };
	while (r->pos < r->end && is_letter(r->text[r->pos]))
		r->pos++;
	word.len = (size_t)(r->text + r->pos - word.at);
	for (size_t i = 0; i < ARRAY_LEN(asked) && word.len > 0; i++)
		if (text_is(&word, asked[i]))
			word.len = 0;
	if (word.len > 0) {
		r->pos = begin + strlen("{\"other\":");
		if (pass_value(r) && pass(r, "}"))
			return true;
	}
	r->pos = begin;
	return false;
}

static bool add_attrs(struct reader *r)
{
	size_t begin;

	if (pass(r, "[]"))
		return true;
	if (!pass(r, "["))
		return false;
	do {
		begin = r->pos;
		if (pass_trace(r))
			continue;
		if (!pass_value(r))
			return false;
		add_since(r, begin);
		r->out->has_symbols |=
			names_symbol(r->text + begin, r->pos - begin);
	} while (pass(r, ","));
	return pass(r, "]");
}

/* ---- items */

/* How much of a kind its text alone tells. */
enum {
	KEY_MIN = 10 /* {"enum":{} */
};

static const struct sort {
	const char *key; /* with what stands around it */
	enum sketch_sort sort;
	bool is_member; /* of what is no module */
} sorts[] = {
	{ "{\"function\":{", SKETCH_LEAF, true },
	{ "{\"impl\":{", SKETCH_NODE, true },
	{ "{\"struct_field\":{", SKETCH_LEAF, true },
	{ "{\"struct\":{", SKETCH_NODE, false },
	{ "{\"assoc_type\":{", SKETCH_LEAF, true },
	{ "{\"variant\":{", SKETCH_NODE, true },
	{ "{\"enum\":{", SKETCH_NODE, false },
	{ "{\"trait\":{", SKETCH_NODE, false },
	{ "{\"assoc_const\":{", SKETCH_LEAF, true },
	{ "{\"constant\":{", SKETCH_LEAF, false },
	{ "{\"static\":{", SKETCH_LEAF, false },
	{ "{\"type_alias\":{", SKETCH_LEAF, false },
	{ "{\"union\":{", SKETCH_NODE, false },
};

/* {"impl":{.. at the cursor, which stays there; its trait is kept. */
static bool add_trait(struct reader *r)
{
	size_t begin = r->pos;
	uint64_t id = RUSTDOC_NO_ID;
	bool is_known = pass(r, "{\"impl\":{\"is_unsafe\":") && pass_value(r) &&
			pass(r, ",\"generics\":") && pass_value(r) &&
			pass(r, ",\"provided_trait_methods\":") &&
			pass_value(r) && pass(r, ",\"trait\":");

	r->is_of_trait = !pass(r, "null");
	if (r->is_of_trait && is_known)
		is_known = pass(r, "{\"path\":") && pass_value(r) &&
			   pass(r, ",\"id\":") && pass_number(r, &id);
	r->pos = begin;
	return is_known && add_kid(r, (uint32_t)id);
}

/* {"struct":{..}}, and nothing behind it. */
static bool add_inner(struct reader *r)
{
	size_t begin = r->pos;

	r->is_alias = pass(r, "{\"type_alias\":");
	r->has_kind = r->is_alias || pass(r, "{\"") || pass(r, "\"");
	r->pos = begin;
	if (r->end - r->pos < KEY_MIN)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
		if (r->text[begin + 2] != sorts[i].key[2] ||
		    !pass_bytes(r, sorts[i].key, strlen(sorts[i].key)))
			continue;
		r->pos = begin;
		r->is_node = sorts[i].sort == SKETCH_NODE;
		r->is_member = sorts[i].is_member;
		r->is_function = i == 0;
		r->is_impl = i == 1;
		return (!r->is_impl || add_trait(r)) && add_rest(r);
	}
	return false;
}

static bool add_visibility(struct reader *r)
{
	size_t begin = r->pos;

	if (pass(r, "{\"restricted\":")) {
		r->pos = begin;
		hash_words(&r->hash, MARK_RESTRICTED, 0);
		return pass_value(r);
	}
	if (!pass_value(r))
		return false;
	add_since(r, begin);
	return true;
}

static bool add_crate(struct reader *r)
{
	uint64_t crate;

	if (!pass_number(r, &crate))
		return false;
	r->is_foreign = crate != 0;
	hash_words(&r->hash, MARK_CRATE, r->is_foreign);
	return true;
}

static bool add_name(struct reader *r)
{
	size_t begin = r->pos;

	if (!pass_value(r))
		return false;
	add_since(r, begin);
	return true;
}

/* What formats since 57 say before `inner`: as it is written. */
static bool add_unknown(struct reader *r)
{
	size_t begin = r->pos;

	while (!pass(r, ",\"inner\":"))
		if (!pass(r, ",") || !pass_value(r) || !pass(r, ":") ||
		    !pass_value(r))
			return false;
	add_since(r, begin);
	return true;
}

/*
 * False if it is not written in the one way in which rustdoc writes it, or has
 * what cannot be told.
 */
static bool add_item(struct reader *r)
{
	uint64_t id;
	bool is_deprecated;

	if (!pass(r, "{\"id\":") || !pass_number(r, &id) ||
	    !pass(r, ",\"crate_id\":") || !add_crate(r) ||
	    !pass(r, ",\"name\":") || !add_name(r) || !pass(r, ",\"span\":") ||
	    !pass_span(r) || !pass(r, ",\"visibility\":") ||
	    !add_visibility(r) || !pass(r, ",\"docs\":") || !pass_value(r) ||
	    !pass(r, ",\"links\":") || !pass_value(r) ||
	    !pass(r, ",\"attrs\":") || !(r->has_attrs = add_attrs(r)) ||
	    !pass(r, ",\"deprecation\":"))
		return false;
	is_deprecated = !pass(r, "null");
	hash_words(&r->hash, MARK_DEPRECATED, is_deprecated);
	if (is_deprecated && !pass_value(r))
		return false;
	return add_unknown(r) && add_inner(r);
}

/* Behind the lists what the item mentions. */
static bool end_lists(struct reader *r)
{
	const struct sketches *out = r->out;

	if (!add_kid(r, LISTS_END))
		return false;
	for (size_t i = 0; i < out->mentioned_count; i++)
		if (!add_kid(r, out->mentioned[i]))
			return false;
	return add_kid(r, LISTS_END);
}

int sketch_item(struct sketches *out, const struct scan_text *item,
		struct sketch *sketch, bool *of_module)
{
	struct reader reader, *r = &reader;
	size_t first = out->kid_count;
	bool is_told;

	*r = (struct reader){ .text = item->at, .end = item->len, .out = out };
	r->hash = r->written = hash_start();
	out->mentioned_count = 0;
	is_told = add_item(r);
	if (r->no_memory)
		return -1;
	*of_module = !r->is_member;
	sketch->has_kind = r->has_kind;
	sketch->is_alias = r->is_alias;
	sketch->is_foreign = r->is_foreign;
	if (!is_told) {
		out->has_symbols |= !r->has_attrs;
		out->kid_count = first;
		return 0;
	}
	sketch->hash = r->hash;
	sketch->written = r->written.half[0];
	sketch->kids = (uint32_t)(first + r->is_impl);
	sketch->sort = r->is_node ? SKETCH_NODE : SKETCH_LEAF;
	sketch->doubts = (uint8_t)r->doubts;
	sketch->is_function = r->is_function;
	sketch->has_body = r->is_function &&
			   ends_in(r->text, 0, r->end, "\"has_body\":true}}}");
	sketch->is_of_trait = r->is_of_trait;
	return end_lists(r) ? 0 : -1;
}
