#ifndef TESTS_LINT_SAMPLES_H
#define TESTS_LINT_SAMPLES_H

/*
 * Manifests and what is said of each: set_up() makes small lists of licences,
 * categories and reserved names and tear_down() takes them away; check() and
 * check_with() lint a sample's text and compare.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/strbuf.h"
#include "crate/manifest/lints.h"
#include "crate/manifest/manifest.h"
#include "crate/manifest/wordlist.h"

static struct wordlist licenses, exceptions, categories, reserved;
static const struct lint_data data = { &licenses, &exceptions, &categories,
				       &reserved };

static int fill(struct wordlist *w, const char *text)
{
	struct err err = { 0 };

	return wordlist_read(text, strlen(text), "words", w, &err);
}

static int set_up(void **state)
{
	(void)state;
	return fill(&licenses, "MIT\nApache-2.0\nGPL-3.0 deprecated\n") ||
	       fill(&exceptions, "LLVM-exception\n") ||
	       fill(&categories, "asynchronous\nno-std\nno-std::no-alloc\n") ||
	       fill(&reserved, "std\nrust_installer\nnul\n");
}

static int tear_down(void **state)
{
	(void)state;
	wordlist_release(&licenses);
	wordlist_release(&exceptions);
	wordlist_release(&categories);
	wordlist_release(&reserved);
	return 0;
}

/* A [package] that nothing can be said against; tests add or replace lines. */
#define NAME "name = \"kov-ada\"\n"
#define VERSION "version = \"0.1.0\"\n"
#define EDITION "edition = \"2021\"\n"
#define ABOUT "description = \"An executor\"\n"
#define LICENSE "license = \"MIT OR Apache-2.0\"\n"
#define LINK "repository = \"https://example.org/kov\"\n"
#define GOOD "[package]\n" NAME VERSION EDITION ABOUT LICENSE LINK

/* Findings as lines "level id line subject: why > mend". */
static void render(const struct findings *f, struct strbuf *out)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *x = &f->items[i];

		strbuf_addf(out, "%s %s %u %s: %s > %s\n",
			    finding_level_name(x->level), x->id,
			    (unsigned)x->line, x->subject ? x->subject : "-",
			    x->why, x->mend ? x->mend : "-");
	}
}

/* What is said of the manifest TEXT, with the rest of IN. */
static void lint(struct lint_input *in, const char *text, struct strbuf *out)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(findings_releasep) struct findings found = { 0 };
	struct manifest m;
	struct err err = { 0 };

	if (manifest_read(text, strlen(text), "Cargo.toml", &arena, &m, &err) <
	    0)
		fail_msg("%s", err.msg);
	in->data = &data;
	in->manifest = &m;
	assert_int_equal(manifest_lint(in, &found, &err), 0);
	render(&found, out);
}

struct sample {
	const char *text, *want;
};

/* Not every test has many of them. */
static void check(const struct sample *samples, size_t count) ATTR_UNUSED;

static void check_with(struct lint_input *in, const struct sample *s)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };

	lint(in, s->text, &out);
	assert_string_equal(strbuf_str(&out), s->want);
}

static void check(const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct lint_input in = { 0 };

		check_with(&in, &samples[i]);
	}
}

#endif
