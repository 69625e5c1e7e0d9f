#include "crate/manifest/lints.h"

#include <stdio.h>
#include <string.h>

#include "base/semver.h"
#include "crate/manifest/lints_private.h"
#include "crate/manifest/wordlist.h"

const struct node *lint_where(const struct linter *l,
			      const struct node *original,
			      const struct node *packed)
{
	const struct manifest *o = l->in->original;

	if (!o)
		return packed ? packed : l->m->package;
	if (original)
		return original;
	return o->package ? o->package : o->root;
}

/* ---- who it is */

static int lint_name(struct linter *l)
{
	const struct lint_input *in = l->in;
	const char *name = l->m->name.value;
	struct lint_place at = { .node = LINT_WHERE(l, name), .subject = name };
	char canonical[CRATE_NAME_SIZE], mend[128];

	if (!name)
		return lint_add(&l->report, LINT_INVALID_NAME, &at,
				"add to [package]: name = \"...\"", l->err,
				"there is no name");
	if (!crate_name_is_valid(name))
		return lint_add(&l->report, LINT_INVALID_NAME, &at, NULL,
				l->err,
				"'%.80s' is not 1 to 64 ASCII letters, digits, "
				"'-' and '_' with a letter first",
				name);
	crate_name_canonical(name, canonical);
	if (wordlist_find(in->data->reserved, canonical, strlen(canonical)) &&
	    lint_add(&l->report, LINT_RESERVED_NAME, &at, NULL, l->err,
		     "'%s' is reserved on crates.io", name) < 0)
		return l->err->code;
	for (size_t i = 0; i < in->taken_count; i++) {
		if (crate_name_same(in->taken[i], name) &&
		    lint_add(&l->report, LINT_NAME_TAKEN, &at, NULL, l->err,
			     "another seat has '%s', which is the same name "
			     "to crates.io",
			     in->taken[i]) < 0)
			return l->err->code;
	}
	if (!in->expected_name || strcmp(in->expected_name, name) == 0)
		return 0;
	snprintf(mend, sizeof(mend), "name = \"%s\"", in->expected_name);
	return lint_add(&l->report, LINT_NAME_MISMATCH, &at, mend, l->err,
			"the crate is called '%s', the roster has '%s'", name,
			in->expected_name);
}

static int lint_duplicate_version(struct linter *l, const struct semver *v,
				  const struct lint_place *at)
{
	for (size_t i = 0; i < l->in->published_count; i++) {
		const char *text = l->in->published[i];
		struct err ignored = { 0 };
		struct semver other;

		if (semver_parse(text, &other, &ignored) == 0 &&
		    semver_compare(v, &other) == 0)
			return lint_add(&l->report, LINT_DUPLICATE_VERSION, at,
					"raise `version` and submit again",
					l->err, "%s is published already",
					text);
	}
	return 0;
}

static int lint_version(struct linter *l)
{
	const char *version = l->m->version.value;
	const char *expected = l->in->expected_version;
	struct lint_place at = { .node = LINT_WHERE(l, version),
				 .subject = version };
	struct err why = { 0 };
	struct semver v;
	char mend[192];

	if (!version)
		return lint_add(&l->report, LINT_INVALID_VERSION, &at,
				"add to [package]: version = \"0.1.0\"", l->err,
				"there is no version");
	if (semver_parse(version, &v, &why) < 0)
		return lint_add(&l->report, LINT_INVALID_VERSION, &at,
				"version = \"0.1.0\"", l->err, "%s", why.msg);
	if (expected && strcmp(expected, version) != 0) {
		snprintf(mend, sizeof(mend), "version = \"%s\"", expected);
		if (lint_add(&l->report, LINT_VERSION_MISMATCH, &at, mend,
			     l->err,
			     "Cargo.toml says %s, and the tag says %.150s",
			     version, expected) < 0)
			return l->err->code;
	}
	return lint_duplicate_version(l, &v, &at);
}

static int lint_edition(struct linter *l)
{
	static const char *const editions[] = { "2015", "2018", "2021",
						"2024" };
	const char *edition = l->m->edition.value;
	struct lint_place at = { .node = LINT_WHERE(l, edition),
				 .subject = "edition" };

	if (!edition)
		return lint_add(&l->report, LINT_MISSING_EDITION, &at,
				"add to [package]: edition = \"2021\"", l->err,
				"no edition is given, so it is 2015");
	for (size_t i = 0; i < ARRAY_LEN(editions); i++) {
		if (strcmp(edition, editions[i]) == 0)
			return 0;
	}
	return lint_add(&l->report, LINT_INVALID_EDITION, &at,
			"edition = \"2021\"", l->err,
			"'%.40s' is no edition of Rust", edition);
}

static int lint_rust_version(struct linter *l)
{
	const char *version = l->m->rust_version.value;
	struct lint_place at = { .node = LINT_WHERE(l, rust_version),
				 .subject = "rust-version" };
	struct err why = { 0 };
	struct semver_req req;

	if (!version || (version[strspn(version, "0123456789.")] == '\0' &&
			 semver_req_parse(version, &req, &why) == 0))
		return 0;
	return lint_add(&l->report, LINT_INVALID_RUST_VERSION, &at,
			"rust-version = \"1.70\"", l->err,
			"'%.40s' is not two or three numbers", version);
}

/* ---- what cargo should have taken out */

static int lint_inherited(struct linter *l)
{
	const struct manifest *m = l->m;
	const struct {
		const char *key;
		bool inherited;
		const struct node *node;
	} fields[] = {
		{ "version", m->version.inherited, m->version.node },
		{ "edition", m->edition.inherited, m->edition.node },
		{ "rust-version", m->rust_version.inherited,
		  m->rust_version.node },
		{ "authors", m->authors.inherited, m->authors.node },
		{ "description", m->description.inherited,
		  m->description.node },
		{ "homepage", m->homepage.inherited, m->homepage.node },
		{ "documentation", m->documentation.inherited,
		  m->documentation.node },
		{ "readme", m->readme.inherited, m->readme.node },
		{ "keywords", m->keywords.inherited, m->keywords.node },
		{ "categories", m->categories.inherited, m->categories.node },
		{ "exclude", m->exclude.inherited, m->exclude.node },
		{ "include", m->include.inherited, m->include.node },
		{ "license", m->license.inherited, m->license.node },
		{ "license-file", m->license_file.inherited,
		  m->license_file.node },
		{ "repository", m->repository.inherited, m->repository.node },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct lint_place at = { .node = fields[i].node,
					 .subject = fields[i].key };

		if (fields[i].inherited &&
		    lint_add(&l->report, LINT_UNRESOLVED_INHERITANCE, &at,
			     "pack it with cargo package", l->err,
			     "`%s` is still inherited from a workspace",
			     fields[i].key) < 0)
			return l->err->code;
	}
	return 0;
}

static int lint_patch(struct linter *l)
{
	struct lint_place at = { .node = l->m->patch, .subject = "patch" };

	if (!l->m->patch || l->m->patch->as.map.count == 0)
		return 0;
	return lint_add(&l->report, LINT_PATCH_TABLE, &at,
			"pack it with cargo package", l->err,
			"the packed manifest has a [patch] table");
}

static int lint_publish(struct linter *l)
{
	const struct manifest_words *list = &l->m->publish;
	struct lint_place at = { .node = LINT_WHERE(l, publish),
				 .subject = "publish" };

	if (!l->m->publish_off && !list->items)
		return 0;
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], "crates-io") == 0)
			return 0;
	}
	return lint_add(&l->report, LINT_PUBLISH_DISABLED, &at,
			"remove the line `publish = ...`", l->err,
			"`publish` does not allow crates.io");
}

int manifest_lint(const struct lint_input *in, struct findings *out,
		  struct err *err)
{
	static int (*const checks[])(struct linter *) = {
		lint_name,	lint_version, lint_edition, lint_rust_version,
		lint_inherited, lint_patch,   lint_publish, lint_page,
		lint_features,	lint_deps,    lint_files,
	};
	struct linter l = { .in = in,
			    .m = in->manifest,
			    .report = { .findings = out },
			    .err = err };
	struct lint_place at = { .node = in->manifest->root,
				 .subject = "package" };

	if (!in->manifest->package)
		return lint_add(&l.report, LINT_MISSING_PACKAGE, &at,
				"run it in the folder of the crate", err,
				"there is no [package] table");
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		if (checks[i](&l) < 0)
			return err->code;
	}
	return lint_report_end(&l.report, err);
}
