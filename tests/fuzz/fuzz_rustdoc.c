/*
 * The reader of rustdoc JSON, the path resolver, the sealing analysis and all
 * lints, over one document or over two with a NUL between them.  A document
 * compared with itself must be silent, however odd it is, and what is passed
 * over as unchanged must have nothing to find.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/finding.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff.h"
#include "crate/semver/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As of a file, by windows so small that most of it does not fit into one. */
static int read_old(void *context, size_t at, char *buf, size_t size,
		    struct err *err)
{
	(void)err;
	memcpy(buf, (const char *)context + at, size);
	return 0;
}

static int open_pieces(const char *text, size_t len, struct rustdoc **out,
		       struct err *err)
{
	union {
		const char *in;
		void *out;
	} p = { .in = text };
	const struct rustdoc_source from = { .len = len,
					     .read = read_old,
					     .context = p.out,
					     .window = 1 + len % 127 };

	return rustdoc_open_source(&from, "old", out, err);
}

static size_t compare(const char *old, size_t old_len, const char *new,
		      size_t new_len)
{
	AUTO(rustdoc_freep) struct rustdoc *before = NULL;
	AUTO(rustdoc_freep) struct rustdoc *after = NULL;
	AUTO(findings_releasep) struct findings raw = { 0 };
	AUTO(findings_releasep) struct findings all = { 0 };
	AUTO(findings_releasep) struct findings out = { 0 };
	const struct semver_options thorough = { .is_thorough = true };
	struct semver from = { .minor = 1 }, to = { .minor = 1, .patch = 1 };
	struct semver_settings how = { .from = &from, .to = &to };
	struct semver_verdict verdict;
	struct err err = { 0 };

	if (open_pieces(old, old_len, &before, &err) < 0 ||
	    rustdoc_open(new, new_len, "new", &after, &err) < 0 ||
	    semver_diff(before, after, NULL, &raw, &err) < 0)
		return 0;
	if (semver_diff(before, after, &thorough, &all, &err) == 0 &&
	    all.count != raw.count)
		abort();
	err = (struct err){ 0 };
	if (semver_judge(&raw, &how, &out, &verdict, &err) < 0)
		return 0;
	for (size_t i = 0; i < rustdoc_count(after); i++)
		(void)rustdoc_item(after, rustdoc_id_at(after, i));
	return raw.count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *nul = size > 0 ? memchr(text, '\0', size) : NULL;
	size_t len = nul ? (size_t)(nul - text) : size;

	if (compare(text, len, text, len) != 0)
		abort();
	if (nul)
		(void)compare(text, len, nul + 1, size - len - 1);
	return 0;
}
