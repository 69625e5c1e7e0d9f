#include "gate/cargo_cfg.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum {
	NESTING_MAX = 32
};

struct reader {
	const char *at;
	const char *cfgs;
	bool failed;
};

static void skip_blanks(struct reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
}

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

static size_t word(struct reader *r, const char **out)
{
	skip_blanks(r);
	*out = r->at;
	while (isalnum((unsigned char)*r->at) || *r->at == '_')
		r->at++;
	if (r->at == *out)
		r->failed = true;
	return (size_t)(r->at - *out);
}

static bool is(const char *name, size_t len, const char *what)
{
	return strlen(what) == len && memcmp(name, what, len) == 0;
}

/* Is there a line NAME, or NAME="VALUE"? */
static bool is_set(const struct reader *r, const char *name, size_t len,
		   const char *value, size_t value_len)
{
	for (const char *line = r->cfgs; *line;) {
		size_t end = strcspn(line, "\n");
		const char *rest = line + len;

		if (end >= len && memcmp(line, name, len) == 0 &&
		    (value ? end == len + value_len + 3 && rest[0] == '=' &&
				     rest[1] == '"' &&
				     memcmp(rest + 2, value, value_len) == 0
			   : end == len))
			return true;
		line += end + (line[end] == '\n');
	}
	return false;
}

static bool option(struct reader *r, const char *name, size_t len)
{
	const char *value;
	size_t value_len;

	if (!take(r, '='))
		return is(name, len, "true") || (!is(name, len, "false") &&
						 is_set(r, name, len, NULL, 0));
	if (!take(r, '"')) {
		r->failed = true;
		return false;
	}
	value = r->at;
	value_len = strcspn(value, "\"");
	r->at += value_len;
	if (!take(r, '"'))
		r->failed = true;
	return is_set(r, name, len, value, value_len);
}

static bool predicate(struct reader *r, unsigned depth)
{
	const char *name;
	size_t len = word(r, &name), count = 0, holds = 0;

	if (r->failed || depth > NESTING_MAX) {
		r->failed = true;
		return false;
	}
	if (!take(r, '('))
		return option(r, name, len);
	while (!r->failed && !take(r, ')')) {
		holds += predicate(r, depth + 1);
		count++;
		if (!take(r, ',') && !r->failed) {
			r->failed = !take(r, ')');
			break;
		}
	}
	if (is(name, len, "all"))
		return holds == count;
	if (is(name, len, "any"))
		return holds > 0;
	if (!is(name, len, "not") || count != 1)
		r->failed = true;
	return holds == 0;
}

enum cargo_cfg cargo_cfg_holds(const char *text, const char *cfgs)
{
	struct reader r = { .at = text, .cfgs = cfgs };
	const char *name;
	size_t len = word(&r, &name);
	bool holds;

	if (!is(name, len, "cfg") || !take(&r, '('))
		return CARGO_CFG_UNKNOWN;
	holds = predicate(&r, 0);
	(void)take(&r, ',');
	if (r.failed || !take(&r, ')'))
		return CARGO_CFG_UNKNOWN;
	skip_blanks(&r);
	if (*r.at)
		return CARGO_CFG_UNKNOWN;
	return holds ? CARGO_CFG_TRUE : CARGO_CFG_FALSE;
}
