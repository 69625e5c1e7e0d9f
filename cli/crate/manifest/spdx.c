#include "crate/manifest/spdx.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "crate/manifest/wordlist.h"

/*
 * The grammar needs no tree to be checked: which token may follow which, and
 * a count of open parentheses, say it all.
 */
enum token {
	TOKEN_START,
	TOKEN_LICENSE,
	TOKEN_REF,
	TOKEN_PLUS,
	TOKEN_EXCEPTION,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_WITH,
	TOKEN_OPERATOR,
	TOKEN_END
};

#define AFTER(t) (1u << TOKEN_##t)

enum {
	BEFORE_TERM = AFTER(START) | AFTER(OPERATOR) | AFTER(OPEN),
	AFTER_TERM = AFTER(LICENSE) | AFTER(REF) | AFTER(PLUS) |
		     AFTER(EXCEPTION) | AFTER(CLOSE)
};

static const struct {
	unsigned after; /* the tokens that it may follow */
	const char *name;
} rules[] = {
	[TOKEN_START] = { 0, "the beginning" },
	[TOKEN_LICENSE] = { BEFORE_TERM, "a licence" },
	[TOKEN_REF] = { BEFORE_TERM, "a licence" },
	[TOKEN_PLUS] = { AFTER(LICENSE), "'+'" },
	[TOKEN_EXCEPTION] = { AFTER(WITH), "an exception" },
	[TOKEN_OPEN] = { BEFORE_TERM, "'('" },
	[TOKEN_CLOSE] = { AFTER_TERM, "')'" },
	[TOKEN_WITH] = { AFTER(LICENSE) | AFTER(REF) | AFTER(PLUS), "WITH" },
	[TOKEN_OPERATOR] = { AFTER_TERM, "AND or OR" },
	[TOKEN_END] = { AFTER_TERM, "the end" },
};

struct reader {
	const char *text;
	const char *at;
	const struct spdx_lists *lists;
	unsigned notes;
	struct err *err;
};

static int fail(struct reader *r, const char *why)
{
	return err_set(r->err, ERR_FORMAT, "'%.150s' is no SPDX expression: %s",
		       r->text, why);
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

/* What people write, and what the list calls it. */
static const char *meant_by(const char *word, const struct wordlist *licenses)
{
	static const struct {
		const char *word, *id;
	} common[] = {
		{ "apache", "Apache-2.0" },
		{ "apache2", "Apache-2.0" },
		{ "apachev2", "Apache-2.0" },
		{ "apache2.0", "Apache-2.0" },
		{ "apl2", "Apache-2.0" },
		{ "expat", "MIT" },
		{ "bsd", "BSD-3-Clause" },
		{ "bsd2", "BSD-2-Clause" },
		{ "bsd3", "BSD-3-Clause" },
		{ "gpl", "GPL-3.0-or-later" },
		{ "gpl2", "GPL-2.0-only" },
		{ "gplv2", "GPL-2.0-only" },
		{ "gpl3", "GPL-3.0-only" },
		{ "gplv3", "GPL-3.0-only" },
		{ "lgpl", "LGPL-3.0-or-later" },
		{ "agpl", "AGPL-3.0-or-later" },
		{ "agplv3", "AGPL-3.0-only" },
		{ "mpl", "MPL-2.0" },
		{ "mpl2", "MPL-2.0" },
		{ "cc0", "CC0-1.0" },
		{ "boost", "BSL-1.0" },
		{ "public", "Unlicense" },
	};

	for (size_t i = 0; i < ARRAY_LEN(common); i++) {
		if (strcasecmp(common[i].word, word) == 0)
			return common[i].id;
	}
	return wordlist_nearest(licenses, word);
}

static int unknown_word(struct reader *r, const char *bytes, size_t len)
{
	const char *meant;
	char word[64], why[160];

	snprintf(word, sizeof(word), "%.*s", (int)len, bytes);
	snprintf(why, sizeof(why), "SPDX has no licence '%s'", word);
	(void)fail(r, why);
	meant = meant_by(word, r->lists->licenses);
	return meant ? err_hint(r->err, "did you mean '%s'?", meant)
		     : r->err->code;
}

static bool word_is(const char *bytes, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(bytes, word, len) == 0;
}

/* "AND" and "OR"; what is written in lower case is noted. */
static bool is_operator(struct reader *r, const char *bytes, size_t len,
			const char *upper, const char *lower)
{
	if (word_is(bytes, len, lower))
		r->notes |= SPDX_LOWER_CASE;
	else if (!word_is(bytes, len, upper))
		return false;
	return true;
}

/* "[DocumentRef-name:]PREFIXname" */
static bool is_ref(const char *bytes, size_t len, const char *prefix)
{
	static const char document[] = "DocumentRef-";
	const char *colon = memchr(bytes, ':', len);
	size_t prefix_len = strlen(prefix);

	if (colon) {
		size_t skip = (size_t)(colon - bytes) + 1;

		if (skip < sizeof(document) ||
		    memcmp(bytes, document, sizeof(document) - 1) != 0)
			return false;
		bytes += skip;
		len -= skip;
	}
	return len >= prefix_len && memcmp(bytes, prefix, prefix_len) == 0 &&
	       !memchr(bytes, ':', len);
}

/* The word at the position becomes *OUT. */
static int take_word(struct reader *r, enum token *out)
{
	const char *bytes = r->at, *mark;
	size_t len = 0;

	while (is_word_char(bytes[len]))
		len++;
	if (len == 0)
		return fail(r, "it has a character that no licence has");
	r->at += len;
	if (is_operator(r, bytes, len, "AND", "and") ||
	    is_operator(r, bytes, len, "OR", "or"))
		*out = TOKEN_OPERATOR;
	else if (is_operator(r, bytes, len, "WITH", "with"))
		*out = TOKEN_WITH;
	else if ((mark = wordlist_find(r->lists->licenses, bytes, len)))
		*out = TOKEN_LICENSE;
	else if ((mark = wordlist_find(r->lists->exceptions, bytes, len)) ||
		 is_ref(bytes, len, "AdditionRef-"))
		*out = TOKEN_EXCEPTION;
	else if (is_ref(bytes, len, "LicenseRef-"))
		*out = TOKEN_REF;
	else
		return unknown_word(r, bytes, len);
	if ((*out == TOKEN_LICENSE || *out == TOKEN_EXCEPTION) && mark &&
	    strcmp(mark, "deprecated") == 0)
		r->notes |= SPDX_DEPRECATED;
	return 0;
}

/* What stands in TEXT before END ends with SUFFIX. */
static bool ends_with(const char *text, const char *end, const char *suffix)
{
	size_t len = strlen(suffix);

	return (size_t)(end - text) >= len &&
	       memcmp(end - len, suffix, len) == 0;
}

static int next_token(struct reader *r, enum token *out)
{
	const char *before = r->at;

	r->at += strspn(r->at, " \t\r\n\v\f");
	switch (*r->at) {
	case '\0':
		*out = TOKEN_END;
		return 0;
	case '+':
		if (r->at != before)
			return fail(r, "'+' must follow its licence at once");
		if (ends_with(r->text, r->at, "-or-later"))
			return fail(r, "'-or-later' and '+' say the same");
		*out = TOKEN_PLUS;
		break;
	case '(':
		*out = TOKEN_OPEN;
		break;
	case ')':
		*out = TOKEN_CLOSE;
		break;
	case '/':
		r->notes |= SPDX_SLASH;
		*out = TOKEN_OPERATOR;
		break;
	default:
		return take_word(r, out);
	}
	r->at++;
	return 0;
}

static int misplaced(struct reader *r, enum token token, enum token last)
{
	char why[96];

	if (token == TOKEN_END && last == TOKEN_START)
		return fail(r, "it is empty");
	snprintf(why, sizeof(why), "%s cannot follow %s", rules[token].name,
		 rules[last].name);
	return fail(r, why);
}

int spdx_check(const char *expression, const struct spdx_lists *lists,
	       unsigned *notes, struct err *err)
{
	struct reader r = {
		.text = expression, .at = expression, .lists = lists, .err = err
	};
	enum token last = TOKEN_START, token = TOKEN_END;
	unsigned open = 0;

	if (strlen(expression) > SPDX_MAX)
		return err_set(err, ERR_LIMIT,
			       "an SPDX expression of more than %d bytes",
			       (int)SPDX_MAX);
	do {
		if (next_token(&r, &token) < 0)
			return err->code;
		if (!(rules[token].after & 1u << last))
			return misplaced(&r, token, last);
		if (token == TOKEN_CLOSE && open-- == 0)
			return fail(&r, "')' closes nothing");
		open += token == TOKEN_OPEN;
		last = token;
	} while (token != TOKEN_END);
	if (open > 0)
		return fail(&r, "'(' is not closed");
	*notes = r.notes;
	return 0;
}

/* The word of LEN bytes, in capitals if it is an operator. */
static void add_modern_word(const char *bytes, size_t len, struct strbuf *out)
{
	static const char *const words[][2] = { { "and", "AND" },
						{ "or", "OR" },
						{ "with", "WITH" } };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (word_is(bytes, len, words[i][0])) {
			strbuf_adds(out, words[i][1]);
			return;
		}
	}
	strbuf_add(out, bytes, len);
}

void spdx_modernise(const char *expression, struct strbuf *out)
{
	const char *p = expression;

	while (*p) {
		size_t spaces = strspn(p, " "), len = 0;

		if (p[spaces] == '/') {
			strbuf_adds(out, " OR ");
			p += spaces + 1;
			p += strspn(p, " ");
			continue;
		}
		strbuf_add(out, p, spaces);
		p += spaces;
		while (is_word_char(p[len]))
			len++;
		if (len > 0)
			add_modern_word(p, len, out);
		else if (*p)
			strbuf_addc(out, *p);
		p += len ? len : *p != '\0';
	}
}
