#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "crate/manifest/toml_scan.h"

/*
 * Booleans, numbers, dates and times: everything that is one run of letters,
 * digits and a few signs.  The run is copied out first, so that each reader
 * below sees a C string and nothing else.
 */
struct token {
	struct toml_scan *scan;
	struct node *node;
	const char *text;
	size_t len;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_token_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.' ||
	       c == ':' || c == '_';
}

/* A date may have its time after one space instead of a 'T'. */
static bool time_follows(const struct toml_scan *s, size_t len)
{
	return len == 10 && toml_peek(s, 4) == '-' &&
	       toml_peek(s, len) == ' ' && is_digit(toml_peek(s, len + 1)) &&
	       is_digit(toml_peek(s, len + 2)) && toml_peek(s, len + 3) == ':';
}

static size_t token_length(const struct toml_scan *s)
{
	size_t len = 0;

	while (is_token_char(toml_peek(s, len)))
		len++;
	if (time_follows(s, len)) {
		len++;
		while (is_token_char(toml_peek(s, len)))
			len++;
	}
	return len;
}

/* ---- dates and times: RFC 3339 */

/* COUNT digits at *P, at most MAX; steps over them. */
static bool digits(const char **p, size_t count, unsigned min, unsigned max,
		   unsigned *out)
{
	unsigned value = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_digit((*p)[i]))
			return false;
		value = value * 10 + (unsigned)((*p)[i] - '0');
	}
	*p += count;
	*out = value;
	return value >= min && value <= max;
}

static bool literal(const char **p, char c)
{
	if (**p != c)
		return false;
	++*p;
	return true;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30,
					      31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool date(const char **p)
{
	unsigned year, month, day;

	return digits(p, 4, 0, 9999, &year) && literal(p, '-') &&
	       digits(p, 2, 1, 12, &month) && literal(p, '-') &&
	       digits(p, 2, 1, days_in_month(year, month), &day);
}

static bool clock_time(const char **p, enum toml_version version)
{
	unsigned unused;

	if (!digits(p, 2, 0, 23, &unused) || !literal(p, ':') ||
	    !digits(p, 2, 0, 59, &unused))
		return false;
	if (**p != ':')
		return version == TOML_1_1 && **p != '.';
	++*p;
	if (!digits(p, 2, 0, 60, &unused))
		return false;
	if (!literal(p, '.'))
		return true;
	if (!is_digit(**p))
		return false;
	while (is_digit(**p))
		++*p;
	return true;
}

static bool offset(const char **p)
{
	unsigned unused;

	if (literal(p, 'Z') || literal(p, 'z'))
		return true;
	if (!literal(p, '+') && !literal(p, '-'))
		return false;
	return digits(p, 2, 0, 23, &unused) && literal(p, ':') &&
	       digits(p, 2, 0, 59, &unused);
}

static bool is_date_time(const char *text, enum toml_version version)
{
	const char *p = text;

	if (text[2] == ':')
		return clock_time(&p, version) && *p == '\0';
	if (!date(&p))
		return false;
	if (*p == '\0')
		return true;
	if (!literal(&p, 'T') && !literal(&p, 't') && !literal(&p, ' '))
		return false;
	if (!clock_time(&p, version))
		return false;
	return *p == '\0' || (offset(&p) && *p == '\0');
}

static int read_date(struct token *t)
{
	struct toml_scan *s = t->scan;

	if (!is_date_time(t->text, s->version))
		return node_err(t->node, s->err, ERR_FORMAT,
				"'%s' is no date or time", t->text);
	t->node->kind = NODE_STR;
	t->node->as.str.bytes = t->text;
	t->node->as.str.len = t->len;
	return 0;
}

/* ---- numbers */

static int bad_number(struct token *t, const char *why)
{
	return node_err(t->node, t->scan->err, ERR_FORMAT,
			"'%.60s' is no number: %s", t->text, why);
}

static int digit_value(char c, unsigned base)
{
	int value = -1;

	if (is_digit(c))
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	return value < (int)base ? value : -1;
}

/* Digits of BASE with single '_' between two of them; NULL if there are none */
static const char *skip_digits(const char *p, unsigned base)
{
	if (digit_value(*p, base) < 0)
		return NULL;
	while (digit_value(*p, base) >= 0) {
		p++;
		if (*p == '_' && digit_value(p[1], base) >= 0)
			p++;
	}
	return p;
}

static int read_integer(struct token *t, const char *p, unsigned base,
			bool minus)
{
	const char *end = skip_digits(p, base);
	uint64_t max = (uint64_t)INT64_MAX + minus;
	uint64_t value = 0;

	if (!end || *end != '\0')
		return bad_number(t, "digits are wanted, with single '_' "
				     "between them at most");
	for (; *p; p++) {
		uint64_t digit;

		if (*p == '_')
			continue;
		digit = (uint64_t)digit_value(*p, base);
		if (value > (max - digit) / base)
			return bad_number(t, "it needs more than 64 bits");
		value = value * base + digit;
	}
	t->node->kind = NODE_INT;
	t->node->as.integer =
		minus && value ? -(int64_t)(value - 1) - 1 : (int64_t)value;
	return 0;
}

/* The grammar of a float, P after its sign; false if it is none. */
static bool is_float(const char *p)
{
	bool fraction = false, exponent = false;

	p = skip_digits(p, 10);
	if (p && *p == '.') {
		fraction = true;
		p = skip_digits(p + 1, 10);
	}
	if (p && (*p == 'e' || *p == 'E')) {
		exponent = true;
		p++;
		p += *p == '+' || *p == '-';
		p = skip_digits(p, 10);
	}
	return p && *p == '\0' && (fraction || exponent);
}

/* strtod() goes by LC_NUMERIC, which the program leaves at "C". */
static int read_float(struct token *t)
{
	char *plain = arena_alloc(t->scan->arena, t->len + 1);
	size_t len = 0;

	if (!plain)
		return err_nomem(t->scan->err);
	for (size_t i = 0; i < t->len; i++) {
		if (t->text[i] != '_')
			plain[len++] = t->text[i];
	}
	t->node->kind = NODE_REAL;
	t->node->as.real = strtod(plain, NULL);
	return 0;
}

static int read_number(struct token *t)
{
	const char *p = t->text;
	bool signed_ = *p == '+' || *p == '-';
	bool minus = *p == '-';

	p += signed_;
	if (strcmp(p, "inf") == 0 || strcmp(p, "nan") == 0) {
		t->node->kind = NODE_REAL;
		t->node->as.real = *p == 'n' ? (double)NAN
				   : minus   ? -(double)INFINITY
					     : (double)INFINITY;
		return 0;
	}
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'o' || p[1] == 'b')) {
		unsigned base = p[1] == 'x' ? 16 : p[1] == 'o' ? 8 : 2;

		if (signed_)
			return bad_number(t, "a sign and a base do not go "
					     "together");
		return read_integer(t, p + 2, base, false);
	}
	if (!is_digit(*p))
		return bad_number(t, "a value is a string in quotes, a number, "
				     "a date, true, false, [...] or {...}");
	if (p[0] == '0' && (is_digit(p[1]) || p[1] == '_'))
		return bad_number(t, "it begins with a zero");
	if (is_float(p))
		return read_float(t);
	return read_integer(t, p, 10, minus);
}

static bool looks_like_date(const char *text, size_t len)
{
	for (size_t i = 0; i < len && i < 4; i++) {
		if (!is_digit(text[i]))
			return i == 2 && text[i] == ':';
	}
	return len > 4 && text[4] == '-';
}

int toml_scalar(struct toml_scan *s, struct node **out)
{
	struct token t = { .scan = s, .len = token_length(s) };
	int rc = 0;

	if (t.len == 0)
		return toml_fail(s, ERR_FORMAT, "a value is wanted here");
	t.node = toml_node(s, NODE_BOOL);
	if (!t.node)
		return s->err->code;
	t.text = arena_strndup(s->arena, s->bytes + s->pos, t.len);
	if (!t.text)
		return err_nomem(s->err);
	s->pos += t.len;
	t.node->end = s->pos;
	if (strcmp(t.text, "true") == 0 || strcmp(t.text, "false") == 0)
		t.node->as.boolean = t.text[0] == 't';
	else if (looks_like_date(t.text, t.len))
		rc = read_date(&t);
	else
		rc = read_number(&t);
	if (rc == 0)
		*out = t.node;
	return rc;
}
