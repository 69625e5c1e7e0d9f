#include "io/yaml.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "io/yaml_cursor.h"
#include "io/yaml_verify.h"

enum {
	INDENT = 2 /* of what we add below a key */
};

/* ---- new text */

static void add_indent(struct strbuf *out, size_t indent)
{
	strbuf_addf(out, "%*s", (int)indent, "");
}

static void add_value(struct strbuf *out, struct yaml_value value)
{
	if (value.plain)
		strbuf_adds(out, value.text);
	else
		scalar_write(out, value.text);
}

static void add_pair(struct strbuf *out, const struct yaml_pair *pair)
{
	strbuf_addf(out, "%s:", pair->key);
	if (pair->value.text) {
		strbuf_addc(out, ' ');
		add_value(out, pair->value);
	}
}

/* Items are added to a list; else the pairs of one to a map. */
static bool is_list(const struct yaml_edit *a)
{
	return a->kind == YAML_EDIT_ADD_ITEMS;
}

/*
 * Lines at INDENT, with a blank line in front of each item if BLANK_LINE.  The
 * first one's indentation and the last one's break are left out.
 */
static void add_lines(struct cursor *e, const struct yaml_edit *a,
		      size_t indent, bool blank_line)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct yaml_item *item = &a->items[i];

		for (size_t k = 0; k < item->count; k++) {
			if (i + k > 0) {
				if (k == 0 && blank_line)
					strbuf_adds(e->out, e->eol);
				strbuf_adds(e->out, e->eol);
				add_indent(e->out, indent);
			}
			if (is_list(a))
				strbuf_adds(e->out, k == 0 ? "- " : "  ");
			add_pair(e->out, &item->pairs[k]);
		}
	}
}

static void add_flow(struct cursor *e, const struct yaml_edit *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct yaml_item *item = &a->items[i];

		strbuf_adds(e->out, i > 0 ? ", " : "");
		strbuf_adds(e->out, is_list(a) ? "{" : "");
		for (size_t k = 0; k < item->count; k++) {
			strbuf_adds(e->out, k > 0 ? ", " : "");
			add_pair(e->out, &item->pairs[k]);
		}
		strbuf_adds(e->out, is_list(a) ? "}" : "");
	}
}

/* ---- setting */

static bool is_nothing(const struct cursor *e, const struct node *n)
{
	return n->kind == NODE_NULL && n->end == e->start;
}

static void begin_last_line(struct cursor *e)
{
	keep_until(e, e->len);
	if (e->len > e->start && !is_break(e->source[e->len - 1]))
		strbuf_adds(e->out, e->eol);
}

static void set(struct cursor *e, const struct node *n, struct yaml_value value)
{
	size_t end = n->end;

	if (end > n->begin && is_break(e->source[end - 1]))
		end = before_break(e, end);
	if (is_nothing(e, n))
		begin_last_line(e);
	else
		keep_until(e, n->begin);
	if (end == n->begin && end > 0 && !is_blank(e->source[end - 1]))
		strbuf_addc(e->out, ' ');
	if (!value.text)
		strbuf_adds(e->out, "null");
	else if (!value.plain && end > n->begin && e->source[n->begin] == '"')
		scalar_write_quoted(e->out, value.text);
	else
		add_value(e->out, value);
	if (e->at < end)
		skip_until(e, end);
}

/* ---- adding */

/* Where the first key of this line stands, behind any dashes. */
static size_t key_indent(const struct cursor *e, size_t pos)
{
	size_t start = line_start(e, pos), at = skip_blanks(e, start);

	while (at + 1 < pos && e->source[at] == '-' &&
	       is_blank(e->source[at + 1]))
		at = skip_blanks(e, at + 1);
	return at - start;
}

/* A document without any content. */
static void add_to_nothing(struct cursor *e, const struct yaml_edit *a)
{
	begin_last_line(e);
	add_lines(e, a, 0, false);
	strbuf_adds(e->out, e->eol);
}

/* NODE is null, {} or [] in block context: it gives way to lines below. */
static void add_to_empty(struct cursor *e, const struct yaml_edit *a)
{
	const struct node *n = a->target;
	size_t begin = n->begin, indent;

	while (begin > e->start && is_blank(e->source[begin - 1]))
		begin--;
	if (begin == e->start || is_break(e->source[begin - 1])) {
		/* it has a line of its own */
		keep_until(e, n->begin);
		add_lines(e, a, n->column - 1, false);
		skip_until(e, n->end);
		return;
	}
	indent = key_indent(e, n->begin) + INDENT;
	keep_until(e, begin);
	skip_until(e, n->end);
	keep_until(e, block_end(e, n, indent - 1));
	strbuf_adds(e->out, e->eol);
	add_indent(e->out, indent);
	add_lines(e, a, indent, false);
}

/* A null inside brackets. */
static void add_brackets(struct cursor *e, const struct yaml_edit *a)
{
	keep_until(e, a->target->begin);
	strbuf_adds(e->out, is_list(a) ? " [" : " {");
	add_flow(e, a);
	strbuf_adds(e->out, is_list(a) ? "]" : "}");
	skip_until(e, a->target->end);
}

/* LAST is the last thing inside the brackets, or NULL. */
static void add_in_brackets(struct cursor *e, const struct yaml_edit *a,
			    const struct node *last)
{
	size_t pos = last ? skip_gap(e, last->end) : a->target->begin + 1;

	if (last && e->source[pos] == ',') {
		keep_until(e, pos + 1);
		strbuf_addc(e->out, ' ');
	} else if (last) {
		keep_until(e, last->end);
		strbuf_adds(e->out, ", ");
	} else {
		keep_until(e, pos);
	}
	add_flow(e, a);
}

/* True if the last two items have a blank line between them. */
static bool has_blank_lines(const struct cursor *e, const struct node *list)
{
	size_t count = list->as.list.count, dash, pos;

	if (count < 2 || is_bracketed(e, list))
		return false;
	dash = find_dash(e, list, count - 1);
	if (ends_in_text(e, list))
		return false; /* a blank line might become part of it */
	pos = list->as.list.items[count - 2]->end;
	while (pos < dash) {
		pos = after_break(e, line_end(e, pos));
		if (is_empty_line(e, pos))
			return true;
	}
	return false;
}

static void add_after(struct cursor *e, const struct yaml_edit *a,
		      const struct node *last)
{
	const struct node *n = a->target;
	bool blank_line = is_list(a) && has_blank_lines(e, n);

	keep_until(e, block_end(e, last, n->column - !is_list(a)));
	if (blank_line)
		strbuf_adds(e->out, e->eol);
	strbuf_adds(e->out, e->eol);
	add_indent(e->out, n->column - 1);
	add_lines(e, a, n->column - 1, blank_line);
}

/* Null, or brackets around nothing at all, and not inside other brackets. */
static bool is_open(const struct cursor *e, const struct node *n,
		    bool has_items)
{
	if (n->flow || has_items)
		return false;
	return n->kind == NODE_NULL ||
	       (is_bracketed(e, n) && skip_gap(e, n->begin + 1) == n->end - 1 &&
		!memchr(e->source + n->begin, '#', n->end - n->begin));
}

static void add(struct cursor *e, const struct yaml_edit *a)
{
	const struct node *n = a->target, *last = NULL;

	if (n->kind == NODE_MAP && n->as.map.count > 0)
		last = n->as.map.entries[n->as.map.count - 1].value;
	else if (n->kind == NODE_LIST && n->as.list.count > 0)
		last = n->as.list.items[n->as.list.count - 1];
	if (is_nothing(e, n))
		add_to_nothing(e, a);
	else if (is_open(e, n, last != NULL))
		add_to_empty(e, a);
	else if (n->kind == NODE_NULL)
		add_brackets(e, a);
	else if (is_bracketed(e, n))
		add_in_brackets(e, a, last);
	else
		add_after(e, a, last);
}

/* ---- removing */

static void remove_in_brackets(struct cursor *e, const struct node *list,
			       size_t index)
{
	const struct node *const *items = list->as.list.items;
	size_t after = skip_gap(e, items[index]->end), before;

	if (e->source[after] == ',') {
		keep_until(e, items[index]->begin);
		before = skip_blanks(e, after + 1);
		skip_until(e, e->source[before] == '#' ? after + 1 : before);
		return;
	}
	if (index > 0) {
		before = skip_gap(e, items[index - 1]->end);
		keep_until(e, before);
		skip_until(e, before + 1);
		before = skip_blanks(e, before + 1);
		if (before == items[index]->begin)
			skip_until(e, before);
	}
	keep_until(e, items[index]->begin);
	skip_until(e, items[index]->end);
}

/* POS may be in a comment: a '#' stands before it in its line. */
static bool has_hash(const struct cursor *e, size_t pos)
{
	size_t start = line_start(e, pos);

	return pos > start && memchr(e->source + start, '#', pos - start);
}

/* The last item goes: [] behind the key, or where the dash was. */
static void leave_empty(struct cursor *e, size_t dash, size_t end)
{
	size_t key = dash, start = line_start(e, dash);

	while (key > e->start &&
	       (is_blank(e->source[key - 1]) || is_break(e->source[key - 1])))
		key--;
	if (key > e->start && key < start && e->source[key - 1] == ':' &&
	    !has_hash(e, key)) {
		keep_until(e, key);
		strbuf_adds(e->out, " []");
		keep_until(e, before_break(e, start));
		skip_until(e, end);
		return;
	}
	keep_until(e, dash);
	if (skip_blanks(e, start) == dash)
		add_indent(e->out, INDENT);
	strbuf_adds(e->out, "[]");
	skip_until(e, end);
}

/*
 * The comments right above a dash that are as far in as it is; what is before
 * FLOOR is part of another value.
 */
static size_t comments_above(const struct cursor *e, size_t floor, size_t dash)
{
	size_t start = line_start(e, dash), column = dash - start, indent;

	while (start > floor) {
		size_t up = line_start(e, before_break(e, start));

		if (!is_comment_line(e, up, &indent) || indent != column)
			break;
		start = up;
	}
	return start;
}

/*
 * BEFORE is what stands above, or NULL.  If it is a text of '|' or '>', what
 * is below the removed lines must not become part of it: comments further in
 * than COLUMN.
 */
static void remove_lines(struct cursor *e, size_t start, size_t end,
			 const struct node *before, size_t column)
{
	size_t indent;
	bool below_text = before && ends_in_text(e, before);
	size_t next = after_break(e, end);
	size_t up = line_start(e, before_break(e, start));

	while (below_text &&
	       (is_empty_line(e, next) ||
		(is_comment_line(e, next, &indent) && indent >= column)))
		next = after_break(e, line_end(e, next));
	if (!below_text && start > e->start && is_empty_line(e, up) &&
	    (next == e->len || is_empty_line(e, next)))
		start = up;
	if (!below_text && next == end) /* the file has no last newline */
		start = before_break(e, start);
	keep_until(e, start);
	skip_until(e, next);
}

static void remove_block_item(struct cursor *e, const struct node *list,
			      size_t index)
{
	const struct node *const *items = list->as.list.items;
	const struct node *before = index > 0 ? items[index - 1] : NULL;
	size_t dash = find_dash(e, list, index), start = line_start(e, dash);
	size_t end = block_end(e, items[index], list->column);
	size_t floor = before ? line_end(e, before->end) : e->start;

	if (list->as.list.count == 1) {
		leave_empty(e, dash, end);
	} else if (skip_blanks(e, start) != dash) {
		/* behind another dash: the next item takes its place */
		keep_until(e, dash);
		skip_until(e, find_dash(e, list, index + 1));
	} else {
		start = comments_above(e, floor, dash);
		remove_lines(e, start, end, before, list->column);
	}
}

static void remove_item(struct cursor *e, const struct yaml_edit *a)
{
	if (is_bracketed(e, a->target))
		remove_in_brackets(e, a->target, a->index);
	else
		remove_block_item(e, a->target, a->index);
}

/* ---- any number of edits */

/* In the order of the text; what is inside another before that. */
static int by_place(const void *x, const void *y)
{
	const struct node *a = (*(const struct yaml_edit *const *)x)->target;
	const struct node *b = (*(const struct yaml_edit *const *)y)->target;

	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	return (a->begin < b->begin) - (a->begin > b->begin);
}

static int check_kind(const struct yaml_edit *a, size_t count, struct err *err)
{
	static const char *const verbs[] = { "be set to one value",
					     "be given a key",
					     "be given an item",
					     "lose that item" };
	const struct node *n = a->target;
	bool fits = false;

	switch (a->kind) {
	case YAML_EDIT_SET:
		fits = n->kind != NODE_LIST && n->kind != NODE_MAP;
		break;
	case YAML_EDIT_ADD_KEYS:
		fits = (n->kind == NODE_MAP || n->kind == NODE_NULL) &&
		       a->count == 1;
		break;
	case YAML_EDIT_ADD_ITEMS:
		fits = (n->kind == NODE_LIST || n->kind == NODE_NULL) &&
		       a->count > 0;
		break;
	case YAML_EDIT_REMOVE:
		fits = n->kind == NODE_LIST && a->index < n->as.list.count &&
		       count == 1;
		break;
	}
	if (fits)
		return 0;
	return node_err(n, err, ERR_BUG, "a %s cannot %s",
			node_kind_name(n->kind), verbs[a->kind]);
}

static void make(struct cursor *e, const struct yaml_edit *a)
{
	if (a->kind == YAML_EDIT_SET)
		set(e, a->target, a->value);
	else if (a->kind == YAML_EDIT_REMOVE)
		remove_item(e, a);
	else
		add(e, a);
}

/* The new text is read again: what it says must be what was meant. */
static bool is_as_meant(const struct yaml_doc *doc, const struct strbuf *out,
			size_t before, const struct yaml_edit *const *edits,
			size_t count, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *after = NULL;
	int rc = yaml_read(out->data + before, out->len - before, "", &arena,
			   &after, err);

	if (rc == 0)
		return yaml_verify(doc->root, after, edits, count, err);
	if (rc == ERR_FORMAT)
		err_clear(err);
	return false;
}

static int apply(const struct yaml_doc *doc,
		 const struct yaml_edit *const *edits, size_t count,
		 struct strbuf *out, struct err *err)
{
	size_t before = out->len;
	struct cursor e;

	cursor_init(&e, doc->bytes, doc->len, out);
	for (size_t i = 0; i < count; i++)
		make(&e, edits[i]);
	keep_until(&e, e.len);
	if (strbuf_check(out, err) == 0 && !e.overlaps &&
	    is_as_meant(doc, out, before, edits, count, err))
		return 0;
	strbuf_truncate(out, before);
	if (err->code)
		return err->code;
	(void)node_err(edits[0]->target, err, ERR_FORMAT,
		       "this cannot be changed in place as it is written");
	return err_hint(err, "change the file by hand");
}

int yaml_apply(const struct yaml_doc *doc, const struct yaml_edit *edits,
	       size_t count, struct strbuf *out, struct err *err)
{
	const struct yaml_edit **sorted = calloc(count + 1, sizeof(*sorted));
	int rc = 0;

	if (!sorted)
		return err_nomem(err);
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = check_kind(&edits[i], count, err);
		sorted[i] = &edits[i];
	}
	if (rc == 0 && count == 0)
		strbuf_add(out, doc->bytes, doc->len);
	if (rc == 0 && count > 0) {
		qsort(sorted, count, sizeof(struct yaml_edit *), by_place);
		rc = apply(doc, sorted, count, out, err);
	}
	free(sorted);
	return rc ? rc : strbuf_check(out, err);
}

int yaml_set(const struct yaml_doc *doc, const struct node *node,
	     struct yaml_value value, struct strbuf *out, struct err *err)
{
	const struct yaml_edit edit = { .kind = YAML_EDIT_SET,
					.target = node,
					.value = value };

	return yaml_apply(doc, &edit, 1, out, err);
}
