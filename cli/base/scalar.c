#include "base/scalar.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/node.h"
#include "base/parse.h"

enum {
	NUMBER_MAX = 63 /* characters of a number; more is no number of ours */
};

static bool is_one_of(const char *s, size_t len, const char *const *words)
{
	for (; *words; words++) {
		if (strlen(*words) == len && memcmp(*words, s, len) == 0)
			return true;
	}
	return false;
}

static size_t count_digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/* [-+]? [0-9]+ */
static bool looks_whole(const char *s, size_t len)
{
	size_t sign = len > 0 && (s[0] == '-' || s[0] == '+');

	return len > sign && count_digits(s + sign, len - sign) == len - sign;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool looks_real(const char *s, size_t len)
{
	size_t i = len > 0 && (s[0] == '-' || s[0] == '+');
	size_t whole = count_digits(s + i, len - i), part = 0;

	i += whole;
	if (i < len && s[i] == '.') {
		i++;
		part = count_digits(s + i, len - i);
		i += part;
	}
	if (whole + part == 0)
		return false;
	if (i < len && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		i += i < len && (s[i] == '-' || s[i] == '+');
		part = count_digits(s + i, len - i);
		if (part == 0)
			return false;
		i += part;
	}
	return i == len;
}

static bool resolve_number(const char *s, size_t len, struct node *out)
{
	char text[NUMBER_MAX + 1];
	int64_t whole;
	double real;

	if (len > NUMBER_MAX)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if (looks_whole(s, len)) {
		if (!parse_i64(text + (text[0] == '+'), &whole))
			return false;
		out->kind = NODE_INT;
		out->as.integer = whole;
		return true;
	}
	real = strtod(text, NULL);
	if (!isfinite(real))
		return false;
	out->kind = NODE_REAL;
	out->as.real = real;
	return true;
}

bool scalar_resolve(const char *s, size_t len, struct node *out)
{
	static const char *const nulls[] = { "",     "~",    "null",
					     "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", NULL };

	if (looks_whole(s, len) || looks_real(s, len))
		return resolve_number(s, len, out);
	if (is_one_of(s, len, nulls)) {
		out->kind = NODE_NULL;
	} else if (is_one_of(s, len, trues) || is_one_of(s, len, falses)) {
		out->kind = NODE_BOOL;
		out->as.boolean = is_one_of(s, len, trues);
	} else {
		out->kind = NODE_STR;
		out->as.str.bytes = s;
		out->as.str.len = len;
	}
	return true;
}

/*
 * Other readers follow YAML 1.1, where `no` is false, 12:30 a number and
 * 2027-01-12 a date.  Digits in front and nothing but what numbers and dates
 * are made of: quote it, whatever it is.
 */
static bool is_read_otherwise(const char *s)
{
	static const char *const words[] = {
		"y",	 "Y",	 "yes",	 "Yes",	 "YES",	 "n",	  "N",
		"no",	 "No",	 "NO",	 "on",	 "On",	 "ON",	  "off",
		"Off",	 "OFF",	 "true", "True", "TRUE", "false", "False",
		"FALSE", "null", "Null", "NULL", "~",	 "=",	  "<<",
		".inf",	 ".Inf", ".INF", ".nan", ".NaN", ".NAN",  NULL
	};
	size_t len = strlen(s);

	if (is_one_of(s, len, words))
		return true;
	if (s[0] >= '0' && s[0] <= '9')
		return strspn(s, "0123456789abcdefABCDEFoxTZtz_:.+- ") == len;
	return looks_real(s, len);
}

/* Where a character is not printable for YAML; see libyaml's reader. */
static size_t escape_len(const unsigned char *p, uint32_t *code)
{
	if (p[0] < 0x20 || p[0] == 0x7f) {
		*code = p[0];
		return 1;
	}
	if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
		*code = p[1];
		return 2;
	}
	if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9)) {
		*code = 0x2000u + (p[2] & 0x3fu);
		return 3;
	}
	if (p[0] == 0xef && ((p[1] == 0xbb && p[2] == 0xbf) ||
			     (p[1] == 0xbf && p[2] >= 0xbe))) {
		*code = p[1] == 0xbb ? 0xfeffu : 0xff00u | (p[2] | 0x40u);
		return 3;
	}
	return 0;
}

static bool is_plain(const char *s)
{
	size_t len = strlen(s);
	uint32_t code;

	if (len == 0 || s[0] == ' ' || s[len - 1] == ' ' || s[len - 1] == ':' ||
	    strchr("-?:,[]{}#&*!|>'\"%@`", s[0]))
		return false;
	if (strstr(s, ": ") || strstr(s, " #") || strpbrk(s, ",[]{}") ||
	    strncmp(s, "...", 3) == 0)
		return false;
	for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
		if (escape_len(p, &code) > 0)
			return false;
	}
	return !is_read_otherwise(s);
}

static void write_escape(struct strbuf *out, uint32_t code)
{
	if (code == '\n')
		strbuf_adds(out, "\\n");
	else if (code == '\t')
		strbuf_adds(out, "\\t");
	else if (code == '\r')
		strbuf_adds(out, "\\r");
	else if (code < 0x100)
		strbuf_addf(out, "\\x%02x", (unsigned)code);
	else
		strbuf_addf(out, "\\u%04x", (unsigned)code);
}

void scalar_write(struct strbuf *out, const char *value)
{
	if (is_plain(value))
		strbuf_adds(out, value);
	else
		scalar_write_quoted(out, value);
}

void scalar_write_quoted(struct strbuf *out, const char *value)
{
	const unsigned char *p = (const unsigned char *)value;

	strbuf_addc(out, '"');
	while (*p) {
		uint32_t code = 0;
		size_t len = escape_len(p, &code);

		if (len > 0) {
			write_escape(out, code);
			p += len;
			continue;
		}
		if (*p == '"' || *p == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, (char)*p++);
	}
	strbuf_addc(out, '"');
}
