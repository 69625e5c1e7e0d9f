#include "base/semver.h"

#include <string.h>

#include "base/err.h"
#include "base/parse.h"
#include "base/strbuf.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_identifier_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-';
}

/* A number without leading zeros at *P; steps over it. */
static bool take_number(const char **p, uint64_t *out)
{
	size_t len = strspn(*p, "0123456789");

	if (len > 1 && **p == '0')
		return false;
	if (!parse_u64_n(*p, len, out))
		return false;
	*p += len;
	return true;
}

/* One identifier of a pre-release or build; its length, or 0. */
static size_t identifier_length(const char *p, bool is_pre)
{
	size_t len = 0, digits = 0;

	for (; is_identifier_char(p[len]); len++)
		digits += is_digit(p[len]);
	if (is_pre && len > 1 && digits == len && p[0] == '0')
		return 0;
	return len;
}

/* Identifiers with dots between them at *P, copied into OUT. */
static bool take_identifiers(const char **p, bool is_pre,
			     char out[SEMVER_MAX + 1])
{
	size_t len = 0;

	for (;;) {
		size_t part = identifier_length(*p + len, is_pre);

		if (part == 0)
			return false;
		len += part;
		if ((*p)[len] != '.')
			break;
		len++;
	}
	if (len > SEMVER_MAX)
		return false;
	memcpy(out, *p, len);
	out[len] = '\0';
	*p += len;
	return true;
}

static int bad_version(struct err *err, const char *text, const char *why)
{
	return err_set(err, ERR_FORMAT, "'%.*s' is no version: %s", SEMVER_MAX,
		       text, why);
}

static int take_numbers(const char **p, uint64_t number[3], const char *text,
			struct err *err)
{
	static const char *const missing[] = {
		"a number is wanted first, as in 1.0.0",
		"a second number is missing, as in 1.0.0",
		"a third number is missing, as in 1.2.0",
	};

	for (size_t i = 0; i < 3; i++) {
		if (i > 0 && **p != '.')
			return bad_version(err, text, missing[i]);
		*p += i > 0;
		if (!is_digit(**p))
			return bad_version(err, text, missing[i]);
		if (!take_number(p, &number[i]))
			return bad_version(
				err, text,
				**p == '0'
					? "a number begins with a zero"
					: "a number needs more than 64 bits");
	}
	return 0;
}

int semver_parse(const char *text, struct semver *out, struct err *err)
{
	struct semver v = { 0 };
	uint64_t number[3];
	const char *p = text;

	if (strlen(text) > SEMVER_MAX)
		return err_set(err, ERR_LIMIT,
			       "a version of %zu bytes; at most %d are allowed",
			       strlen(text), (int)SEMVER_MAX);
	if (take_numbers(&p, number, text, err) < 0)
		return err->code;
	v.major = number[0];
	v.minor = number[1];
	v.patch = number[2];
	if (*p == '-' && (p++, !take_identifiers(&p, true, v.pre)))
		return bad_version(err, text,
				   "what follows '-' is no pre-release, as in "
				   "1.0.0-alpha.1");
	if (*p == '+' && (p++, !take_identifiers(&p, false, v.build)))
		return bad_version(err, text,
				   "what follows '+' is no build, as in "
				   "1.0.0+20261123");
	if (*p != '\0')
		return bad_version(err, text, "something follows it");
	*out = v;
	return 0;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Numbers by value and before words; words by their bytes. */
static int compare_identifiers(const char *a, size_t la, const char *b,
			       size_t lb)
{
	bool a_number = strspn(a, "0123456789") >= la;
	bool b_number = strspn(b, "0123456789") >= lb;
	size_t shorter = la < lb ? la : lb;
	int rc;

	if (a_number != b_number)
		return a_number ? -1 : 1;
	if (a_number && la != lb)
		return la < lb ? -1 : 1;
	rc = memcmp(a, b, shorter);
	return rc ? rc : compare_numbers(la, lb);
}

static int compare_pre(const char *a, const char *b)
{
	if (!*a || !*b)
		return !*a - !*b;
	for (;;) {
		size_t la = strcspn(a, "."), lb = strcspn(b, ".");
		int rc = compare_identifiers(a, la, b, lb);

		if (rc)
			return rc;
		a += la;
		b += lb;
		if (!*a || !*b)
			return !*b - !*a;
		a++;
		b++;
	}
}

int semver_compare(const struct semver *a, const struct semver *b)
{
	int rc = compare_numbers(a->major, b->major);

	if (!rc)
		rc = compare_numbers(a->minor, b->minor);
	if (!rc)
		rc = compare_numbers(a->patch, b->patch);
	return rc ? rc : compare_pre(a->pre, b->pre);
}

void semver_format(const struct semver *v, struct strbuf *out)
{
	strbuf_addf(out, "%llu.%llu.%llu", (unsigned long long)v->major,
		    (unsigned long long)v->minor, (unsigned long long)v->patch);
	if (v->pre[0])
		strbuf_addf(out, "-%s", v->pre);
	if (v->build[0])
		strbuf_addf(out, "+%s", v->build);
}

enum semver_bump semver_bump(const struct semver *from, const struct semver *to)
{
	int rc = semver_compare(from, to);

	if (rc == 0)
		return SEMVER_SAME;
	if (rc > 0)
		return SEMVER_BACKWARDS;
	if (from->major != to->major)
		return SEMVER_MAJOR;
	if (from->minor != to->minor)
		return to->major ? SEMVER_MINOR : SEMVER_MAJOR;
	if (from->patch != to->patch) {
		if (to->major)
			return SEMVER_PATCH;
		return to->minor ? SEMVER_MINOR : SEMVER_MAJOR;
	}
	return SEMVER_MAJOR;
}

const char *semver_bump_name(enum semver_bump bump)
{
	static const char *const names[] = { "no change", "patch", "minor",
					     "major", "backwards" };

	return names[bump];
}

/* ---- requirements */

static bool is_wildcard(char c)
{
	return c == '*' || c == 'x' || c == 'X';
}

static void skip_spaces(const char **p)
{
	while (**p == ' ')
		++*p;
}

/* True if an operator is written; *OP is caret if none is. */
static bool take_op(const char **p, enum semver_op *op)
{
	static const struct {
		const char *text;
		enum semver_op op;
	} ops[] = {
		{ ">=", SEMVER_OP_GREATER_EQ }, { ">", SEMVER_OP_GREATER },
		{ "<=", SEMVER_OP_LESS_EQ },	{ "<", SEMVER_OP_LESS },
		{ "=", SEMVER_OP_EXACT },	{ "~", SEMVER_OP_TILDE },
		{ "^", SEMVER_OP_CARET },
	};

	*op = SEMVER_OP_CARET;
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		size_t len = strlen(ops[i].text);

		if (strncmp(*p, ops[i].text, len) == 0) {
			*op = ops[i].op;
			*p += len;
			skip_spaces(p);
			return true;
		}
	}
	return false;
}

static const char *take_comparator(const char **p, struct semver_comparator *c)
{
	bool written = take_op(p, &c->op);
	bool wild = false;

	for (size_t i = 0; i < 3 && (i == 0 || **p == '.'); i++) {
		*p += i > 0;
		if (i > 0 && is_wildcard(**p)) {
			++*p;
			wild = true;
		} else if (wild) {
			return "a number follows a wildcard";
		} else if (!is_digit(**p)) {
			return "a number is wanted";
		} else if (!take_number(p, &c->number[i])) {
			return **p == '0' ? "a number begins with a zero"
					  : "a number needs more than 64 bits";
		} else {
			c->numbers++;
		}
	}
	if (wild && !written)
		c->op = SEMVER_OP_WILDCARD;
	if (c->numbers == 3 && **p == '-' &&
	    (++*p, !take_identifiers(p, true, c->pre)))
		return "what follows '-' is no pre-release";
	if (c->numbers == 3 && **p == '+') {
		char build[SEMVER_MAX + 1];

		++*p;
		if (!take_identifiers(p, false, build))
			return "what follows '+' is no build";
	}
	skip_spaces(p);
	return NULL;
}

/* Comparators with commas between them, into REQ. */
static const char *take_comparators(const char *p, struct semver_req *req)
{
	for (;;) {
		const char *why;

		if (req->count == SEMVER_COMPARATORS_MAX)
			return "it has more than 32 comparators";
		why = take_comparator(&p, &req->items[req->count]);
		if (why)
			return why;
		req->count++;
		if (*p == '\0')
			return NULL;
		if (*p != ',')
			return "',' is wanted between comparators";
		p++;
		skip_spaces(&p);
	}
}

int semver_req_parse(const char *text, struct semver_req *out, struct err *err)
{
	struct semver_req req = { 0 };
	const char *p = text, *why;

	skip_spaces(&p);
	if (is_wildcard(*p)) {
		p++;
		skip_spaces(&p);
		why = *p ? "a wildcard cannot have company" : NULL;
	} else {
		why = take_comparators(p, &req);
	}
	if (why)
		return err_set(err, ERR_FORMAT,
			       "'%.*s' is no version requirement: %s",
			       SEMVER_MAX, text, why);
	*out = req;
	return 0;
}

bool semver_req_is_any(const struct semver_req *req)
{
	return req->count == 0;
}

static void format_comparator(const struct semver_comparator *c,
			      struct strbuf *out)
{
	static const char *const signs[] = { "^",  "~", "=",  ">",
					     ">=", "<", "<=", "" };

	strbuf_addf(out, "%s%llu", signs[c->op],
		    (unsigned long long)c->number[0]);
	for (unsigned i = 1; i < c->numbers; i++)
		strbuf_addf(out, ".%llu", (unsigned long long)c->number[i]);
	if (c->op == SEMVER_OP_WILDCARD)
		strbuf_adds(out, ".*");
	if (c->pre[0])
		strbuf_addf(out, "-%s", c->pre);
}

void semver_req_format(const struct semver_req *req, struct strbuf *out)
{
	if (req->count == 0)
		strbuf_addc(out, '*');
	for (size_t i = 0; i < req->count; i++) {
		strbuf_adds(out, i ? ", " : "");
		format_comparator(&req->items[i], out);
	}
}
