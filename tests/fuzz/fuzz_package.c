/*
 * Any bytes as the archive of a crate, and what is in it as the student's
 * manifest: inspected in pieces, linted, made a line of the index.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "crate/manifest/lints.h"
#include "crate/manifest/manifest.h"
#include "crate/manifest/wordlist.h"
#include "crate/package/index.h"
#include "crate/package/inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void lint(const struct package_listing *listing,
		 const struct package_text *text, struct findings *found)
{
	static const struct wordlist none;
	static const struct lint_data data = { &none, &none, &none, &none };
	static const char *const taken[] = { "Kov_Ada" };
	AUTO(arena_releasep) struct arena arena = { .max = 64 << 20 };
	AUTO(strbuf_releasep) struct strbuf line = { 0 };
	struct manifest m;
	struct lint_input in = { .data = &data,
				 .manifest = &m,
				 .original = &m,
				 .listing = listing,
				 .taken = taken,
				 .taken_count = 1,
				 .expected_name = "kov",
				 .expected_version = "0.1.0",
				 .published = taken,
				 .published_count = 1 };
	struct index_spec spec = { .manifest = &m, .sha256 = "" };
	struct err err = { 0 };

	if (manifest_read(text->bytes, text->len, "Cargo.toml", &arena, &m,
			  &err) < 0)
		return;
	if (manifest_lint(&in, found, &err) < 0)
		abort();
	(void)index_line(&spec, &line, &err);
}

static void inspect(const uint8_t *data, size_t size, size_t step)
{
	struct package_spec spec = { .max_bytes = 1 << 20, .max_entries = 99 };
	AUTO(package_listing_releasep) struct package_listing listing = { 0 };
	AUTO(findings_releasep) struct findings found = { 0 };
	AUTO(package_inspect_freep) struct package_inspect *p = NULL;
	const struct package_text *manifest;
	struct err err = { 0 };

	if (package_inspect_new(&spec, &found, &p, &err) < 0)
		abort();
	for (size_t at = 0; at < size; at += step) {
		if (package_inspect_feed(p, data + at,
					 size - at < step ? size - at : step,
					 &err))
			break;
	}
	if (err.code || package_inspect_end(p, &listing, &err) < 0)
		abort();
	manifest = package_listing_manifest(&listing);
	if (manifest)
		lint(&listing, manifest, &found);
	else
		assert(found.count > 0);
	/* all that is said can be printed as JSON */
	for (size_t i = 0; i < found.count; i++)
		assert(text_is_utf8(found.items[i].why,
				    strlen(found.items[i].why)));
}

/* The first byte says how the rest is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		inspect(data + 1, size - 1, (size_t)data[0] * 8 + 1);
	return 0;
}
