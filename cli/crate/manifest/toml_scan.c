#include "crate/manifest/toml_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/parse.h"

char toml_peek(const struct toml_scan *s, size_t ahead)
{
	return s->len - s->pos > ahead ? s->bytes[s->pos + ahead] : '\0';
}

/* Counted forward from the last question, so a long line costs no square. */
static uint32_t column_here(struct toml_scan *s)
{
	if (s->column_pos < s->line_start || s->column_pos > s->pos) {
		s->column_pos = s->line_start;
		s->column = 1;
	}
	for (; s->column_pos < s->pos; s->column_pos++) {
		unsigned char c = (unsigned char)s->bytes[s->column_pos];

		s->column += (c & 0xc0) != 0x80;
	}
	return s->column;
}

int toml_fail(struct toml_scan *s, int code, const char *fmt, ...)
{
	struct node here = { .file = s->file,
			     .line = s->line,
			     .column = column_here(s) };
	char msg[sizeof(s->err->msg)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	return node_err(&here, s->err, code, "%s", msg);
}

struct node *toml_node(struct toml_scan *s, enum node_kind kind)
{
	struct node *n = arena_alloc(s->arena, sizeof(*n));

	if (!n) {
		(void)err_nomem(s->err);
		return NULL;
	}
	n->kind = kind;
	n->file = s->file;
	n->line = s->line;
	n->column = column_here(s);
	n->begin = s->pos;
	n->end = s->pos;
	return n;
}

void toml_skip_blanks(struct toml_scan *s)
{
	while (toml_peek(s, 0) == ' ' || toml_peek(s, 0) == '\t')
		s->pos++;
}

bool toml_skip_newline(struct toml_scan *s)
{
	if (toml_peek(s, 0) == '\n')
		s->pos++;
	else if (toml_peek(s, 0) == '\r' && toml_peek(s, 1) == '\n')
		s->pos += 2;
	else
		return false;
	s->line++;
	s->line_start = s->pos;
	return true;
}

/* Tab is the one control character that TOML lets stand in text. */
static bool is_control(char c)
{
	unsigned char u = (unsigned char)c;

	return (u < 0x20 && u != '\t') || u == 0x7f;
}

int toml_skip_comment(struct toml_scan *s)
{
	if (toml_peek(s, 0) != '#')
		return 0;
	while (s->pos < s->len && toml_peek(s, 0) != '\n') {
		char c = toml_peek(s, 0);

		if (c == '\r' && toml_peek(s, 1) == '\n')
			break;
		if (is_control(c))
			return toml_fail(
				s, ERR_FORMAT,
				"control character 0x%02x in a comment",
				(unsigned)(unsigned char)c);
		s->pos++;
	}
	return 0;
}

int toml_skip_lines(struct toml_scan *s)
{
	do {
		toml_skip_blanks(s);
		if (toml_skip_comment(s) < 0)
			return s->err->code;
	} while (toml_skip_newline(s));
	return 0;
}

static bool is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

int toml_key_part(struct toml_scan *s, struct node **out)
{
	size_t begin = s->pos;
	char c = toml_peek(s, 0);
	struct node *n;

	if ((c == '"' || c == '\'') && toml_peek(s, 1) == c &&
	    toml_peek(s, 2) == c)
		return toml_fail(s, ERR_FORMAT,
				 "a key cannot be a string of many lines");
	if (c == '"' || c == '\'')
		return toml_string(s, out);
	if (!is_bare(c))
		return toml_fail(s, ERR_FORMAT, "a key is wanted here");
	n = toml_node(s, NODE_STR);
	if (!n)
		return s->err->code;
	while (is_bare(toml_peek(s, 0)))
		s->pos++;
	n->end = s->pos;
	n->as.str.len = s->pos - begin;
	n->as.str.bytes =
		arena_strndup(s->arena, s->bytes + begin, s->pos - begin);
	if (!n->as.str.bytes)
		return err_nomem(s->err);
	*out = n;
	return 0;
}

/* ---- strings ---- */

struct text {
	struct toml_scan *scan;
	char quote;
	bool literal;
	bool many_lines;
	size_t end; /* of the content, where the closing quotes begin */
	char *bytes;
	size_t len;
};

static size_t quotes_at(const struct toml_scan *s, size_t pos, char quote)
{
	size_t n = 0;

	while (pos + n < s->len && s->bytes[pos + n] == quote)
		n++;
	return n;
}

/*
 * Find where the content ends.  Two of the quotes before the closing three
 * may belong to the content.
 */
static bool find_end(struct text *t)
{
	const struct toml_scan *s = t->scan;
	size_t pos = s->pos;

	while (pos < s->len) {
		char c = s->bytes[pos];
		size_t run;

		if (c == '\\' && !t->literal) {
			pos += 2;
			continue;
		}
		if (c == '\n' && !t->many_lines)
			return false;
		if (c != t->quote) {
			pos++;
			continue;
		}
		run = quotes_at(s, pos, t->quote);
		if (!t->many_lines || run >= 3) {
			t->end = pos;
			if (t->many_lines)
				t->end += (run > 5 ? 5 : run) - 3;
			return true;
		}
		pos += run;
	}
	return false;
}

static int add_char(struct text *t, uint32_t c)
{
	if (c == 0)
		return toml_fail(t->scan, ERR_FORMAT,
				 "a NUL cannot stand in a string");
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return toml_fail(t->scan, ERR_FORMAT, "U+%04X is no character",
				 (unsigned)c);
	if (c < 0x80) {
		t->bytes[t->len++] = (char)c;
	} else if (c < 0x800) {
		t->bytes[t->len++] = (char)(0xc0 | c >> 6);
		t->bytes[t->len++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		t->bytes[t->len++] = (char)(0xe0 | c >> 12);
		t->bytes[t->len++] = (char)(0x80 | (c >> 6 & 0x3f));
		t->bytes[t->len++] = (char)(0x80 | (c & 0x3f));
	} else {
		t->bytes[t->len++] = (char)(0xf0 | c >> 18);
		t->bytes[t->len++] = (char)(0x80 | (c >> 12 & 0x3f));
		t->bytes[t->len++] = (char)(0x80 | (c >> 6 & 0x3f));
		t->bytes[t->len++] = (char)(0x80 | (c & 0x3f));
	}
	return 0;
}

/* The position is after the letter; DIGITS digits follow. */
static int add_code_point(struct text *t, size_t digits)
{
	struct toml_scan *s = t->scan;
	uint32_t c = 0;

	for (size_t i = 0; i < digits; i++) {
		int digit =
			s->pos + i < t->end ? hex_digit(toml_peek(s, i)) : -1;

		if (digit < 0)
			return toml_fail(s, ERR_FORMAT,
					 "%zu hex digits are wanted here",
					 digits);
		c = c << 4 | (uint32_t)digit;
	}
	if (add_char(t, c) < 0)
		return s->err->code;
	s->pos += digits;
	return 0;
}

/* A backslash at the end of a line: swallow all white space after it. */
static bool skip_line_end(struct text *t)
{
	struct toml_scan *s = t->scan;
	size_t pos = s->pos;

	if (!t->many_lines)
		return false;
	toml_skip_blanks(s);
	if (!toml_skip_newline(s)) {
		s->pos = pos;
		return false;
	}
	do
		toml_skip_blanks(s);
	while (s->pos < t->end && toml_skip_newline(s));
	return true;
}

/* The position is after the backslash. */
static int add_escape(struct text *t)
{
	static const char names[] = "btnfr\"\\e";
	static const char values[] = "\b\t\n\f\r\"\\\x1b";
	struct toml_scan *s = t->scan;
	char c = toml_peek(s, 0);
	const char *name;

	if (skip_line_end(t))
		return 0;
	name = c ? strchr(names, c) : NULL;
	if (name && (c != 'e' || s->version == TOML_1_1)) {
		s->pos++;
		return add_char(t, (unsigned char)values[name - names]);
	}
	s->pos++;
	if (c == 'u')
		return add_code_point(t, 4);
	if (c == 'U')
		return add_code_point(t, 8);
	if (c == 'x' && s->version == TOML_1_1)
		return add_code_point(t, 2);
	s->pos--;
	return toml_fail(s, ERR_FORMAT, "unknown escape '\\%c' in a string",
			 c > ' ' && c < 0x7f ? c : '?');
}

static int add_next(struct text *t)
{
	struct toml_scan *s = t->scan;
	char c = toml_peek(s, 0);

	if (c == '\\' && !t->literal) {
		s->pos++;
		return add_escape(t);
	}
	if (t->many_lines && toml_skip_newline(s)) {
		t->bytes[t->len++] = '\n';
		return 0;
	}
	if (is_control(c))
		return toml_fail(s, ERR_FORMAT,
				 "control character 0x%02x in a string",
				 (unsigned)(unsigned char)c);
	t->bytes[t->len++] = c;
	s->pos++;
	return 0;
}

int toml_string(struct toml_scan *s, struct node **out)
{
	struct text t = { .scan = s, .quote = toml_peek(s, 0) };
	struct node *n = toml_node(s, NODE_STR);

	if (!n)
		return s->err->code;
	t.literal = t.quote == '\'';
	t.many_lines = quotes_at(s, s->pos, t.quote) >= 3;
	s->pos += t.many_lines ? 3 : 1;
	if (t.many_lines)
		(void)toml_skip_newline(s);
	if (!find_end(&t))
		return node_err(n, s->err, ERR_FORMAT,
				"the string is not closed");
	/* no escape is shorter than what it stands for */
	t.bytes = arena_alloc(s->arena, t.end - s->pos + 1);
	if (!t.bytes)
		return err_nomem(s->err);
	while (s->pos < t.end) {
		if (add_next(&t) < 0)
			return s->err->code;
	}
	s->pos = t.end + (t.many_lines ? 3 : 1);
	n->quoted = true;
	n->end = s->pos;
	n->as.str.bytes = t.bytes;
	n->as.str.len = t.len;
	*out = n;
	return 0;
}
