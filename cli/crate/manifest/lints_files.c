#include <stdio.h>
#include <string.h>

#include "crate/manifest/lints_private.h"
#include "crate/package/listing.h"

/* What the manifest and the files of the package say of each other. */

static const struct package_file *find_named(
	const struct package_listing *listing, const char *path)
{
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	return package_listing_find(listing, path);
}

static int lint_root(struct linter *l)
{
	const char *root = l->in->listing->root;
	const char *name = l->m->name.value, *version = l->m->version.value;
	struct lint_place at = { .file = root, .subject = root };
	char want[CRATE_NAME_SIZE + 160];

	if (!name || !version || !root)
		return 0;
	snprintf(want, sizeof(want), "%.64s-%.150s", name, version);
	if (strcmp(root, want) == 0)
		return 0;
	return lint_add(&l->report, LINT_WRONG_ROOT, &at, "pack it again",
			l->err,
			"the files are in '%.100s/' and should be in '%s/'",
			root, want);
}

static int lint_license_file(struct linter *l)
{
	const char *path = l->m->license_file.value;
	struct lint_place at = { .node = LINT_WHERE(l, license_file),
				 .subject = "license-file" };

	if (!path || !path[0] || find_named(l->in->listing, path))
		return 0;
	return lint_add(&l->report, LINT_MISSING_LICENSE_FILE, &at, NULL,
			l->err, "'%.200s' is not in the package", path);
}

/* How many bytes TEXT takes as a JSON string. */
static size_t json_length(const struct package_text *text)
{
	size_t len = 2;

	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->bytes[i];

		if (c == '"' || c == '\\' || (c && strchr("\b\f\n\r\t", c)))
			len += 2;
		else
			len += c < 0x20 ? 6 : 1;
	}
	return len;
}

static int lint_readme(struct linter *l)
{
	const struct package_listing *listing = l->in->listing;
	const char *path = l->m->readme.value;
	bool meant = l->in->original && l->in->original->readme_off;
	const struct package_text *text =
		path ? package_listing_text(listing, path)
		     : package_listing_readme(listing);
	bool there = text || (path && find_named(listing, path));
	struct lint_place at = { .node = LINT_WHERE(l, readme),
				 .subject = path ? path : "README.md" };

	if (!there && !meant)
		return lint_add(&l->report, LINT_MISSING_README, &at,
				"write a README.md beside Cargo.toml", l->err,
				"there is no '%.200s' in the package",
				at.subject);
	if (!text || (!text->cut && json_length(text) <= LINT_UPLOAD_JSON_MAX))
		return 0;
	return lint_add(&l->report, LINT_LARGE_README, &at,
			"move most of it into files of its own", l->err,
			"with its escapes the README has more than %d bytes",
			(int)LINT_UPLOAD_JSON_MAX);
}

static bool has_program(const struct linter *l)
{
	return l->m->bin_count > 0 ||
	       package_listing_find(l->in->listing, "src/main.rs");
}

static int lint_lockfile(struct linter *l)
{
	struct lint_place at = { .file = "Cargo.lock",
				 .subject = "Cargo.lock" };

	if (!has_program(l) ||
	    package_listing_find(l->in->listing, "Cargo.lock"))
		return 0;
	return lint_add(&l->report, LINT_MISSING_LOCKFILE, &at,
			"git add Cargo.lock", l->err,
			"the crate has a program but no Cargo.lock");
}

static int lint_commit(struct linter *l)
{
	static const char name[] = ".cargo_vcs_info.json";
	struct lint_place at = { .file = name, .subject = name };
	struct package_vcs vcs = { 0 };
	struct err why = { 0 };
	int rc = package_vcs_read(l->in->listing, &vcs, &why);

	if (rc == ERR_NOMEM)
		return err_nomem(l->err);
	if (rc < 0 || !vcs.dirty)
		return 0;
	return lint_add(&l->report, LINT_DIRTY_PACKAGE, &at,
			"git commit -a, then pack again", l->err,
			"it was packed with changes that are not in commit "
			"%.12s",
			vcs.sha1);
}

static int lint_size(struct linter *l)
{
	struct lint_place at = { .subject = "size" };

	if (l->in->package_bytes <= LINT_PACKAGE_MAX)
		return 0;
	return lint_add(&l->report, LINT_PACKAGE_TOO_LARGE, &at,
			"add to [package]: exclude = [\"...\"]", l->err,
			"the package has %llu bytes, %d are allowed",
			(unsigned long long)l->in->package_bytes,
			(int)LINT_PACKAGE_MAX);
}

int lint_files(struct linter *l)
{
	if (lint_size(l) < 0)
		return l->err->code;
	if (!l->in->listing)
		return 0;
	if (lint_root(l) < 0 || lint_license_file(l) < 0 ||
	    lint_readme(l) < 0 || lint_lockfile(l) < 0)
		return l->err->code;
	return lint_commit(l);
}
