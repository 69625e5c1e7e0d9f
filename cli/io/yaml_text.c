#include "io/yaml_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"
#include "io/yaml.h"

enum {
	MARK_STEP = 64 /* characters between two known byte offsets */
};

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t yaml_text_byte(const struct yaml_text *t, size_t character)
{
	size_t at;

	if (t->ascii)
		at = t->begin + character;
	else if (character / MARK_STEP < t->mark_count)
		at = t->marks[character / MARK_STEP];
	else
		at = t->len;
	if (t->ascii || at >= t->len)
		return at < t->len ? at : t->len;
	for (size_t left = character % MARK_STEP; left > 0; left--) {
		do {
			if (++at >= t->len)
				return t->len;
		} while (is_continuation(t->bytes[at]));
	}
	return at;
}

int yaml_text_fail(const struct yaml_text *t, yaml_mark_t mark, struct err *err,
		   int code, const char *fmt, ...)
{
	char msg[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	return err_set(err, (enum err_code)code, "%s:%zu:%zu: %s", t->file,
		       mark.line + 1, mark.column + 1, msg);
}

/* The place of a byte, counted as libyaml does. */
static yaml_mark_t mark_of(const struct yaml_text *t, size_t at)
{
	yaml_mark_t mark = { 0 };

	for (size_t i = t->begin; i < at; i++) {
		if (t->bytes[i] == '\n') {
			mark.line++;
			mark.column = 0;
		} else if (!is_continuation(t->bytes[i])) {
			mark.column++;
		}
	}
	return mark;
}

/* ---- before libyaml sees it */

static int refuse_encoding(const struct yaml_text *t, struct err *err)
{
	const char *p = t->bytes + t->begin, *end = t->bytes + t->len;
	size_t step;

	while (p < end) {
		unsigned char c = (unsigned char)*p;

		step = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		if (step > (size_t)(end - p) || !text_is_utf8(p, step))
			break;
		p += step;
	}
	(void)yaml_text_fail(t, mark_of(t, (size_t)(p - t->bytes)), err,
			     ERR_FORMAT, "not UTF-8 here");
	return err_hint(err, "save the file as UTF-8");
}

bool yaml_text_is_control(const char *s, size_t left)
{
	unsigned char c = (unsigned char)s[0];

	if (c < 0x20)
		return c != '\t' && c != '\n' && c != '\r';
	if (c == 0xe2 && left > 2 && (unsigned char)s[1] == 0x80)
		return (unsigned char)s[2] == 0xa8 ||
		       (unsigned char)s[2] == 0xa9;
	if (left > 2 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		return true;
	return c == 0x7f ||
	       (c == 0xc2 && left > 1 && (unsigned char)s[1] < 0xa0);
}

/* Refuse what would steer a terminal or be a line only to libyaml. */
static int check_character(const struct yaml_text *t, size_t i, struct err *err)
{
	if (t->bytes[i] == '\r' &&
	    (i + 1 == t->len || t->bytes[i + 1] != '\n')) {
		(void)yaml_text_fail(t, mark_of(t, i), err, ERR_FORMAT,
				     "a carriage return without a line feed");
		return err_hint(err, "end lines with LF or CRLF");
	}
	if (yaml_text_is_control(t->bytes + i, t->len - i)) {
		(void)yaml_text_fail(t, mark_of(t, i), err, ERR_FORMAT,
				     "a control character");
		return err_hint(err, "remove it");
	}
	return 0;
}

static int survey(struct yaml_text *t, struct err *err)
{
	size_t characters = 0;

	t->marks = malloc((t->len / MARK_STEP + 1) * sizeof(*t->marks));
	if (!t->marks)
		return err_nomem(err);
	t->ascii = true;
	for (size_t i = t->begin; i < t->len; i++) {
		if (is_continuation(t->bytes[i])) {
			t->ascii = false;
			continue;
		}
		if (check_character(t, i, err) < 0)
			return err->code;
		if (characters++ % MARK_STEP == 0)
			t->marks[t->mark_count++] = i;
	}
	return 0;
}

int yaml_text_init(struct yaml_text *t, const char *bytes, size_t len,
		   const char *file, struct err *err)
{
	*t = (struct yaml_text){ .bytes = bytes, .len = len, .file = file };
	if (len > YAML_INPUT_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d bytes", file,
			       (int)YAML_INPUT_MAX);
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		t->begin = 3;
	if (!text_is_utf8(bytes, len))
		return refuse_encoding(t, err);
	return survey(t, err);
}

void yaml_text_release(struct yaml_text *t)
{
	free(t->marks);
	*t = (struct yaml_text){ 0 };
}

/* ---- libyaml's complaints in our words */

static const struct wording {
	const char *theirs; /* how it begins */
	const char *ours;
	const char *hint;
	bool at_context; /* the place that helps is where it began */
} wordings[] = {
	{ "found a tab character", "a tab where indentation is",
	  "indent with spaces", false },
	{ "mapping values are not allowed", "a ':' has no place here",
	  "put a value with ': ' in quotes, or check the indentation", false },
	{ "could not find expected ':'", "a line without ':' among keys",
	  "write 'key: value'; a text that goes on needs quotes", true },
	{ "did not find expected key", "this does not fit the map it is in",
	  "check the indentation against the lines above", false },
	{ "did not find expected '-'", "this does not fit the list it is in",
	  "begin it with '- ', as far in as the items above", false },
	{ "block sequence entries are not", "a '- ' has no place here",
	  "begin a list on a line of its own", false },
	{ "did not find expected ',' or ']'",
	  "a ',' or ']' is missing before this", "close the list with ']'",
	  false },
	{ "did not find expected ',' or '}'",
	  "a ',' or '}' is missing before this", "close the map with '}'",
	  false },
	{ "found unexpected end of stream",
	  "the quote that opens here never closes", "close it", true },
	{ "found unexpected document", "the quote that opens here never closes",
	  "close it", true },
	{ "found unknown escape", "an unknown escape in double quotes",
	  "write \\\\ for a backslash, or use single quotes", false },
	{ "did not find expected hexdecimal", "an escape without its digits",
	  "write \\\\ for a backslash, or use single quotes", false },
	{ "did not find expected comment or line",
	  "text where '|' or '>' ends its line",
	  "begin the text on the next line", false },
	{ "found undefined tag", "tags ('!') are not read here",
	  "put the value in quotes", false },
	{ "did not find expected <document start>",
	  "the document ends before this", "keep one document in a file",
	  false },
};

static int refuse_character(const struct yaml_text *t, yaml_mark_t mark,
			    struct err *err)
{
	size_t at = yaml_text_byte(t, mark.index);
	char c = at < t->len ? t->bytes[at] : '?';

	if (c == '\t') {
		(void)yaml_text_fail(t, mark, err, ERR_FORMAT,
				     "a tab where indentation is");
		return err_hint(err, "indent with spaces");
	}
	(void)yaml_text_fail(t, mark, err, ERR_FORMAT,
			     "a value cannot begin with '%c'", c);
	return err_hint(err, "put it in quotes");
}

static const struct wording *find_wording(const char *theirs)
{
	for (size_t i = 0; i < ARRAY_LEN(wordings); i++) {
		const struct wording *w = &wordings[i];

		if (strncmp(theirs, w->theirs, strlen(w->theirs)) == 0)
			return w;
	}
	return NULL;
}

int yaml_text_refuse(const struct yaml_text *t, const yaml_parser_t *p,
		     struct err *err)
{
	const char *why = p->problem ? p->problem : "not YAML";
	const struct wording *w = find_wording(why);
	yaml_mark_t mark = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		return err_nomem(err);
	if (p->error == YAML_READER_ERROR) {
		(void)yaml_text_fail(
			t, mark_of(t, t->begin + p->problem_offset), err,
			ERR_FORMAT, "a character that YAML does not allow");
		return err_hint(err, "remove it");
	}
	if (strncmp(why, "found character that cannot start", 33) == 0)
		return refuse_character(t, mark, err);
	if (w && w->at_context && p->context)
		mark = p->context_mark;
	(void)yaml_text_fail(t, mark, err, ERR_FORMAT, "%s", w ? w->ours : why);
	return err_hint(err, "%s",
			w ? w->hint : "check the quotes and indentation here");
}
