#include <stdio.h>
#include <string.h>

#include "base/semver.h"
#include "crate/manifest/lints_private.h"

/* ---- features */

/*
 * The server wants Unicode's XID classes for what is not ASCII.  We let every
 * such character pass: cargo refuses the wrong ones before it packs, so no
 * package has them, and a table of Unicode would age.
 */
static bool is_feature_char(char c, bool first)
{
	if ((unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')
		return true;
	return !first && c && strchr("+-.", c);
}

static bool feature_name_is_valid(const char *name)
{
	if (!is_feature_char(name[0], true))
		return false;
	while (*name && is_feature_char(*name, false))
		name++;
	return *name == '\0';
}

/* "feature", "dep:x", "x/feature" or "x?/feature" */
static bool feature_value_is_valid(const char *value)
{
	const char *slash = strchr(value, '/');
	char key[CRATE_NAME_SIZE + 1];
	size_t len;

	if (!slash)
		return strncmp(value, "dep:", 4) == 0
			       ? dep_key_is_valid(value + 4)
			       : feature_name_is_valid(value);
	len = (size_t)(slash - value);
	if (len > 0 && value[len - 1] == '?')
		len--;
	if (len > CRATE_NAME_MAX)
		return false;
	memcpy(key, value, len);
	key[len] = '\0';
	return dep_key_is_valid(key) && feature_name_is_valid(slash + 1);
}

static const struct node *feature_place(const struct linter *l,
					const struct manifest_feature *f)
{
	const struct manifest_feature *o =
		l->in->original
			? manifest_find_feature(l->in->original, f->name)
			: NULL;

	return lint_where(l, o ? o->key_node : NULL, f->key_node);
}

static int lint_feature(struct linter *l, const struct manifest_feature *f)
{
	struct lint_place at = { .node = feature_place(l, f),
				 .subject = f->name };

	if (!feature_name_is_valid(f->name) &&
	    lint_add(&l->report, LINT_INVALID_FEATURE, &at, NULL, l->err,
		     "'%.80s' is no name for a feature", f->name) < 0)
		return l->err->code;
	if (f->values.count > LINT_FEATURES_MAX &&
	    lint_add(&l->report, LINT_TOO_MANY_FEATURES, &at, NULL, l->err,
		     "feature '%.80s' enables %zu, 300 are allowed", f->name,
		     f->values.count) < 0)
		return l->err->code;
	for (size_t i = 0; i < f->values.count; i++) {
		if (!feature_value_is_valid(f->values.items[i]) &&
		    lint_add(&l->report, LINT_INVALID_FEATURE, &at, NULL,
			     l->err,
			     "feature '%.80s' enables '%.80s', which is "
			     "neither a feature nor one of a dependency",
			     f->name, f->values.items[i]) < 0)
			return l->err->code;
	}
	return 0;
}

int lint_features(struct linter *l)
{
	struct lint_place at = { .node = lint_where(l, NULL, NULL),
				 .subject = "features" };

	if (l->m->feature_count > LINT_FEATURES_MAX &&
	    lint_add(&l->report, LINT_TOO_MANY_FEATURES, &at, NULL, l->err,
		     "%zu features, 300 are allowed", l->m->feature_count) < 0)
		return l->err->code;
	for (size_t i = 0; i < l->m->feature_count; i++) {
		if (lint_feature(l, &l->m->features[i]) < 0)
			return l->err->code;
	}
	return 0;
}

/* ---- dependencies */

static int lint_dep_names(struct linter *l, const struct manifest_dep *d,
			  const struct lint_place *at)
{
	char mend[160];

	if (!crate_name_is_valid(d->package) &&
	    lint_add(&l->report, LINT_INVALID_DEPENDENCY_NAME, at, NULL, l->err,
		     "no crate can be called '%.80s'", d->package) < 0)
		return l->err->code;
	if (d->renamed && !dep_key_is_valid(d->key) &&
	    lint_add(&l->report, LINT_INVALID_DEPENDENCY_NAME, at, NULL, l->err,
		     "a dependency cannot be called '%.80s'", d->key) < 0)
		return l->err->code;
	for (size_t i = 0; i < d->features.count; i++) {
		if (!feature_value_is_valid(d->features.items[i]) &&
		    lint_add(&l->report, LINT_INVALID_FEATURE, at, NULL, l->err,
			     "it asks '%.80s' for the feature '%.80s', which "
			     "is no feature",
			     d->package, d->features.items[i]) < 0)
			return l->err->code;
	}
	for (size_t i = 0; i < l->in->taken_count; i++) {
		const char *name = l->in->taken[i];

		if (!crate_name_same(name, d->package) ||
		    strcmp(name, d->package) == 0)
			continue;
		snprintf(mend, sizeof(mend), "write the dependency as %s",
			 name);
		return lint_add(&l->report, LINT_DEPENDENCY_SPELLING, at, mend,
				l->err, "the crate '%.80s' is called '%s'",
				d->package, name);
	}
	return 0;
}

static int lint_dep_req(struct linter *l, const struct manifest_dep *d,
			const struct lint_place *at)
{
	struct err why = { 0 };
	struct semver_req req;
	char mend[160];

	snprintf(mend, sizeof(mend), "give it a version, as in %.80s = \"1\"",
		 d->key);
	if (!d->req.value)
		return lint_add(
			&l->report, LINT_WILDCARD_REQUIREMENT, at, mend, l->err,
			"'%.80s' has no version, which counts as *", d->key);
	if (semver_req_parse(d->req.value, &req, &why) < 0)
		return lint_add(&l->report, LINT_INVALID_REQUIREMENT, at, mend,
				l->err, "%s", why.msg);
	if (!semver_req_is_any(&req))
		return 0;
	return lint_add(&l->report, LINT_WILDCARD_REQUIREMENT, at, mend, l->err,
			"'%.80s' takes any version", d->key);
}

/* cargo's own name for crates.io is the only index that may stay. */
static bool index_is_crates_io(const char *url)
{
	static const char suffix[] = "/rust-lang/crates.io-index";
	size_t len = strlen(url), suffix_len = sizeof(suffix) - 1;

	return len > suffix_len && strcmp(url + len - suffix_len, suffix) == 0;
}

static int lint_dep_registry(struct linter *l, const struct manifest_dep *d,
			     const struct lint_place *at)
{
	const char *registry = d->registry.value;
	const char *index = d->registry_index.value;

	if ((!registry || registry[0] == '\0') &&
	    (!index || index_is_crates_io(index)))
		return 0;
	return lint_add(&l->report, LINT_FOREIGN_REGISTRY, at,
			"remove the key `registry` from the dependency and "
			"pack again",
			l->err, "'%.80s' comes from the registry '%.200s'",
			d->key, registry ? registry : index);
}

static int lint_dep(struct linter *l, const struct manifest_dep *d)
{
	const struct manifest_dep *o =
		l->in->original ? manifest_find_dep(l->in->original, d) : NULL;
	struct lint_place at = { .node = lint_where(l, o ? o->key_node : NULL,
						    d->key_node),
				 .subject = d->key };

	if (d->inherited)
		return lint_add(&l->report, LINT_UNRESOLVED_INHERITANCE, &at,
				"pack it with cargo package", l->err,
				"dependency '%.80s' is still inherited from a "
				"workspace",
				d->key);
	if (lint_dep_names(l, d, &at) < 0 || lint_dep_req(l, d, &at) < 0)
		return l->err->code;
	return lint_dep_registry(l, d, &at);
}

int lint_deps(struct linter *l)
{
	struct lint_place at = { .node = lint_where(l, NULL, NULL),
				 .subject = "dependencies" };

	if (l->m->dep_count > LINT_DEPENDENCIES_MAX &&
	    lint_add(&l->report, LINT_TOO_MANY_DEPENDENCIES, &at, NULL, l->err,
		     "%zu dependencies, 500 are allowed", l->m->dep_count) < 0)
		return l->err->code;
	for (size_t i = 0; i < l->m->dep_count; i++) {
		if (lint_dep(l, &l->m->deps[i]) < 0)
			return l->err->code;
	}
	return 0;
}
