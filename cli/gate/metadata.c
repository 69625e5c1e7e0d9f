/* Would crates.io take it?  By the packed crate, not by the working tree. */
#include "gate/gate_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "crate/manifest/lints.h"
#include "crate/manifest/manifest.h"
#include "crate/manifest/wordlist.h"
#include "crate/package/inspect.h"
#include "io/archive.h"
#include "io/file.h"

enum {
	WORDS_MAX = 1 << 20,
	UNZIPPED_MAX = PACKAGE_UNPACKED_MAX + (1 << 20) /* inspect says when */
};

/* ------------------------------------------------------------------ the lists
 */

struct lists {
	struct wordlist licenses;
	struct wordlist exceptions;
	struct wordlist categories;
	struct wordlist reserved;
};

static void lists_release(struct lists *l)
{
	wordlist_release(&l->licenses);
	wordlist_release(&l->exceptions);
	wordlist_release(&l->categories);
	wordlist_release(&l->reserved);
}
AUTO_RELEASE(struct lists, lists_release)

static int read_list(const struct gate_env *env, const char *name,
		     struct wordlist *out, struct err *err)
{
	AUTO(str_freep) char *path = path_joined(env->data_dir, name);
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	if (!path)
		return err_nomem(err);
	if (file_read(path, WORDS_MAX, &text, err) < 0)
		return (int)err->code;
	return wordlist_read(strbuf_str(&text), text.len, path, out, err);
}

static int read_lists(const struct gate_env *env, struct lists *l,
		      struct err *err)
{
	if (read_list(env, "spdx-licenses.txt", &l->licenses, err) < 0 ||
	    read_list(env, "spdx-exceptions.txt", &l->exceptions, err) < 0 ||
	    read_list(env, "categories.txt", &l->categories, err) < 0 ||
	    read_list(env, "reserved-names.txt", &l->reserved, err) < 0)
		return (int)err->code;
	return 0;
}

/* ------------------------------------------------------------------ the bytes
 */

struct feeding {
	struct package_inspect *inspect;
	bool enough;
};

/* Ends the inflation too, once a finding has said why. */
static int feed(void *ctx, const void *bytes, size_t len, struct err *err)
{
	struct feeding *f = ctx;
	int rc = package_inspect_feed(f->inspect, bytes, len, err);

	if (rc > 0) {
		f->enough = true;
		return err_set(err, ERR_REFUSED, "enough");
	}
	return rc;
}

static int inflate_into(struct package_inspect *inspect,
			const struct file_map *map, struct err *err)
{
	struct feeding f = { .inspect = inspect };
	struct err why = { 0 };

	if (archive_gunzip(map->data, map->len, UNZIPPED_MAX, feed, &f, &why) ==
	    0)
		return 0;
	if (f.enough)
		return 0;
	if (why.code == ERR_FORMAT || why.code == ERR_LIMIT)
		return package_inspect_damaged(inspect, why.msg, err);
	*err = why;
	return (int)err->code;
}

static int inspect(struct pipeline *p, struct err *err)
{
	static const struct package_spec spec = { 0 };
	AUTO(file_map_releasep) struct file_map map = { 0 };
	AUTO(package_inspect_freep) struct package_inspect *in = NULL;

	if (file_map_open(p->package, &map, err) < 0 ||
	    package_inspect_new(&spec, &p->report->findings, &in, err) < 0 ||
	    inflate_into(in, &map, err) < 0 ||
	    package_inspect_end(in, &p->listing, err) < 0)
		return (int)err->code;
	p->has_listing = true;
	return 0;
}

/* --------------------------------------------------------------- the manifest
 */

static int read_text(const struct package_text *t, const char *name,
		     struct arena *arena, struct manifest *out,
		     struct pipeline *p, bool *usable, struct err *err)
{
	struct err why = { 0 };
	const struct finding f = { .id = "invalid-manifest",
				   .level = FINDING_DENY,
				   .file = name,
				   .subject = name,
				   .why = why.msg,
				   .mend = "run 'cargo metadata' until it "
					   "works" };

	*usable = false;
	if (!t)
		return 0; /* the inspection has said so */
	if (manifest_read(t->bytes, t->len, name, arena, out, &why) == 0) {
		*usable = true;
		return 0;
	}
	if (why.code == ERR_NOMEM)
		return err_nomem(err);
	return pipeline_find(p, &f, err);
}

static void take_name(struct gate_report *r, const struct manifest *m)
{
	snprintf(r->crate, sizeof(r->crate), "%s",
		 m->name.value ? m->name.value : "");
	snprintf(r->version, sizeof(r->version), "%s",
		 m->version.value ? m->version.value : "");
}

/* [lib], or cargo's own guess, which a packed manifest has written out. */
static bool has_library(const struct pipeline *p, const struct manifest *m)
{
	return m->lib.node ||
	       package_listing_find(&p->listing, "src/lib.rs") != NULL;
}

static int lint(struct pipeline *p, struct err *err)
{
	const struct gate_subject *s = p->subject;
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(lists_releasep) struct lists lists = { 0 };
	const struct lint_data data = { &lists.licenses, &lists.exceptions,
					&lists.categories, &lists.reserved };
	struct manifest packed = { 0 }, original = { 0 };
	struct lint_input in = { .data = &data,
				 .manifest = &packed,
				 .listing = &p->listing,
				 .package_bytes = p->report->package_size,
				 .taken = s->taken,
				 .taken_count = s->taken_count,
				 .expected_name = s->expected_name,
				 .expected_version = s->expected_version,
				 .published = s->published,
				 .published_count = s->published_count };
	const struct package_text *orig =
		package_listing_text(&p->listing, "Cargo.toml.orig");
	bool usable, written = false;

	if (read_lists(p->env, &lists, err) < 0 ||
	    read_text(package_listing_manifest(&p->listing), "Cargo.toml",
		      &arena, &packed, p, &usable, err) < 0)
		return (int)err->code;
	if (!usable)
		return 0;
	/* findings name the lines that the student wrote */
	if (orig && read_text(orig, "Cargo.toml", &arena, &original, p,
			      &written, err) < 0)
		return (int)err->code;
	in.original = written ? &original : NULL;
	take_name(p->report, &packed);
	p->has_library = has_library(p, &packed);
	return manifest_lint(&in, &p->report->findings, err);
}

int gate_step_metadata(struct pipeline *p, struct gate_outcome *o,
		       struct err *err)
{
	snprintf(o->tool, sizeof(o->tool), "cohort");
	if (!p->package)
		return outcome_skip(o, "it could not be packed");
	if (inspect(p, err) < 0)
		return (int)err->code;
	return lint(p, err);
}
