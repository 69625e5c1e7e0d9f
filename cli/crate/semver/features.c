#include "crate/semver/features.h"

#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "crate/manifest/manifest.h"

void semver_features_release(struct semver_features *f)
{
	if (!f)
		return;
	map_release(&f->by_name);
	arena_release(&f->arena);
	*f = (struct semver_features){ 0 };
}

struct semver_feature *semver_features_find(const struct semver_features *f,
					    const char *name)
{
	return map_get(&f->by_name, name);
}

bool semver_feature_is_unstable(const char *name)
{
	static const char *const prefixes[] = { "_", "unstable", "nightly",
						"bench" };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* ---- what a manifest has */

static int add(struct semver_features *f, const char *name, struct err *err)
{
	struct semver_feature *new;

	if (semver_features_find(f, name))
		return 0;
	new = &f->at[f->count++];
	new->name = name;
	return map_put(&f->by_name, name, new) < 0 ? err_nomem(err) : 0;
}

/* The dependencies that some feature enables without their feature. */
static int find_named(const struct manifest *m, struct map *out,
		      struct err *err)
{
	for (size_t i = 0; i < m->feature_count; i++) {
		const struct manifest_words *values = &m->features[i].values;

		for (size_t k = 0; k < values->count; k++)
			if (strncmp(values->items[k], "dep:", 4) == 0 &&
			    map_put(out, values->items[k] + 4, out) < 0)
				return err_nomem(err);
	}
	return 0;
}

static int add_all(struct semver_features *f, const struct manifest *m,
		   struct err *err)
{
	AUTO(map_releasep) struct map named = { 0 };
	size_t room = m->feature_count;

	for (size_t i = 0; i < m->dep_count; i++)
		room += m->deps[i].optional;
	if (room > SEMVER_FEATURES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d features",
			       SEMVER_FEATURES_MAX);
	f->at = arena_calloc(&f->arena, room + 1, sizeof(*f->at));
	f->stack = arena_calloc(&f->arena, room + 1,
				sizeof(struct semver_feature *));
	if (!f->at || !f->stack)
		return err_nomem(err);
	if (find_named(m, &named, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < m->feature_count; i++)
		if (add(f, m->features[i].name, err) < 0)
			return (int)err->code;
	for (size_t i = 0; i < m->dep_count; i++)
		if (m->deps[i].optional && !map_get(&named, m->deps[i].key) &&
		    add(f, m->deps[i].key, err) < 0)
			return (int)err->code;
	return 0;
}

/* ---- what they enable */

/*
 * The feature that VALUE turns on, or NULL.  `x/y` turns on an optional
 * dependency x and the feature of that name; `x?/y` does not.
 */
static struct semver_feature *enabled_by(const struct semver_features *f,
					 const struct map *optional,
					 const char *value)
{
	const char *slash = strchr(value, '/');
	size_t len;

	if (!slash)
		return semver_features_find(f, value);
	len = (size_t)(slash - value);
	if (!map_get_n(optional, value, len))
		return NULL;
	return map_get_n(&f->by_name, value, len);
}

static int link_one(struct semver_features *f, const struct map *optional,
		    const struct manifest_feature *from, struct err *err)
{
	struct semver_feature *one = semver_features_find(f, from->name);

	one->enables = arena_calloc(&f->arena, from->values.count + 1,
				    sizeof(struct semver_feature *));
	if (!one->enables)
		return err_nomem(err);
	for (size_t i = 0; i < from->values.count; i++) {
		struct semver_feature *to =
			enabled_by(f, optional, from->values.items[i]);

		if (to && to != one)
			one->enables[one->enable_count++] = to;
	}
	return 0;
}

static int link_all(struct semver_features *f, const struct manifest *m,
		    struct err *err)
{
	AUTO(map_releasep) struct map optional = { 0 };
	size_t links = 0;

	for (size_t i = 0; i < m->feature_count; i++)
		links += m->features[i].values.count;
	if (links > SEMVER_FEATURE_LINKS_MAX)
		return err_set(err, ERR_LIMIT,
			       "features that enable more than %d others",
			       SEMVER_FEATURE_LINKS_MAX);
	for (size_t i = 0; i < m->dep_count; i++)
		if (m->deps[i].optional &&
		    map_put(&optional, m->deps[i].key, f) < 0)
			return err_nomem(err);
	for (size_t i = 0; i < m->feature_count; i++)
		if (link_one(f, &optional, &m->features[i], err) < 0)
			return (int)err->code;
	return 0;
}

/*
 * Mark what FROM enables, itself included, until NAME is met.  The stack has
 * room: what is marked is not pushed again.
 */
static bool search(struct semver_features *f, struct semver_feature *from,
		   const char *name)
{
	struct semver_feature **stack = f->stack;
	size_t depth = 0;

	f->mark++;
	from->mark = f->mark;
	stack[depth++] = from;
	while (depth > 0) {
		struct semver_feature *one = stack[--depth];

		for (size_t i = 0; i < one->enable_count; i++) {
			struct semver_feature *to = one->enables[i];

			f->steps++;
			if (to->mark == f->mark)
				continue;
			if (name && strcmp(to->name, name) == 0)
				return true;
			to->mark = f->mark;
			stack[depth++] = to;
		}
	}
	return false;
}

bool semver_feature_enables(struct semver_features *f,
			    struct semver_feature *from, const char *name)
{
	if (f->steps > SEMVER_FEATURE_STEPS_MAX)
		return true;
	return search(f, from, name);
}

int semver_features_read(const struct manifest *m, struct semver_features *out,
			 struct err *err)
{
	AUTO(semver_features_releasep) struct semver_features f = { 0 };
	struct semver_feature *start;

	if (add_all(&f, m, err) < 0 || link_all(&f, m, err) < 0)
		return (int)err->code;
	start = semver_features_find(&f, "default");
	if (start) {
		(void)search(&f, start, NULL);
		for (size_t i = 0; i < f.count; i++)
			f.at[i].is_default = f.at[i].mark == f.mark;
	}
	*out = f;
	f = (struct semver_features){ 0 };
	return 0;
}
