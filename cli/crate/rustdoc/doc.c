#include "crate/rustdoc/doc.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "crate/rustdoc/item_parse.h"
#include "crate/rustdoc/pages.h"
#include "crate/rustdoc/sketch.h"
#include "crate/rustdoc/table.h"
#include "crate/rustdoc/target.h"

enum {
	PATH_PARTS_MAX = 1024, /* of one entry of `paths` */
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
	struct hash target_hash;
	struct table index;
	struct table paths;
	struct sketches sketches;
	struct arena arena;
	struct map files;	     /* names of source files, by themselves */
	struct rustdoc_item **items; /* parsed; entries hold their numbers */
	size_t item_count;
	size_t item_cap;
	struct known_path *known;
	size_t known_count;
	size_t known_cap;
	struct scan failure; /* code 0: none */
	struct scan bad_key; /* the first key that is no id */
	struct pages *pages;
};

/* ---- the tables */

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

	table_release(t);
	while (scan_member(s, &n, &key)) {
		struct entry e = { 0 };

		if (scan_peek(s) != '{')
			return scan_fail(s, "an object");
		if (!scan_value(s, &value))
			return false;
		if (!key_id(d, s, &key, &e.id))
			continue;
		e.begin = (uint32_t)(value.at - s->text);
		e.size = (uint32_t)value.len;
		if (table_add(t, &e) < 0)
			return scan_nomem(s);
		pages_up_to(d->pages, s->pos);
	}
	return scan_ok(s);
}

/* ---- opening */

static bool read_target(struct rustdoc *d, struct scan *s)
{
	size_t begin = s->pos;

	if (!target_parse(s, &d->arena, &d->target))
		return false;
	hash_bytes(&d->target_hash, s->text + begin, s->pos - begin);
	return true;
}

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
			read_target(d, s);
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

/* Before it is asked for: if that fails nobody need know until then. */
static void parse_ahead(struct rustdoc *d, uint32_t id)
{
	if (!d->pages->forget || d->failure.code != 0)
		return;
	(void)rustdoc_item(d, id);
	d->failure = (struct scan){ 0 };
}

/*
 * What a module may have will be asked for: it is parsed while its text is at
 * hand.
 */
static void item_done(void *context, uint32_t id, bool of_module)
{
	struct rustdoc *d = context;
	const struct entry *e = table_find(&d->index, id);

	if (of_module)
		parse_ahead(d, id);
	pages_up_to(d->pages, (size_t)e->begin + e->size);
}

static int by_begin(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Items of modules that have not been parsed yet: functions. */
static size_t list_functions(struct rustdoc *d, struct entry *list)
{
	size_t count = 0;

	for (size_t i = 0; i < d->item_count; i++) {
		const struct rustdoc_ids *ids = &d->items[i]->as.module.items;

		if (d->items[i]->kind != RUSTDOC_MODULE)
			continue;
		for (uint32_t k = 0; k < ids->count; k++) {
			const struct entry *e =
				table_find(&d->index, ids->at[k]);

			if (!e || e->cached > 0)
				continue;
			if (list)
				list[count] = *e;
			count++;
		}
	}
	return count;
}

/* They will be asked for in another order than that of the text. */
static int parse_functions(struct rustdoc *d, struct err *err)
{
	size_t count = d->pages->forget ? list_functions(d, NULL) : 0;
	struct entry *list;

	if (count == 0)
		return 0;
	list = calloc(count, sizeof(*list));
	if (!list)
		return err_nomem(err);
	(void)list_functions(d, list);
	qsort(list, count, sizeof(*list), by_begin);
	pages_begin(d->pages);
	for (size_t i = 0; i < count; i++) {
		pages_up_to(d->pages, list[i].begin);
		parse_ahead(d, list[i].id);
	}
	free(list);
	return 0;
}

static int finish_tables(struct rustdoc *d, struct err *err)
{
	struct places places = { 0 };
	struct sketch_source from = { .text = d->text,
				      .index = &d->index,
				      .paths = &d->paths,
				      .places = &places,
				      .context = d,
				      .done = item_done };

	pages_begin(d->pages);
	if (table_finish(&d->index, &places, "'index'", err) == 0 &&
	    table_finish(&d->paths, NULL, "'paths'", err) == 0 &&
	    sketches_make(&d->sketches, &from) < 0)
		(void)err_nomem(err);
	free(places.at);
	return (int)err->code;
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
	if (finish_tables(d, err) < 0 || parse_functions(d, err) < 0 ||
	    pages_end(d->pages, err) < 0)
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
	return rustdoc_open_mapped(text, len, name, NULL, out, err);
}

int rustdoc_open_mapped(const char *text, size_t len, const char *name,
			rustdoc_forget *forget, struct rustdoc **out,
			struct err *err)
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
	d->target_hash = hash_start();
	d->name = arena_strdup(&d->arena, name);
	if (!d->name || !(d->pages = pages_new(&d->arena, text, len, forget)))
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
	table_release(&d->index);
	table_release(&d->paths);
	sketches_release(&d->sketches);
	map_release(&d->files);
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
	pages_look_at(d->pages, span.begin, span.size);
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
	if (!item_parse(&s, &d->arena, &d->files, item)) {
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

enum rustdoc_impl_sort rustdoc_impl_sort(const struct rustdoc *d, uint32_t id)
{
	const struct entry *e = table_find(&d->index, id);
	int sort;

	if (!e || id == RUSTDOC_NO_ID)
		return RUSTDOC_IMPL_UNKNOWN;
	sort = sketches_impl_sort(&d->sketches, id);
	if (sort >= 0)
		return (enum rustdoc_impl_sort)sort;
	pages_look_at(d->pages, e->begin, e->size);
	return impl_sort_peek(d->text + e->begin, e->size);
}

uint32_t rustdoc_impl_trait(struct rustdoc *d, uint32_t id)
{
	const struct entry *e = table_find(&d->index, id);
	uint32_t trait = RUSTDOC_NO_ID;
	struct scan s;

	if (!e || id == RUSTDOC_NO_ID || d->failure.code != 0)
		return RUSTDOC_NO_ID;
	trait = sketches_impl_trait(&d->sketches, id);
	if (trait != RUSTDOC_NO_ID)
		return trait;
	rustdoc_cursor(d, (struct rustdoc_span){ e->begin, e->size }, &s);
	if (!item_peek_trait(&s, &trait))
		rustdoc_fail(d, &s);
	return trait;
}

bool rustdoc_hash(struct rustdoc *d, uint32_t id, struct hash *out,
		  bool *has_expr)
{
	return sketches_hash(&d->sketches, &d->index, id, out, has_expr);
}

bool rustdoc_has_body(const struct rustdoc *d, uint32_t id)
{
	return sketches_has_body(&d->sketches, id);
}

const uint32_t *rustdoc_mentioned(const struct rustdoc *d, uint32_t id,
				  size_t *count)
{
	return sketches_mentioned(&d->sketches, id, count);
}

struct hash rustdoc_target_hash(const struct rustdoc *d)
{
	return d->target_hash;
}

bool rustdoc_has_symbols(const struct rustdoc *d)
{
	return d->sketches.has_symbols;
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
