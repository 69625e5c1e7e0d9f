#ifndef TESTS_PACKAGE_SEEN_H
#define TESTS_PACKAGE_SEEN_H

/*
 * An archive in memory, in pieces of any size, and what is said of it.
 * Include after cmocka.h.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/finding.h"
#include "base/strbuf.h"
#include "crate/package/inspect.h"
#include "tarball.h"

#define ROOT_DIR "kov-0.1.0/"
#define MANIFEST "[package]\nname = \"kov\"\n"

/* Findings as lines "id: why". */
static inline void render(const struct findings *f, struct strbuf *out)
{
	for (size_t i = 0; i < f->count; i++)
		strbuf_addf(out, "%s: %s\n", f->items[i].id, f->items[i].why);
}

struct seen {
	struct findings findings;
	struct package_listing listing;
	struct strbuf text;
};

static inline void seen_release(struct seen *s)
{
	findings_release(&s->findings);
	package_listing_release(&s->listing);
	strbuf_release(&s->text);
	*s = (struct seen){ 0 };
}
AUTO_RELEASE(struct seen, seen_release)

/* The archive TAR in pieces of STEP bytes. */
static inline void inspect(const struct strbuf *tar,
			   const struct package_spec *spec, size_t step,
			   struct seen *s)
{
	AUTO(package_inspect_freep) struct package_inspect *p = NULL;
	struct err err = { 0 };

	assert_int_equal(package_inspect_new(spec, &s->findings, &p, &err), 0);
	for (size_t at = 0; at < tar->len; at += step) {
		size_t len = tar->len - at < step ? tar->len - at : step;
		int rc = package_inspect_feed(p, tar->data + at, len, &err);

		assert_true(rc >= 0);
		if (rc > 0)
			break;
	}
	assert_int_equal(package_inspect_end(p, &s->listing, &err), 0);
	render(&s->findings, &s->text);
}

static const struct package_spec kov = { .root = "kov-0.1.0" };

/* What is said of TAR, however it is cut into pieces. */
static inline void says(const struct strbuf *tar, const char *want)
{
	static const size_t steps[] = { 1, 100, 512, 1000, SIZE_MAX / 2 };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		AUTO(seen_releasep) struct seen s = { 0 };

		inspect(tar, &kov, steps[i], &s);
		assert_string_equal(strbuf_str(&s.text), want);
	}
}

/* After a change in the header at H. */
static inline void mend_checksum(char *h)
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
}

static inline void begin(struct strbuf *tar)
{
	strbuf_reset(tar);
	tar_file(tar, ROOT_DIR "Cargo.toml", MANIFEST);
}

/* A pax header with RECORDS before the next entry. */
static inline void pax(struct strbuf *tar, const char *records)
{
	tar_entry(tar, "pax", 'x', NULL, records, strlen(records));
}

#endif
