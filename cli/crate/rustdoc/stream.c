#include "crate/rustdoc/stream.h"

#include <stdlib.h>
#include <string.h>

/* Of what is large, so much that the memory goes back to the system after. */
enum {
	WINDOW = 64 << 10, /* what fits into the nearer caches */
	WIDE_WINDOW = 160 << 10,
	WIDE_FROM = 4 << 20
};

static size_t window_for(const struct rustdoc_source *from)
{
	size_t size = from->len < WIDE_FROM ? WINDOW : WIDE_WINDOW;

	if (from->window > 0)
		size = from->window;
	return size < from->len ? size : from->len;
}

static size_t end_of(const struct scan *s)
{
	return s->base + s->len;
}

/* Is the end of the window that of the document? */
static bool is_last(const struct stream *st)
{
	return end_of(&st->scan) == st->from->len;
}

/* Room for more behind what is not passed yet. */
static bool make_room(struct stream *st)
{
	struct scan *s = &st->scan;
	size_t left = s->len - s->pos;
	char *grown;

	if (left > 0)
		memmove(st->window, st->window + s->pos, left);
	s->base += s->pos;
	s->len = left;
	s->pos = 0;
	if (left <= st->cap / 2)
		return true;
	grown = realloc(st->window, st->cap * 2);
	if (!grown)
		return scan_nomem(s);
	st->window = grown;
	st->cap *= 2;
	s->text = grown;
	return true;
}

/* More of the document behind what is not passed yet. */
static bool refill(struct stream *st)
{
	struct scan *s = &st->scan;
	size_t size;

	if (!make_room(st))
		return false;
	size = st->from->len - end_of(s);
	if (size > st->cap - s->len)
		size = st->cap - s->len;
	if (st->from->read(st->from->context, end_of(s), st->window + s->len,
			   size, &st->err) < 0)
		return scan_fail(s, "more of the document");
	s->len += size;
	return true;
}

int stream_init(struct stream *st, const struct rustdoc_source *from)
{
	*st = (struct stream){ .from = from };
	scan_init(&st->scan, from->text, from->text ? from->len : 0);
	if (from->text || from->len == 0)
		return 0;
	st->cap = window_for(from);
	st->window = malloc(st->cap);
	if (!st->window)
		return -1;
	st->scan.text = st->window;
	return 0;
}

void stream_release(struct stream *st)
{
	free(st->window);
	st->window = NULL;
}

/*
 * Did it fail for that the window ends?  What is read here fails at the end of
 * its text if more of it could help.
 */
static bool is_cut(const struct stream *st)
{
	const struct scan *s = &st->scan;

	return s->code == ERR_FORMAT && s->failed_at == s->len && !is_last(st);
}

char stream_peek(struct stream *st)
{
	char c;

	while ((c = scan_peek(&st->scan)) == '\0') {
		if (!scan_ok(&st->scan) || st->scan.pos < st->scan.len ||
		    is_last(st) || !refill(st))
			break;
	}
	return c;
}

bool stream_member(struct stream *st, size_t *n, struct scan_text *key)
{
	for (;;) {
		struct scan before = st->scan;
		size_t count = *n;

		if (scan_member(&st->scan, n, key))
			return true;
		if (!is_cut(st))
			return false;
		st->scan = before;
		*n = count;
		if (!refill(st))
			return false;
	}
}

bool stream_value(struct stream *st, struct scan_text *value)
{
	for (;;) {
		struct scan before = st->scan;
		bool is_whole = scan_value(&st->scan, value);

		/* a number may have more digits */
		if (is_whole && (st->scan.pos < st->scan.len || is_last(st)))
			return true;
		if (!is_whole && !is_cut(st))
			return false;
		st->scan = before;
		if (!refill(st))
			return false;
	}
}

bool stream_end(struct stream *st)
{
	(void)stream_peek(st);
	return scan_end(&st->scan);
}

struct scan stream_within(const struct stream *st,
			  const struct scan_text *value)
{
	struct scan s;

	scan_init(&s, value->at, value->len);
	s.base = stream_place(st, value);
	return s;
}

bool stream_fail(struct stream *st, const struct scan *within)
{
	struct scan *s = &st->scan;

	if (scan_ok(s)) {
		s->code = within->code;
		s->failed_at = within->base + within->failed_at - s->base;
		s->wanted = within->wanted;
	}
	return false;
}

size_t stream_place(const struct stream *st, const struct scan_text *value)
{
	return st->scan.base + (size_t)(value->at - st->scan.text);
}
