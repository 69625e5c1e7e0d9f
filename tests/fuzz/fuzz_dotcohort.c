/*
 * Any bytes as a student's .cohort.yaml: what is taken can go into the lines
 * of a tag, into paths and into a crate's manifest, and comes out again.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "io/yaml.h"
#include "model/dotcohort.h"
#include "model/handle.h"
#include "model/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char name[] = "3b8863a414af79b0ccd6489976c93940ca3056b0";

/* The tag that `cohort submit` makes of it, and the receipt of that. */
static void check_tag(const struct dotcohort *d)
{
	const struct receipt r = { .cohort = d->cohort,
				   .handle = d->handle,
				   .artifact = d->artifact,
				   .crate = d->crate,
				   .version = "0.1.0" };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(receipt_freep) struct receipt *made = NULL;
	struct err err = { 0 };

	strbuf_addf(&text,
		    "object %s\ntype commit\ntag %s/v0.1.0\n"
		    "tagger A <a@b> 1 +0000\n\n",
		    name, artifact_id(d->artifact));
	assert(receipt_message(&r, &text, &err) == 0);
	assert(receipt_from_tag(strbuf_str(&text), text.len, name, &made,
				&err) == 0);
	assert(strcmp(made->cohort, d->cohort) == 0);
	assert(strcmp(made->handle, d->handle) == 0);
	assert(strcmp(made->crate, d->crate) == 0);
	assert(made->artifact == d->artifact);
}

static void check_due(const struct dotcohort *d)
{
	const char *zone = NULL;
	struct civil c;

	if (!dotcohort_due(d, &c, &zone))
		return;
	assert(civil_date_is_valid(c.year, c.month, c.day));
	assert(c.hour < 24 && c.minute < 60 && c.second == 59 && *zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_releasep) struct arena arena = { .max = 64 << 20 };
	AUTO(dotcohort_freep) struct dotcohort *d = NULL;
	const struct node *root = NULL;
	struct err err = { 0 };

	if (yaml_read((const char *)data, size, "f", &arena, &root, &err) < 0)
		return 0;
	if (dotcohort_read(root, &d, &err) < 0) {
		assert(!d && err.msg[0]);
		return 0;
	}
	assert(handle_is_valid(d->handle));
	assert(!strpbrk(d->crate, "/.\"\\ ") && *d->crate);
	check_due(d);
	check_tag(d);
	return 0;
}
