#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "crate/manifest/lints_private.h"
#include "crate/manifest/spdx.h"
#include "crate/manifest/wordlist.h"

/* What the crate's page on crates.io is made of. */

static bool text_is_empty(const struct manifest_text *text)
{
	return !text->value || text->value[0] == '\0';
}

static int lint_description(struct linter *l)
{
	const struct manifest_text *text = &l->m->description;
	struct lint_place at = { .node = LINT_WHERE(l, description),
				 .subject = "description" };
	size_t len;

	if (text->inherited)
		return 0;
	if (text_is_empty(text))
		return lint_add(&l->report, LINT_MISSING_DESCRIPTION, &at,
				"add to [package]: description = \"one "
				"sentence\"",
				l->err, "no description is given");
	len = strlen(text->value);
	if (len <= LINT_DESCRIPTION_MAX)
		return 0;
	return lint_add(&l->report, LINT_LONG_DESCRIPTION, &at,
			"move all but the first sentence into README.md",
			l->err, "the description has %zu bytes, %d are allowed",
			len, (int)LINT_DESCRIPTION_MAX);
}

/* What to write instead of an expression that is only old-fashioned. */
static int lint_dated(struct linter *l, const struct lint_place *at,
		      const char *expression, unsigned notes)
{
	AUTO(strbuf_releasep) struct strbuf mend = { 0 };

	if (notes & SPDX_DEPRECATED) {
		strbuf_adds(&mend, "look the newer identifier up in the SPDX "
				   "list, as GPL-3.0-only for GPL-3.0");
	} else {
		strbuf_adds(&mend, "license = \"");
		spdx_modernise(expression, &mend);
		strbuf_addc(&mend, '"');
	}
	if (strbuf_check(&mend, l->err) < 0)
		return l->err->code;
	return lint_add(&l->report, LINT_DATED_LICENSE, at, strbuf_str(&mend),
			l->err, "'%.100s' %s", expression,
			notes & SPDX_DEPRECATED
				? "names a licence that SPDX has replaced"
			: notes & SPDX_SLASH ? "has '/' for OR"
					     : "has an operator in lower case");
}

static int lint_license(struct linter *l)
{
	const struct manifest_text *license = &l->m->license;
	struct lint_place at = { .node = LINT_WHERE(l, license),
				 .subject = "license" };
	const struct spdx_lists lists = { l->in->data->licenses,
					  l->in->data->exceptions };
	struct err why = { 0 };
	unsigned notes = 0;

	if (license->inherited || l->m->license_file.inherited)
		return 0;
	if (text_is_empty(license) && text_is_empty(&l->m->license_file))
		return lint_add(&l->report, LINT_MISSING_LICENSE, &at,
				"add to [package]: license = \"MIT OR "
				"Apache-2.0\"",
				l->err, "no licence is given");
	if (!license->value)
		return 0;
	if (spdx_check(license->value, &lists, &notes, &why) < 0)
		return lint_add(&l->report, LINT_INVALID_LICENSE, &at,
				why.hint[0] ? why.hint
					    : "license = \"MIT OR Apache-2.0\"",
				l->err, "%s", why.msg);
	return notes ? lint_dated(l, &at, license->value, notes) : 0;
}

static int lint_urls(struct linter *l)
{
	const struct manifest *m = l->m;
	const struct {
		const char *key;
		const char *url;
		const struct node *node;
	} urls[] = {
		{ "homepage", m->homepage.value, LINT_WHERE(l, homepage) },
		{ "documentation", m->documentation.value,
		  LINT_WHERE(l, documentation) },
		{ "repository", m->repository.value,
		  LINT_WHERE(l, repository) },
	};
	bool any =
		m->homepage.node || m->documentation.node || m->repository.node;
	struct lint_place package = { .node = lint_where(l, NULL, NULL),
				      .subject = "repository" };

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct lint_place at = { .node = urls[i].node,
					 .subject = urls[i].key };

		if (urls[i].url && !url_is_web(urls[i].url) &&
		    lint_add(&l->report, LINT_INVALID_URL, &at,
			     "write the https:// address of the page", l->err,
			     "'%.200s' is no http:// or https:// address",
			     urls[i].url) < 0)
			return l->err->code;
	}
	if (any)
		return 0;
	return lint_add(&l->report, LINT_MISSING_LINKS, &package,
			"add to [package]: repository = \"https://...\"",
			l->err,
			"neither repository, documentation nor homepage is "
			"given");
}

static bool keyword_is_valid(const char *s)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t len = strlen(s);
	size_t ok = 0;

	if (len == 0 || len > LINT_KEYWORD_MAX || !strchr(first, s[0]))
		return false;
	while (s[ok] && (strchr(first, s[ok]) || strchr("_-+", s[ok])))
		ok++;
	return ok == len;
}

static int lint_keywords(struct linter *l)
{
	const struct manifest_words *words = &l->m->keywords;
	struct lint_place at = { .node = LINT_WHERE(l, keywords),
				 .subject = "keywords" };

	if (words->count > LINT_KEYWORDS_MAX &&
	    lint_add(&l->report, LINT_TOO_MANY_KEYWORDS, &at,
		     "keep the best five", l->err,
		     "%zu keywords, 5 are allowed", words->count) < 0)
		return l->err->code;
	for (size_t i = 0; i < words->count; i++) {
		at.subject = words->items[i];
		if (!keyword_is_valid(words->items[i]) &&
		    lint_add(&l->report, LINT_INVALID_KEYWORD, &at, NULL,
			     l->err,
			     "'%.40s' is not at most 20 ASCII letters, digits, "
			     "'_', '-' and '+'",
			     words->items[i]) < 0)
			return l->err->code;
	}
	return 0;
}

static int lint_categories(struct linter *l)
{
	const struct manifest_words *words = &l->m->categories;
	const struct wordlist *known = l->in->data->categories;
	struct lint_place at = { .node = LINT_WHERE(l, categories),
				 .subject = "categories" };

	if (words->count > LINT_CATEGORIES_MAX &&
	    lint_add(&l->report, LINT_TOO_MANY_CATEGORIES, &at,
		     "keep the best five", l->err,
		     "%zu categories, 5 are allowed", words->count) < 0)
		return l->err->code;
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		const char *near;
		char mend[128] = "";

		if (wordlist_find(known, word, strlen(word)))
			continue;
		near = wordlist_nearest(known, word);
		if (near)
			snprintf(mend, sizeof(mend), "did you mean \"%s\"?",
				 near);
		at.subject = word;
		if (lint_add(&l->report, LINT_UNKNOWN_CATEGORY, &at,
			     near ? mend : "remove it", l->err,
			     "crates.io has no category '%.80s'", word) < 0)
			return l->err->code;
	}
	return 0;
}

int lint_page(struct linter *l)
{
	if (lint_description(l) < 0 || lint_license(l) < 0 ||
	    lint_urls(l) < 0 || lint_keywords(l) < 0)
		return l->err->code;
	return lint_categories(l);
}
