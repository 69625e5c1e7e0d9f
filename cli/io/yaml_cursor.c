#include "io/yaml_cursor.h"

#include <string.h>

#include "base/node.h"

void cursor_init(struct cursor *e, const char *source, size_t len,
		 struct strbuf *out)
{
	const char *lf = len > 0 ? memchr(source, '\n', len) : NULL;

	*e = (struct cursor){ .source = source, .len = len, .out = out };
	if (len >= 3 && memcmp(source, "\xef\xbb\xbf", 3) == 0)
		e->start = 3;
	e->eol = lf && lf > source && lf[-1] == '\r' ? "\r\n" : "\n";
}

void keep_until(struct cursor *e, size_t pos)
{
	if (pos < e->at) {
		e->overlaps = true;
		return;
	}
	strbuf_add(e->out, e->source + e->at, pos - e->at);
	e->at = pos;
}

void skip_until(struct cursor *e, size_t pos)
{
	if (pos < e->at)
		e->overlaps = true;
	else
		e->at = pos;
}

bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

size_t line_start(const struct cursor *e, size_t pos)
{
	while (pos > e->start && !is_break(e->source[pos - 1]))
		pos--;
	return pos;
}

size_t line_end(const struct cursor *e, size_t pos)
{
	while (pos < e->len && !is_break(e->source[pos]))
		pos++;
	return pos;
}

size_t after_break(const struct cursor *e, size_t pos)
{
	if (pos < e->len && e->source[pos] == '\r')
		pos++;
	if (pos < e->len && e->source[pos] == '\n')
		pos++;
	return pos;
}

size_t before_break(const struct cursor *e, size_t pos)
{
	if (pos > e->start && e->source[pos - 1] == '\n')
		pos--;
	if (pos > e->start && e->source[pos - 1] == '\r')
		pos--;
	return pos;
}

size_t skip_blanks(const struct cursor *e, size_t pos)
{
	while (pos < e->len && is_blank(e->source[pos]))
		pos++;
	return pos;
}

bool is_empty_line(const struct cursor *e, size_t start)
{
	size_t pos = skip_blanks(e, start);

	return pos < e->len && is_break(e->source[pos]);
}

bool is_comment_line(const struct cursor *e, size_t start, size_t *indent)
{
	size_t pos = skip_blanks(e, start);

	if (pos >= e->len || e->source[pos] != '#')
		return false;
	*indent = pos - start;
	return true;
}

size_t skip_gap(const struct cursor *e, size_t pos)
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

size_t block_end(const struct cursor *e, const struct node *n, size_t min)
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

bool is_bracketed(const struct cursor *e, const struct node *n)
{
	char c = n->begin < e->len ? e->source[n->begin] : '\0';

	return c == '[' || c == '{';
}

bool ends_in_text(const struct cursor *e, const struct node *n)
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

size_t find_dash(const struct cursor *e, const struct node *list, size_t index)
{
	if (index == 0)
		return list->begin;
	return skip_gap(e, list->as.list.items[index - 1]->end);
}
