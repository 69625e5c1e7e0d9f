/* Any bytes as a manifest that was packed: read, linted, made a line. */
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
#include "crate/semver/features.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a feature enables is there, and `default` makes defaults. */
static void try_features(const struct manifest *m)
{
	AUTO(semver_features_releasep) struct semver_features f = { 0 };
	struct err err = { 0 };

	if (semver_features_read(m, &f, &err) < 0)
		return;
	for (size_t i = 0; i < f.count; i++)
		for (size_t k = 0; k < f.at[i].enable_count; k++) {
			const struct semver_feature *to = f.at[i].enables[k];

			assert(semver_features_find(&f, to->name) == to);
			assert(semver_feature_enables(&f, &f.at[i], to->name));
			assert(to->is_default || !f.at[i].is_default);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wordlist none;
	static const struct lint_data words = { &none, &none, &none, &none };
	static const char *const taken[] = { "Kov_Ada", "serde_json" };
	AUTO(arena_releasep) struct arena arena = { .max = 64 << 20 };
	AUTO(findings_releasep) struct findings found = { 0 };
	AUTO(strbuf_releasep) struct strbuf line = { 0 };
	AUTO(crate_index_releasep) struct crate_index index = { 0 };
	struct manifest m;
	struct lint_input in = {
		.data = &words, .manifest = &m, .taken = taken, .taken_count = 2
	};
	struct index_spec spec = { .manifest = &m, .sha256 = "" };
	struct err err = { 0 };

	if (manifest_read((const char *)data, size, "f", &arena, &m, &err) < 0)
		return 0;
	try_features(&m);
	if (manifest_lint(&in, &found, &err) < 0)
		abort();
	for (size_t i = 0; i < found.count; i++)
		assert(text_is_utf8(found.items[i].why,
				    strlen(found.items[i].why)));
	if (index_line(&spec, &line, &err) < 0)
		return 0;
	/* what is written can be read */
	if (crate_index_read(strbuf_str(&line), line.len, "line", &index,
			     &err) < 0)
		abort();
	assert(index.count == 1);
	return 0;
}
