#include "crate/rustdoc/doc.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "crate/rustdoc/item_parse.h"
#include "crate/rustdoc/target.h"

enum {
	DENSE_SLACK = 65536,   /* ids that a table by id may leave unused */
	PATH_PARTS_MAX = 1024, /* of one entry of `paths` */
};

/* Where an entry of `index` or `paths` lies; size 0: there is none. */
struct entry {
	uint32_t id;
	uint32_t begin;
	uint32_t size;
	uint32_t cached; /* 1 more than its number among the parsed */
};

/*
 * Entries by id.  rustdoc numbers ids without gaps worth mentioning, so the
 * table is indexed by id; if they are sparse all the same it is sorted and
 * searched.
 */
struct table {
	struct entry *entries;
	size_t count; /* of entries, unused ones included */
	size_t cap;
	size_t used;
	bool by_id;
};

struct known_path {
	const char *path;
	const char *kind;
};

struct rustdoc {
	const char *text;
	size_t len;
	const char *name;
	uint32_t format;
	uint32_t root;
	bool has_format;
	bool has_root;
	bool has_private;
	const char *crate_version;
	struct rustdoc_target target;
	struct table index;
	struct table paths;
	struct arena arena;
	struct rustdoc_item **items; /* parsed; entries hold their numbers */
	size_t item_count;
	size_t item_cap;
	struct known_path *known;
	size_t known_count;
	size_t known_cap;
	struct scan failure; /* code 0: none */
	struct scan bad_key; /* the first key that is no id */
};

/* ---- the tables */

static int by_id(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* The same, and equal ids in the order of the text. */
static int by_id_and_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = by_id(a, b);

	return order ? order : x->begin < y->begin ? -1 : x->begin > y->begin;
}

static int twice(const struct entry *e, const char *what, struct err *err)
{
	return err_set(err, ERR_FORMAT, "byte %u: %s has id %u twice",
		       (unsigned)e->begin, what, (unsigned)e->id);
}

static int make_sorted(struct table *t, const char *what, struct err *err)
{
	qsort(t->entries, t->count, sizeof(*t->entries), by_id_and_place);
	for (size_t i = 1; i < t->count; i++)
		if (t->entries[i].id == t->entries[i - 1].id)
			return twice(&t->entries[i], what, err);
	return 0;
}

static int make_dense(struct table *t, size_t size, const char *what,
		      struct err *err)
{
	struct entry *dense = calloc(size, sizeof(*dense));

	if (!dense)
		return err_nomem(err);
	for (size_t i = 0; i < t->count; i++) {
		struct entry *to = &dense[t->entries[i].id];

		if (to->size > 0) {
			free(dense);
			return twice(&t->entries[i], what, err);
		}
		*to = t->entries[i];
	}
	free(t->entries);
	t->entries = dense;
	t->count = size;
	t->cap = size;
	t->by_id = true;
	return 0;
}

/* From the order in the text to one that can be searched. */
static int table_finish(struct table *t, const char *what, struct err *err)
{
	size_t top = 0;

	t->used = t->count;
	for (size_t i = 0; i < t->count; i++)
		if (t->entries[i].id > top)
			top = t->entries[i].id;
	if (t->count == 0)
		return 0;
	if (top / 4 > t->count + DENSE_SLACK)
		return make_sorted(t, what, err);
	return make_dense(t, top + 1, what, err);
}

static struct entry *table_find(const struct table *t, uint32_t id)
{
	struct entry key = { .id = id };

	if (t->count == 0)
		return NULL;
	if (!t->by_id)
		return bsearch(&key, t->entries, t->count, sizeof(key), by_id);
	if (id >= t->count || t->entries[id].size == 0)
		return NULL;
	return &t->entries[id];
}

/*
 * Formats before 35 have keys that are no numbers, and say at their end that
 * they are so old: a bad key is kept in mind, not reported at once.
 */
static bool key_id(struct rustdoc *d, const struct scan *s,
		   const struct scan_text *key, uint32_t *id)
{
	struct scan part;

	scan_init(&part, key->at, key->len);
	if (key->len > 0 && scan_u32(&part, id) && part.pos == key->len)
		return true;
	if (d->bad_key.code == 0) {
		d->bad_key = *s;
		scan_seek(&d->bad_key, (size_t)(key->at - s->text));
		scan_fail(&d->bad_key, "an item id");
	}
	return false;
}

/* {"17": {..}, ..}: where each value lies. */
static bool table_read(struct rustdoc *d, struct scan *s, struct table *t)
{
	struct scan_text key, value;
	size_t n = 0;

	if (t->entries) {
		free(t->entries);
		*t = (struct table){ 0 };
	}
	while (scan_member(s, &n, &key)) {
		struct entry *grown = vec_grow(t->entries, &t->cap,
					       t->count + 1, sizeof(*grown));

		if (!grown)
			return scan_nomem(s);
		t->entries = grown;
		grown = &t->entries[t->count];
		*grown = (struct entry){ 0 };
		if (scan_peek(s) != '{')
			return scan_fail(s, "an object");
		if (!scan_value(s, &value))
			return false;
		if (!key_id(d, s, &key, &grown->id))
			continue;
		grown->begin = (uint32_t)(value.at - s->text);
		grown->size = (uint32_t)value.len;
		t->count++;
	}
	return scan_ok(s);
}

/* ---- opening */

static bool read_top(struct rustdoc *d, struct scan *s)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "index"))
			table_read(d, s, &d->index);
		else if (text_is(&key, "paths"))
			table_read(d, s, &d->paths);
		else if (text_is(&key, "format_version"))
			d->has_format = scan_u32(s, &d->format);
		else if (text_is(&key, "root"))
			d->has_root = scan_u32(s, &d->root);
		else if (text_is(&key, "includes_private"))
			scan_bool(s, &d->has_private);
		else if (text_is(&key, "crate_version"))
			scan_string_or_null(s, &d->arena, &d->crate_version);
		else if (text_is(&key, "target"))
			target_parse(s, &d->arena, &d->target);
		else
			scan_skip(s);
	}
	return scan_end(s);
}

static int check_format(const struct rustdoc *d, struct err *err)
{
	if (!d->has_format)
		return err_set(err, ERR_FORMAT,
			       "not rustdoc JSON: no 'format_version'");
	if (d->format < RUSTDOC_FORMAT_MIN)
		return err_set(err, ERR_FORMAT,
			       "rustdoc format %u is too old; %d (Rust 1.88) "
			       "and later are read",
			       (unsigned)d->format, RUSTDOC_FORMAT_MIN);
	return 0;
}

static int read_document(struct rustdoc *d, struct err *err)
{
	struct scan s;

	scan_init(&s, d->text, d->len);
	if (!read_top(d, &s))
		return scan_check(&s, err);
	if (check_format(d, err) < 0)
		return (int)err->code;
	if (d->bad_key.code != 0)
		return scan_check(&d->bad_key, err);
	if (table_finish(&d->index, "'index'", err) < 0 ||
	    table_finish(&d->paths, "'paths'", err) < 0)
		return (int)err->code;
	if (!d->has_root || !rustdoc_root(d)) {
		if (rustdoc_check(d, err) < 0)
			return (int)err->code;
		return err_set(err, ERR_FORMAT,
			       "not rustdoc JSON: no root module");
	}
	return 0;
}

int rustdoc_open(const char *text, size_t len, const char *name,
		 struct rustdoc **out, struct err *err)
{
	AUTO(rustdoc_freep) struct rustdoc *d = NULL;

	if (len >= UINT32_MAX)
		return err_set(err, ERR_LIMIT,
			       "%s: more than 4 GiB of rustdoc JSON", name);
	d = calloc(1, sizeof(*d));
	if (!d)
		return err_nomem(err);
	d->text = text;
	d->len = len;
	d->name = arena_strdup(&d->arena, name);
	if (!d->name)
		return err_nomem(err);
	if (read_document(d, err) < 0)
		return err->code == ERR_NOMEM ? ERR_NOMEM
					      : err_context(err, "%s", name);
	*out = d;
	d = NULL;
	return 0;
}

void rustdoc_free(struct rustdoc *d)
{
	if (!d)
		return;
	free(d->index.entries);
	free(d->paths.entries);
	free(d->items);
	free(d->known);
	target_release(&d->target);
	arena_release(&d->arena);
	free(d);
}

/* ---- plain answers */

const char *rustdoc_name(const struct rustdoc *d)
{
	return d->name;
}

uint32_t rustdoc_format(const struct rustdoc *d)
{
	return d->format;
}

bool rustdoc_is_newer(const struct rustdoc *d)
{
	return d->format > RUSTDOC_FORMAT_MAX;
}

bool rustdoc_has_private(const struct rustdoc *d)
{
	return d->has_private;
}

const char *rustdoc_crate_version(const struct rustdoc *d)
{
	return d->crate_version;
}

const char *rustdoc_target(const struct rustdoc *d)
{
	return d->target.triple;
}

const struct rustdoc_target *rustdoc_target_data(const struct rustdoc *d)
{
	return &d->target;
}

size_t rustdoc_count(const struct rustdoc *d)
{
	return d->index.count;
}

uint32_t rustdoc_id_at(const struct rustdoc *d, size_t n)
{
	const struct entry *e = &d->index.entries[n];

	return e->size > 0 ? e->id : RUSTDOC_NO_ID;
}

void rustdoc_cursor(const struct rustdoc *d, struct rustdoc_span span,
		    struct scan *out)
{
	scan_init(out, d->text, (size_t)span.begin + span.size);
	scan_seek(out, span.begin);
}

void rustdoc_fail(struct rustdoc *d, const struct scan *s)
{
	if (d->failure.code != 0)
		return;
	if (s)
		d->failure = *s;
	else
		d->failure.code = ERR_NOMEM;
}

int rustdoc_check(const struct rustdoc *d, struct err *err)
{
	if (d->failure.code == 0)
		return 0;
	scan_check(&d->failure, err);
	if (err->code == ERR_NOMEM)
		return ERR_NOMEM;
	return err_context(err, "%s", d->name);
}

/* ---- items */

static const struct rustdoc_item *parse_item(struct rustdoc *d, struct entry *e)
{
	struct rustdoc_span span = { e->begin, e->size };
	struct rustdoc_item **grown, *item;
	struct scan s;

	grown = vec_grow(d->items, &d->item_cap, d->item_count + 1,
			 sizeof(struct rustdoc_item *));
	if (grown)
		d->items = grown;
	item = grown ? arena_alloc(&d->arena, sizeof(*item)) : NULL;
	if (!item) {
		rustdoc_fail(d, NULL);
		return NULL;
	}
	rustdoc_cursor(d, span, &s);
	if (!item_parse(&s, &d->arena, item)) {
		rustdoc_fail(d, &s);
		return NULL;
	}
	item->id = e->id; /* the key counts, whatever the item says */
	d->items[d->item_count++] = item;
	e->cached = (uint32_t)d->item_count;
	return item;
}

const struct rustdoc_item *rustdoc_item(struct rustdoc *d, uint32_t id)
{
	struct entry *e = table_find(&d->index, id);

	if (!e || id == RUSTDOC_NO_ID)
		return NULL;
	if (e->cached > 0)
		return d->items[e->cached - 1];
	return d->failure.code == 0 ? parse_item(d, e) : NULL;
}

const struct rustdoc_item *rustdoc_item_of(struct rustdoc *d, uint32_t id,
					   enum rustdoc_kind kind)
{
	const struct rustdoc_item *item = rustdoc_item(d, id);

	return item && item->kind == kind ? item : NULL;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(text + len - n, end, n) == 0;
}

/* The impl is the item's last member, and `blanket_impl` the impl's. */
enum rustdoc_impl_sort rustdoc_impl_sort(const struct rustdoc *d, uint32_t id)
{
	static const char synthetic[] =
		",\"is_negative\":false,\"is_synthetic\":true,"
		"\"blanket_impl\":null}}}";
	static const char generic[] = ",\"blanket_impl\":{\"generic\":\"";
	const struct entry *e = table_find(&d->index, id);
	const char *text;
	size_t len;

	if (!e || id == RUSTDOC_NO_ID)
		return RUSTDOC_IMPL_UNKNOWN;
	text = d->text + e->begin;
	len = e->size;
	if (ends_with(text, len, synthetic))
		return RUSTDOC_IMPL_SYNTHETIC;
	if (!ends_with(text, len, "\"}}}}"))
		return RUSTDOC_IMPL_UNKNOWN;
	for (len -= 5; len > 0 && text[len - 1] != '"'; len--)
		if (e->size - len > 64)
			return RUSTDOC_IMPL_UNKNOWN;
	return ends_with(text, len, generic) ? RUSTDOC_IMPL_BLANKET
					     : RUSTDOC_IMPL_UNKNOWN;
}

uint32_t rustdoc_impl_trait(struct rustdoc *d, uint32_t id)
{
	const struct entry *e = table_find(&d->index, id);
	uint32_t trait = RUSTDOC_NO_ID;
	struct scan s;

	if (!e || id == RUSTDOC_NO_ID || d->failure.code != 0)
		return RUSTDOC_NO_ID;
	rustdoc_cursor(d, (struct rustdoc_span){ e->begin, e->size }, &s);
	if (!item_peek_trait(&s, &trait))
		rustdoc_fail(d, &s);
	return trait;
}

const struct rustdoc_item *rustdoc_root(struct rustdoc *d)
{
	return rustdoc_item_of(d, d->root, RUSTDOC_MODULE);
}

/* ["core", "marker", "Send"] as "core::marker::Send". */
static bool read_path(struct rustdoc *d, struct scan *s, const char **out)
{
	AUTO(strbuf_releasep) struct strbuf joined = { .max = 1 << 16 };
	struct arena scratch = { 0 };
	const char *part;
	size_t n = 0;
	bool ok = true;

	while (ok && scan_element(s, &n)) {
		ok = scan_string(s, &scratch, &part);
		if (ok && n > 1)
			strbuf_adds(&joined, "::");
		if (ok)
			strbuf_adds(&joined, part);
		if (n > PATH_PARTS_MAX)
			ok = scan_fail(s, "a path of at most 1024 parts");
	}
	arena_release(&scratch);
	if (!ok || !scan_ok(s))
		return false;
	if (joined.failed == ERR_NOMEM)
		return scan_nomem(s);
	if (!strbuf_ok(&joined))
		return scan_fail(s, "a path of at most 64 KiB");
	*out = arena_strdup(&d->arena, strbuf_str(&joined));
	return *out || scan_nomem(s);
}

static bool read_known(struct rustdoc *d, struct scan *s,
		       struct known_path *out)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "path"))
			read_path(d, s, &out->path);
		else if (text_is(&key, "kind"))
			scan_string(s, &d->arena, &out->kind);
		else
			scan_skip(s);
	}
	if (scan_ok(s) && (!out->path || !out->kind))
		scan_fail(s, "a path and a kind");
	return scan_ok(s);
}

static bool parse_known(struct rustdoc *d, struct entry *e)
{
	struct rustdoc_span span = { e->begin, e->size };
	struct known_path known = { 0 }, *grown;
	struct scan s;

	rustdoc_cursor(d, span, &s);
	if (!read_known(d, &s, &known)) {
		rustdoc_fail(d, &s);
		return false;
	}
	grown = vec_grow(d->known, &d->known_cap, d->known_count + 1,
			 sizeof(*grown));
	if (!grown) {
		rustdoc_fail(d, NULL);
		return false;
	}
	d->known = grown;
	d->known[d->known_count++] = known;
	e->cached = (uint32_t)d->known_count;
	return true;
}

bool rustdoc_path(struct rustdoc *d, uint32_t id, const char **path,
		  const char **kind)
{
	struct entry *e = table_find(&d->paths, id);

	if (!e || id == RUSTDOC_NO_ID)
		return false;
	if (e->cached == 0 && (d->failure.code != 0 || !parse_known(d, e)))
		return false;
	*path = d->known[e->cached - 1].path;
	*kind = d->known[e->cached - 1].kind;
	return true;
}
