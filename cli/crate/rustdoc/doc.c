#include "crate/rustdoc/doc.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/vec.h"
#include "crate/rustdoc/doc_internal.h"
#include "crate/rustdoc/item_parse.h"

enum {
	PATH_PARTS_MAX = 1024, /* of one entry of `paths` */
	PIECE_MIN = 16 << 10   /* most items are smaller */
};

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
	return d->triple;
}

size_t rustdoc_count(const struct rustdoc *d)
{
	return d->index.count;
}

uint32_t rustdoc_id_at(const struct rustdoc *d, size_t n)
{
	return d->index.entries[n].id;
}

/* ---- failures */

void rustdoc_fail(struct rustdoc *d, const struct scan *s)
{
	if (d->failure.code != 0)
		return;
	if (s)
		d->failure = *s;
	else
		d->failure.code = ERR_NOMEM;
}

void rustdoc_forgive(struct rustdoc *d)
{
	d->failure = (struct scan){ 0 };
	d->unread = (struct err){ 0 };
}

int rustdoc_check(const struct rustdoc *d, struct err *err)
{
	if (d->failure.code == 0)
		return 0;
	if (d->unread.code)
		*err = d->unread;
	else
		scan_check(&d->failure, err);
	if (err->code == ERR_NOMEM)
		return ERR_NOMEM;
	return err_context(err, "%s", d->name);
}

/* ---- text */

/* SIZE bytes from BEGIN on, until the next are asked for; NULL: failed. */
static const char *read_piece(struct rustdoc *d, size_t begin, size_t size)
{
	struct piece *p = &d->piece;

	if (d->from.text)
		return d->from.text + begin;
	if (begin >= p->begin && begin - p->begin <= p->size &&
	    size <= p->size - (begin - p->begin))
		return p->at + (begin - p->begin);
	p->size = 0;
	if (size > p->cap || !p->at) {
		size_t cap = size > PIECE_MIN ? size : (size_t)PIECE_MIN;

		free(p->at);
		p->cap = 0;
		p->at = malloc(cap);
		if (!p->at) {
			rustdoc_fail(d, NULL);
			return NULL;
		}
		p->cap = cap;
	}
	if (d->unread.code ||
	    d->from.read(d->from.context, begin, p->at, size, &d->unread) < 0) {
		rustdoc_fail(d, NULL);
		return NULL;
	}
	p->begin = begin;
	p->size = size;
	return p->at;
}

/* A cursor there, until another one is asked for. */
static bool piece_cursor(struct rustdoc *d, size_t begin, size_t size,
			 struct scan *out)
{
	const char *text = read_piece(d, begin, size);

	scan_init(out, text, size);
	out->base = begin;
	return text;
}

static bool entry_cursor(struct rustdoc *d, const struct entry *e,
			 struct scan *out)
{
	return piece_cursor(d, e->begin, e->size, out);
}

/* A cursor at what may be looked at of an item that was parsed: it stays. */
static bool inner_cursor(struct rustdoc *d, const struct entry *e,
			 struct scan *out)
{
	struct parsed *parsed;
	const char *text;
	size_t size, begin;

	if (e->cached == 0)
		return false;
	parsed = &d->items[e->cached - 1];
	begin = parsed->item->inner;
	size = e->begin + (size_t)e->size - begin;
	if (!parsed->text && d->from.text)
		parsed->text = d->from.text + begin;
	if (!parsed->text) {
		text = read_piece(d, begin, size);
		if (!text)
			return false;
		parsed->text = arena_strndup(&d->arena, text, size);
	}
	if (!parsed->text) {
		rustdoc_fail(d, NULL);
		return false;
	}
	scan_init(out, parsed->text, size);
	out->base = begin;
	return true;
}

static bool is_in(const struct scan *s, struct rustdoc_span span)
{
	return span.begin >= s->base && span.begin - s->base <= s->len &&
	       span.size <= s->len - (span.begin - s->base);
}

/* The text around SPAN becomes the recent one. */
static bool look_around(struct rustdoc *d, struct rustdoc_span span)
{
	const struct entry *e = table_at(&d->index, span.begin);

	scan_init(&d->recent, "", 0);
	return e && inner_cursor(d, e, &d->recent) && is_in(&d->recent, span);
}

bool rustdoc_cursor(struct rustdoc *d, struct rustdoc_span span,
		    struct scan *out)
{
	scan_init(out, "", 0);
	if (span.size == 0)
		return true;
	if (!is_in(&d->recent, span) && !look_around(d, span))
		return scan_fail(out, "a part of an item");
	*out = d->recent;
	scan_seek(out, span.begin - out->base);
	out->len = out->pos + span.size;
	return true;
}

bool rustdoc_text(struct rustdoc *d, struct rustdoc_span span,
		  struct scan_text *out)
{
	struct scan s;

	if (!rustdoc_cursor(d, span, &s))
		return false;
	*out = (struct scan_text){ s.text + s.pos, span.size };
	return true;
}

const struct rustdoc_target *rustdoc_target_data(struct rustdoc *d)
{
	struct rustdoc_span at = d->target_at;
	struct scan s;

	d->target_at = (struct rustdoc_span){ 0 };
	if (at.size > 0 && piece_cursor(d, at.begin, at.size, &s) &&
	    !target_parse(&s, &d->arena, &d->target)) {
		target_release(&d->target);
		rustdoc_fail(d, &s);
	}
	return &d->target;
}

/* ---- items */

const struct rustdoc_item *rustdoc_parse(struct rustdoc *d, struct entry *e,
					 struct scan *s)
{
	struct parsed *grown;
	struct rustdoc_item *item;

	grown = vec_grow(d->items, &d->item_cap, d->item_count + 1,
			 sizeof(*grown));
	if (grown)
		d->items = grown;
	item = grown ? arena_alloc(&d->arena, sizeof(*item)) : NULL;
	if (!item) {
		rustdoc_fail(d, NULL);
		return NULL;
	}
	if (!item_parse(s, &d->arena, &d->files, item)) {
		rustdoc_fail(d, s);
		return NULL;
	}
	item->id = e->id; /* the key counts, whatever the item says */
	d->items[d->item_count++] = (struct parsed){ .item = item };
	e->cached = (uint32_t)d->item_count;
	return item;
}

const struct rustdoc_item *rustdoc_item(struct rustdoc *d, uint32_t id)
{
	struct entry *e = table_find(&d->index, id);
	struct scan s;

	if (!e || id == RUSTDOC_NO_ID)
		return NULL;
	if (e->cached > 0)
		return d->items[e->cached - 1].item;
	if (d->failure.code != 0 || !entry_cursor(d, e, &s))
		return NULL;
	return rustdoc_parse(d, e, &s);
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

	if (!e || id == RUSTDOC_NO_ID)
		return RUSTDOC_IMPL_UNKNOWN;
	return sketches_impl_sort(&d->sketches, table_number(&d->index, e));
}

uint32_t rustdoc_impl_trait(struct rustdoc *d, uint32_t id)
{
	const struct entry *e = table_find(&d->index, id);
	uint32_t trait = RUSTDOC_NO_ID;
	struct scan s;

	if (!e || id == RUSTDOC_NO_ID || d->failure.code != 0)
		return RUSTDOC_NO_ID;
	trait = sketches_impl_trait(&d->sketches, table_number(&d->index, e));
	if (trait != RUSTDOC_NO_ID || !entry_cursor(d, e, &s))
		return trait;
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
	return sketches_has_body(&d->sketches, &d->index, id);
}

const uint32_t *rustdoc_mentioned(const struct rustdoc *d, uint32_t id,
				  size_t *count)
{
	return sketches_mentioned(&d->sketches, &d->index, id, count);
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
	struct known_path known = { 0 }, *grown;
	struct scan s;

	if (!entry_cursor(d, e, &s))
		return false;
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
