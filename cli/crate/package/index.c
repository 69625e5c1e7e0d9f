#include "crate/package/index.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/semver.h"
#include "base/strbuf.h"

/* What crates.io is called in the index of another registry. */
static const char index_crates_io[] =
	"https://github.com/rust-lang/crates.io-index";

int index_path(const char *name, char out[INDEX_PATH_SIZE], struct err *err)
{
	char low[CRATE_NAME_SIZE];
	size_t len = strlen(name);

	if (!crate_name_is_valid(name))
		return err_set(err, ERR_FORMAT, "no crate can be called '%s'",
			       name);
	for (size_t i = 0; i <= len; i++)
		low[i] = name[i] >= 'A' && name[i] <= 'Z'
				 ? (char)(name[i] - 'A' + 'a')
				 : name[i];
	if (len <= 2)
		snprintf(out, INDEX_PATH_SIZE, "%zu/%s", len, low);
	else if (len == 3)
		snprintf(out, INDEX_PATH_SIZE, "3/%c/%s", low[0], low);
	else
		snprintf(out, INDEX_PATH_SIZE, "%.2s/%.2s/%s", low, low + 2,
			 low);
	return 0;
}

/* ---- a line */

/* KEY: VALUE of OBJECT, taking VALUE even where it cannot be set. */
static int set(json_t *object, const char *key, json_t *value, struct err *err)
{
	if (json_object_set_new(object, key, value) < 0)
		return err_nomem(err);
	return 0;
}

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *words(const struct manifest_words *words, struct err *err)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < words->count; i++) {
		if (json_array_append_new(list, json_string(words->items[i])) <
		    0) {
			json_decref(list);
			list = NULL;
		}
	}
	if (!list)
		(void)err_nomem(err);
	return list;
}

/* "0.1" as "^0.1"; nothing at all counts as "*". */
static int normal_req(const struct manifest_dep *d, struct strbuf *out,
		      struct err *err)
{
	struct semver_req req;

	if (semver_req_parse(d->req.value ? d->req.value : "*", &req, err) < 0)
		return err_context(err, "dependency '%s'", d->key);
	semver_req_format(&req, out);
	return strbuf_check(out, err);
}

static const char *registry_of(const struct index_spec *spec,
			       const struct manifest_dep *d)
{
	if (d->registry_index.value)
		return d->registry_index.value;
	if (!spec->own)
		return NULL;
	for (size_t i = 0; i < spec->own_count; i++) {
		if (strcmp(spec->own[i], d->package) == 0)
			return NULL;
	}
	return index_crates_io;
}

static int fill_dep(const struct index_spec *spec, const struct manifest_dep *d,
		    json_t *dep, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf req = { 0 };
	const char *registry = registry_of(spec, d);
	json_t *features;

	if (normal_req(d, &req, err) < 0)
		return err->code;
	features = words(&d->features, err);
	if (!features || set(dep, "features", features, err) < 0 ||
	    set(dep, "name", json_string(d->key), err) < 0 ||
	    set(dep, "req", json_string(strbuf_str(&req)), err) < 0 ||
	    set(dep, "optional", json_boolean(d->optional), err) < 0 ||
	    set(dep, "default_features", json_boolean(d->default_features),
		err) < 0 ||
	    set(dep, "target", text_or_null(d->target), err) < 0 ||
	    set(dep, "kind", json_string(dep_kind_name(d->kind)), err) < 0)
		return err->code;
	if (registry && set(dep, "registry", json_string(registry), err) < 0)
		return err->code;
	if (d->renamed && set(dep, "package", json_string(d->package), err) < 0)
		return err->code;
	return 0;
}

static int fill_deps(const struct index_spec *spec, json_t *list,
		     struct err *err)
{
	const struct manifest *m = spec->manifest;

	for (size_t i = 0; i < m->dep_count; i++) {
		json_t *dep = json_object();

		if (json_array_append_new(list, dep) < 0)
			return err_nomem(err);
		if (fill_dep(spec, &m->deps[i], dep, err) < 0)
			return err->code;
	}
	return 0;
}

static bool needs_new_syntax(const struct manifest_feature *f)
{
	for (size_t i = 0; i < f->values.count; i++) {
		if (strncmp(f->values.items[i], "dep:", 4) == 0 ||
		    strstr(f->values.items[i], "?/"))
			return true;
	}
	return false;
}

/* F enables a feature that is in TABLE. */
static bool enables_one_of(const struct manifest_feature *f,
			   const json_t *table)
{
	for (size_t i = 0; i < f->values.count; i++) {
		if (json_object_get(table, f->values.items[i]))
			return true;
	}
	return false;
}

/*
 * What an old cargo could not read goes into NEW; so does what enables it,
 * and what enables that, until nothing moves.
 */
static int split_features(const struct manifest *m, json_t *old, json_t *new,
			  struct err *err)
{
	size_t moved;

	do {
		moved = 0;
		for (size_t i = 0; i < m->feature_count; i++) {
			const struct manifest_feature *f = &m->features[i];
			json_t *values;

			if (json_object_get(new, f->name) ||
			    !(needs_new_syntax(f) || enables_one_of(f, new)))
				continue;
			values = words(&f->values, err);
			if (!values || set(new, f->name, values, err) < 0)
				return err->code;
			moved++;
		}
	} while (moved > 0);
	for (size_t i = 0; i < m->feature_count; i++) {
		const struct manifest_feature *f = &m->features[i];
		json_t *values;

		if (json_object_get(new, f->name))
			continue;
		values = words(&f->values, err);
		if (!values || set(old, f->name, values, err) < 0)
			return err->code;
	}
	return 0;
}

static int fill_features(const struct manifest *m, json_t *line,
			 struct err *err)
{
	json_t *old = json_object(), *new;

	if (set(line, "features", old, err) < 0)
		return err->code;
	new = json_object();
	if (set(line, "features2", new, err) < 0 ||
	    split_features(m, old, new, err) < 0)
		return err->code;
	if (json_object_size(new) > 0)
		return set(line, "v", json_integer(2), err);
	(void)json_object_del(line, "features2");
	return 0;
}

static int fill_line(const struct index_spec *spec, json_t *line,
		     struct err *err)
{
	const struct manifest *m = spec->manifest;
	json_t *deps = json_array();

	if (set(line, "deps", deps, err) < 0 ||
	    fill_deps(spec, deps, err) < 0 || fill_features(m, line, err) < 0 ||
	    set(line, "name", json_string(m->name.value), err) < 0 ||
	    set(line, "vers", json_string(m->version.value), err) < 0 ||
	    set(line, "cksum", json_string(spec->sha256), err) < 0 ||
	    set(line, "yanked", json_false(), err) < 0)
		return err->code;
	if (m->links.value &&
	    set(line, "links", json_string(m->links.value), err) < 0)
		return err->code;
	if (m->rust_version.value &&
	    set(line, "rust_version", json_string(m->rust_version.value), err) <
		    0)
		return err->code;
	return 0;
}

int index_line(const struct index_spec *spec, struct strbuf *out,
	       struct err *err)
{
	AUTO(json_decrefp) json_t *line = NULL;

	if (!spec->manifest->name.value || !spec->manifest->version.value)
		return err_set(err, ERR_FORMAT,
			       "the manifest has no name or no version");
	line = json_object();
	if (!line)
		return err_nomem(err);
	if (fill_line(spec, line, err) < 0)
		return err->code;
	return json_write_line(line, out, err);
}
