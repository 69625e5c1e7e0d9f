#include "io/yaml.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "io/yaml_verify.h"

enum {
	INDENT = 2 /* of what we add below a key */
};

/* What an edit works on; `at` is how much of SOURCE is in OUT already. */
struct edit {
	const struct yaml_doc *doc;
	const char *source;
	size_t len;
	size_t start; /* 3 after a byte order mark */
	size_t at;
	const char *eol;
	struct strbuf *out;
	size_t out_before;
};

static struct edit edit_begin(const struct yaml_doc *doc, struct strbuf *out)
{
	struct edit e = { .doc = doc,
			  .source = doc->bytes,
			  .len = doc->len,
			  .out = out,
			  .out_before = out->len };
	const char *lf = e.len > 0 ? memchr(e.source, '\n', e.len) : NULL;

	if (e.len >= 3 && memcmp(e.source, "\xef\xbb\xbf", 3) == 0)
		e.start = 3;
	e.eol = lf && lf > e.source && lf[-1] == '\r' ? "\r\n" : "\n";
	return e;
}

/* Copy what comes before POS. */
static void keep_until(struct edit *e, size_t pos)
{
	strbuf_add(e->out, e->source + e->at, pos - e->at);
	e->at = pos;
}

static void skip_until(struct edit *e, size_t pos)
{
	e->at = pos;
}

/* The new text is read again: what it says must be what was meant. */
static bool is_as_meant(const struct edit *e, const struct yaml_edit *what,
			struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *after = NULL;
	int rc =
		yaml_read(e->out->data + e->out_before,
			  e->out->len - e->out_before, "", &arena, &after, err);

	if (rc == ERR_FORMAT)
		err_clear(err);
	return rc == 0 && yaml_verify(e->doc->root, after, what);
}

static int edit_end(struct edit *e, const struct yaml_edit *what,
		    struct err *err)
{
	keep_until(e, e->len);
	if (strbuf_check(e->out, err) < 0 || is_as_meant(e, what, err))
		return err->code;
	strbuf_truncate(e->out, e->out_before);
	if (err->code)
		return err->code;
	(void)node_err(what->target, err, ERR_FORMAT,
		       "this cannot be changed in place as it is written");
	return err_hint(err, "change the file by hand");
}

/* ---- lines */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

static size_t line_start(const struct edit *e, size_t pos)
{
	while (pos > e->start && !is_break(e->source[pos - 1]))
		pos--;
	return pos;
}

static size_t line_end(const struct edit *e, size_t pos)
{
	while (pos < e->len && !is_break(e->source[pos]))
		pos++;
	return pos;
}

/* POS is at the end of a line: the start of the next, or the end. */
static size_t after_break(const struct edit *e, size_t pos)
{
	if (pos < e->len && e->source[pos] == '\r')
		pos++;
	if (pos < e->len && e->source[pos] == '\n')
		pos++;
	return pos;
}

/* POS is at the start of a line: the end of the one before. */
static size_t before_break(const struct edit *e, size_t pos)
{
	if (pos > e->start && e->source[pos - 1] == '\n')
		pos--;
	if (pos > e->start && e->source[pos - 1] == '\r')
		pos--;
	return pos;
}

static size_t skip_blanks(const struct edit *e, size_t pos)
{
	while (pos < e->len && is_blank(e->source[pos]))
		pos++;
	return pos;
}

static bool is_empty_line(const struct edit *e, size_t start)
{
	size_t pos = skip_blanks(e, start);

	return pos < e->len && is_break(e->source[pos]);
}

/* If the line at START is a comment only, its indentation. */
static bool is_comment_line(const struct edit *e, size_t start, size_t *indent)
{
	size_t pos = skip_blanks(e, start);

	if (pos >= e->len || e->source[pos] != '#')
		return false;
	*indent = pos - start;
	return true;
}

/* The next byte that is neither space nor comment. */
static size_t skip_gap(const struct edit *e, size_t pos)
{
	while (pos < e->len) {
		char c = e->source[pos];

		if (c == '#')
			pos = line_end(e, pos);
		else if (is_blank(c) || is_break(c))
			pos++;
		else
			break;
	}
	return pos;
}

/*
 * The end of the line on which a block value ends, and of the comments below
 * it that are indented by MIN or more: they belong to it.
 */
static size_t block_end(const struct edit *e, const struct node *n, size_t min)
{
	size_t pos = line_end(e, n->end), next, indent;

	/* a '|+' text ends after its own line break */
	if (n->end > n->begin && is_break(e->source[n->end - 1]))
		pos = before_break(e, n->end);
	for (;; pos = line_end(e, next)) {
		next = after_break(e, pos);
		if (next == pos || !is_comment_line(e, next, &indent) ||
		    indent < min)
			return pos;
	}
}

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

/* An item of COUNT pairs is added to a list, or one pair to a map. */
static bool is_item(const struct yaml_edit *a)
{
	return a->kind == YAML_EDIT_ADD_ITEM;
}

/* Lines at INDENT; the first one's indentation and last break are left out. */
static void add_lines(struct edit *e, const struct yaml_edit *a, size_t indent)
{
	for (size_t i = 0; i < a->count; i++) {
		if (i > 0) {
			strbuf_adds(e->out, e->eol);
			add_indent(e->out, indent);
		}
		if (is_item(a))
			strbuf_adds(e->out, i == 0 ? "- " : "  ");
		add_pair(e->out, &a->pairs[i]);
	}
}

static void add_flow(struct edit *e, const struct yaml_edit *a)
{
	strbuf_adds(e->out, is_item(a) ? "{" : "");
	for (size_t i = 0; i < a->count; i++) {
		strbuf_adds(e->out, i > 0 ? ", " : "");
		add_pair(e->out, &a->pairs[i]);
	}
	strbuf_adds(e->out, is_item(a) ? "}" : "");
}

/* ---- setting */

static bool is_nothing(const struct edit *e, const struct node *n)
{
	return n->kind == NODE_NULL && n->end == e->start;
}

static void begin_last_line(struct edit *e)
{
	keep_until(e, e->len);
	if (e->len > e->start && !is_break(e->source[e->len - 1]))
		strbuf_adds(e->out, e->eol);
}

int yaml_set(const struct yaml_doc *doc, const struct node *node,
	     struct yaml_value value, struct strbuf *out, struct err *err)
{
	const struct yaml_edit what = { .kind = YAML_EDIT_SET,
					.target = node,
					.value = value };
	struct edit e = edit_begin(doc, out);
	size_t end = node->end;

	if (node->kind == NODE_LIST || node->kind == NODE_MAP)
		return node_err(node, err, ERR_BUG,
				"a %s cannot be set to one value",
				node_kind_name(node->kind));
	if (end > node->begin && is_break(e.source[end - 1]))
		end = before_break(&e, end);
	if (is_nothing(&e, node))
		begin_last_line(&e);
	else
		keep_until(&e, node->begin);
	if (end == node->begin && end > 0 && !is_blank(e.source[end - 1]))
		strbuf_addc(out, ' ');
	if (!value.text)
		strbuf_adds(out, "null");
	else if (!value.plain && end > node->begin &&
		 e.source[node->begin] == '"')
		scalar_write_quoted(out, value.text);
	else
		add_value(out, value);
	if (e.at < end)
		skip_until(&e, end);
	return edit_end(&e, &what, err);
}

/* ---- adding */

/* Where the first key of this line stands, behind any dashes. */
static size_t key_indent(const struct edit *e, size_t pos)
{
	size_t start = line_start(e, pos), at = skip_blanks(e, start);

	while (at + 1 < pos && e->source[at] == '-' &&
	       is_blank(e->source[at + 1]))
		at = skip_blanks(e, at + 1);
	return at - start;
}

/* A document without any content. */
static void add_to_nothing(struct edit *e, const struct yaml_edit *a)
{
	begin_last_line(e);
	add_lines(e, a, 0);
	strbuf_adds(e->out, e->eol);
}

/* NODE is null, {} or [] in block context: it gives way to lines below. */
static void add_to_empty(struct edit *e, const struct node *n,
			 const struct yaml_edit *a)
{
	size_t begin = n->begin, indent;

	while (begin > e->start && is_blank(e->source[begin - 1]))
		begin--;
	if (begin == e->start || is_break(e->source[begin - 1])) {
		/* it has a line of its own */
		keep_until(e, n->begin);
		add_lines(e, a, n->column - 1);
		skip_until(e, n->end);
		return;
	}
	indent = key_indent(e, n->begin) + INDENT;
	keep_until(e, begin);
	skip_until(e, n->end);
	keep_until(e, block_end(e, n, indent - 1));
	strbuf_adds(e->out, e->eol);
	add_indent(e->out, indent);
	add_lines(e, a, indent);
}

/* LAST is the last thing inside the brackets, or NULL. */
static void add_in_brackets(struct edit *e, const struct node *n,
			    const struct node *last, const struct yaml_edit *a)
{
	size_t pos = last ? skip_gap(e, last->end) : n->begin + 1;

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

static void add_after(struct edit *e, const struct node *last, size_t indent,
		      size_t comment_indent, bool blank_line,
		      const struct yaml_edit *a)
{
	keep_until(e, block_end(e, last, comment_indent));
	if (blank_line)
		strbuf_adds(e->out, e->eol);
	strbuf_adds(e->out, e->eol);
	add_indent(e->out, indent);
	add_lines(e, a, indent);
}

static bool is_bracketed(const struct edit *e, const struct node *n)
{
	char c = n->begin < e->len ? e->source[n->begin] : '\0';

	return c == '[' || c == '{';
}

/* The last value in N, at any depth, is a text that '|' or '>' introduces. */
static bool ends_in_text(const struct edit *e, const struct node *n)
{
	while (n->kind == NODE_LIST || n->kind == NODE_MAP) {
		if (is_bracketed(e, n))
			return false;
		n = n->kind == NODE_LIST
			    ? n->as.list.items[n->as.list.count - 1]
			    : n->as.map.entries[n->as.map.count - 1].value;
	}
	return n->begin < e->len &&
	       (e->source[n->begin] == '|' || e->source[n->begin] == '>');
}

/* Null, or brackets around nothing at all, and not inside other brackets. */
static bool is_open(const struct edit *e, const struct node *n, bool has_items)
{
	if (n->flow || has_items)
		return false;
	return n->kind == NODE_NULL ||
	       (is_bracketed(e, n) && skip_gap(e, n->begin + 1) == n->end - 1 &&
		!memchr(e->source + n->begin, '#', n->end - n->begin));
}

static int add(struct edit *e, const struct node *last,
	       const struct yaml_edit *a, bool blank_line, struct err *err)
{
	const struct node *n = a->target;

	if (is_nothing(e, n)) {
		add_to_nothing(e, a);
	} else if (is_open(e, n, last != NULL)) {
		add_to_empty(e, n, a);
	} else if (n->kind == NODE_NULL) {
		keep_until(e, n->begin);
		strbuf_adds(e->out, is_item(a) ? " [" : " {");
		add_flow(e, a);
		strbuf_adds(e->out, is_item(a) ? "]" : "}");
		skip_until(e, n->end);
	} else if (is_bracketed(e, n)) {
		add_in_brackets(e, n, last, a);
	} else {
		add_after(e, last, n->column - 1, n->column - !is_item(a),
			  blank_line, a);
	}
	return edit_end(e, a, err);
}

int yaml_add_key(const struct yaml_doc *doc, const struct node *map,
		 const struct yaml_pair *pair, struct strbuf *out,
		 struct err *err)
{
	const struct yaml_edit what = { .kind = YAML_EDIT_ADD_KEY,
					.target = map,
					.pairs = pair,
					.count = 1 };
	struct edit e = edit_begin(doc, out);
	const struct node *last = NULL;

	if (map->kind != NODE_MAP && map->kind != NODE_NULL)
		return node_err(map, err, ERR_BUG, "'%s' needs a map, not a %s",
				pair->key, node_kind_name(map->kind));
	if (map->kind == NODE_MAP && map->as.map.count > 0)
		last = map->as.map.entries[map->as.map.count - 1].value;
	return add(&e, last, &what, false, err);
}

/* The '-' of an item of a block list. */
static size_t find_dash(const struct edit *e, const struct node *list,
			size_t index)
{
	if (index == 0)
		return list->begin;
	return skip_gap(e, list->as.list.items[index - 1]->end);
}

/* True if the last two items have a blank line between them. */
static bool has_blank_lines(const struct edit *e, const struct node *list)
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

int yaml_add_item(const struct yaml_doc *doc, const struct node *list,
		  const struct yaml_pair *pairs, size_t count,
		  struct strbuf *out, struct err *err)
{
	const struct yaml_edit what = { .kind = YAML_EDIT_ADD_ITEM,
					.target = list,
					.pairs = pairs,
					.count = count };
	struct edit e = edit_begin(doc, out);
	const struct node *last = NULL;
	bool blank_line = false;

	if (list->kind != NODE_LIST && list->kind != NODE_NULL)
		return node_err(list, err, ERR_BUG,
				"an item needs a list, not a %s",
				node_kind_name(list->kind));
	if (list->kind == NODE_LIST && list->as.list.count > 0) {
		last = list->as.list.items[list->as.list.count - 1];
		blank_line = has_blank_lines(&e, list);
	}
	return add(&e, last, &what, blank_line, err);
}

/* ---- removing */

static void remove_in_brackets(struct edit *e, const struct node *list,
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
static bool has_hash(const struct edit *e, size_t pos)
{
	size_t start = line_start(e, pos);

	return pos > start && memchr(e->source + start, '#', pos - start);
}

/* The last item goes: [] behind the key, or where the dash was. */
static void leave_empty(struct edit *e, size_t dash, size_t end)
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
static size_t comments_above(const struct edit *e, size_t floor, size_t dash)
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
static void remove_lines(struct edit *e, size_t start, size_t end,
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

static void remove_block_item(struct edit *e, const struct node *list,
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

int yaml_remove_item(const struct yaml_doc *doc, const struct node *list,
		     size_t index, struct strbuf *out, struct err *err)
{
	const struct yaml_edit what = { .kind = YAML_EDIT_REMOVE,
					.target = list,
					.index = index };
	struct edit e = edit_begin(doc, out);

	if (list->kind != NODE_LIST || index >= list->as.list.count)
		return node_err(list, err, ERR_BUG, "no item %zu to remove",
				index);
	if (is_bracketed(&e, list))
		remove_in_brackets(&e, list, index);
	else
		remove_block_item(&e, list, index);
	return edit_end(&e, &what, err);
}
