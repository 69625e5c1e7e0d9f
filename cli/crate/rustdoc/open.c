/* How a document is opened: one pass over its text. */
#include <stdlib.h>
#include <string.h>

#include "crate/rustdoc/doc_internal.h"
#include "crate/rustdoc/plain.h"
#include "crate/rustdoc/stream.h"

/* What an entry of a table takes, or rather more. */
enum {
	ITEM_SIZE = 1024,
	PATH_SIZE = 128,
	KEPT_SIZE = 2 << 20 /* documents of which the text is kept as well */
};

/* A document on its way. */
struct opening {
	struct rustdoc *doc;
	struct stream stream;
	struct scan bad_key; /* the first key that is no id */
};

/* ---- the tables */

/*
 * Formats before 35 have keys that are no numbers, and say at their end that
 * they are so old: a bad key is kept in mind, not reported at once.
 */
static bool key_id(struct opening *o, const struct scan_text *key, uint32_t *id)
{
	struct scan part = stream_within(&o->stream, key);

	if (key->len > 0 && scan_u32(&part, id) && part.pos == key->len)
		return true;
	if (o->bad_key.code == 0) {
		o->bad_key = stream_within(&o->stream, key);
		scan_fail(&o->bad_key, "an item id");
	}
	return false;
}

/* The next key, N from 0: false behind the last one. */
static bool next_key(struct opening *o, size_t *n, struct entry *e,
		     bool *has_id)
{
	struct scan *s = &o->stream.scan;
	struct scan_text key;

	*e = (struct entry){ 0 };
	*has_id = *n > 0 && plain_key(s->text, s->len, &s->pos, &e->id);
	if (*has_id)
		return true;
	if (!stream_member(&o->stream, n, &key))
		return false;
	*has_id = key_id(o, &key, &e->id);
	return true;
}

static bool add_entry(struct opening *o, struct table *t, struct entry *e,
		      const struct scan_text *value)
{
	e->begin = (uint32_t)stream_place(&o->stream, value);
	e->size = (uint32_t)value->len;
	return table_add(t, e) == 0 || scan_nomem(&o->stream.scan);
}

/* The value behind a key: {..} */
static bool read_object(struct opening *o, struct scan_text *value)
{
	if (stream_peek(&o->stream) != '{')
		return scan_fail(&o->stream.scan, "an object");
	return stream_value(&o->stream, value);
}

/* Of the item that was just parsed, from FROM on: it need not be read again. */
static void keep_text(struct rustdoc *d, const struct scan_text *value,
		      size_t from)
{
	d->items[d->item_count - 1].text =
		arena_strndup(&d->arena, value->at + from, value->len - from);
}

/*
 * What a module may have will be asked for, so it is parsed while its text is
 * at hand.  If that fails nobody need know until then.
 */
static void parse_ahead(struct opening *o, const struct scan_text *value)
{
	struct table *index = &o->doc->index;
	struct scan s = stream_within(&o->stream, value);
	const struct rustdoc_item *item =
		rustdoc_parse(o->doc, &index->entries[index->count - 1], &s);

	if (item && item->inner > 0 && o->doc->from.len <= KEPT_SIZE)
		keep_text(o->doc, value, item->inner - s.base);
	rustdoc_forgive(o->doc);
}

/* So much of the document is not read yet. */
static size_t left(const struct opening *o)
{
	const struct scan *s = &o->stream.scan;

	return o->doc->from.len - s->base - s->pos;
}

static bool read_index(struct opening *o)
{
	struct rustdoc *d = o->doc;
	struct scan_text value;
	struct entry e;
	bool has_id, of_module;
	size_t n = 0;

	table_release(&d->index);
	table_reserve(&d->index, left(o) / ITEM_SIZE);
	sketches_restart(&d->sketches, left(o) / ITEM_SIZE);
	while (next_key(o, &n, &e, &has_id)) {
		if (!read_object(o, &value))
			return false;
		if (!has_id)
			continue;
		if (!add_entry(o, &d->index, &e, &value))
			return false;
		if (sketches_add_item(&d->sketches, &value, &of_module) < 0)
			return scan_nomem(&o->stream.scan);
		if (of_module && !d->from.text)
			parse_ahead(o, &value);
	}
	return scan_ok(&o->stream.scan);
}

/* As many as are written just as rustdoc does. */
static bool read_plain_paths(struct opening *o)
{
	struct rustdoc *d = o->doc;
	struct scan *s = &o->stream.scan;
	struct plain_path p;

	while (plain_path(s->text, s->len, &s->pos, &p)) {
		struct entry e = { .id = p.id };

		if (!add_entry(o, &d->paths, &e, &p.value))
			return false;
		if (sketches_add_plain_path(&d->sketches, &p) < 0)
			return scan_nomem(s);
	}
	return true;
}

static bool read_paths(struct opening *o)
{
	struct rustdoc *d = o->doc;
	struct scan_text value;
	struct entry e;
	bool has_id;
	size_t n = 0;

	table_release(&d->paths);
	table_reserve(&d->paths, left(o) / PATH_SIZE);
	sketches_restart_paths(&d->sketches, left(o) / PATH_SIZE);
	while (next_key(o, &n, &e, &has_id)) {
		if (!read_object(o, &value))
			return false;
		if (!has_id)
			continue;
		if (!add_entry(o, &d->paths, &e, &value))
			return false;
		if (sketches_add_path(&d->sketches, e.id, &value) < 0)
			return scan_nomem(&o->stream.scan);
		if (!read_plain_paths(o))
			return false;
	}
	return scan_ok(&o->stream.scan);
}

/* ---- what stands around them */

static bool read_small(struct rustdoc *d, const struct scan_text *key,
		       struct scan *s)
{
	if (text_is(key, "format_version"))
		return d->has_format = scan_u32(s, &d->format);
	if (text_is(key, "root"))
		return d->has_root = scan_u32(s, &d->root);
	if (text_is(key, "includes_private"))
		return scan_bool(s, &d->has_private);
	if (text_is(key, "crate_version"))
		return scan_string_or_null(s, &d->arena, &d->crate_version);
	if (text_is(key, "target")) {
		hash_bytes(&d->target_hash, s->text, s->len);
		d->target_at.begin = (uint32_t)s->base;
		d->target_at.size = (uint32_t)s->len;
		return target_parse_triple(s, &d->arena, &d->triple);
	}
	return scan_skip(s);
}

static bool read_member(struct opening *o, const struct scan_text *name)
{
	static const char *const names[] = {
		"format_version", "root",   "includes_private",
		"crate_version",  "target",
	};
	struct scan_text key = { "", 0 }, value;
	struct scan s;

	/* the name goes when the window moves on */
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (text_is(name, names[i]))
			key = (struct scan_text){ names[i], strlen(names[i]) };
	if (!stream_value(&o->stream, &value))
		return false;
	s = stream_within(&o->stream, &value);
	if (read_small(o->doc, &key, &s) && s.pos < s.len)
		scan_fail(&s, "',' or '}'");
	return scan_ok(&s) || stream_fail(&o->stream, &s);
}

static bool read_top(struct opening *o)
{
	struct scan_text key;
	size_t n = 0;

	while (stream_member(&o->stream, &n, &key)) {
		if (text_is(&key, "index"))
			read_index(o);
		else if (text_is(&key, "paths"))
			read_paths(o);
		else
			read_member(o, &key);
	}
	return stream_end(&o->stream);
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

/* ---- when all is read */

/*
 * The functions in modules will be asked for, too, and could not be told from
 * methods.
 */
static void parse_functions(struct rustdoc *d)
{
	size_t count = d->item_count;

	for (size_t i = 0; i < count; i++) {
		const struct rustdoc_item *module = d->items[i].item;
		const struct rustdoc_ids *ids = &module->as.module.items;

		if (module->kind != RUSTDOC_MODULE)
			continue;
		for (uint32_t k = 0; k < ids->count; k++) {
			(void)rustdoc_item(d, ids->at[k]);
			rustdoc_forgive(d);
		}
	}
}

static int find_root(struct rustdoc *d, struct err *err)
{
	if (d->has_root && rustdoc_root(d))
		return 0;
	if (rustdoc_check(d, err) < 0)
		return (int)err->code;
	return err_set(err, ERR_FORMAT, "not rustdoc JSON: no root module");
}

static int read_stream(struct opening *o, struct err *err)
{
	if (read_top(o))
		return 0;
	if (o->stream.err.code == 0)
		return scan_check(&o->stream.scan, err);
	*err = o->stream.err;
	return (int)err->code;
}

static int read_document(struct rustdoc *d, struct err *err)
{
	struct opening o = { .doc = d };

	if (stream_init(&o.stream, &d->from) < 0)
		return err_nomem(err);
	(void)read_stream(&o, err);
	stream_release(&o.stream);
	if (err->code || check_format(d, err) < 0)
		return (int)err->code;
	if (o.bad_key.code != 0)
		return scan_check(&o.bad_key, err);
	if (table_finish(&d->index, "'index'", err) < 0 ||
	    table_finish(&d->paths, "'paths'", err) < 0)
		return (int)err->code;
	sketches_finish(&d->sketches, &d->index, &d->paths);
	if (!d->from.text)
		parse_functions(d);
	return find_root(d, err);
}

int rustdoc_open_source(const struct rustdoc_source *from, const char *name,
			struct rustdoc **out, struct err *err)
{
	AUTO(rustdoc_freep) struct rustdoc *d = NULL;

	if (from->len >= UINT32_MAX)
		return err_set(err, ERR_LIMIT,
			       "%s: more than 4 GiB of rustdoc JSON", name);
	d = calloc(1, sizeof(*d));
	if (!d)
		return err_nomem(err);
	d->from = *from;
	d->target_hash = hash_start();
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

int rustdoc_open(const char *text, size_t len, const char *name,
		 struct rustdoc **out, struct err *err)
{
	const struct rustdoc_source from = { .text = text, .len = len };

	return rustdoc_open_source(&from, name, out, err);
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
	free(d->piece.at);
	target_release(&d->target);
	arena_release(&d->arena);
	free(d);
}
