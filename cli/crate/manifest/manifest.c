#include "crate/manifest/manifest.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "crate/manifest/toml.h"

struct reader {
	struct arena *arena;
	struct err *err;
};

static int wrong_kind(struct reader *r, const struct node *n, const char *key,
		      const char *want)
{
	return node_err(n, r->err, ERR_FORMAT, "'%s' must be %s, not a %s", key,
			want, node_kind_name(n->kind));
}

/* `{ workspace = true }` */
static bool is_inherited(const struct node *n)
{
	const struct node *flag = node_get(n, "workspace");

	return flag && flag->kind == NODE_BOOL && flag->as.boolean;
}

static int read_text(struct reader *r, const struct node *table,
		     const char *key, struct manifest_text *out)
{
	const struct node *n = node_get(table, key);

	if (!n)
		return 0;
	out->node = n;
	out->inherited = is_inherited(n);
	if (out->inherited)
		return 0;
	if (n->kind != NODE_STR)
		return wrong_kind(r, n, key, "a string");
	out->value = n->as.str.bytes;
	return 0;
}

static int read_words(struct reader *r, const struct node *table,
		      const char *key, struct manifest_words *out)
{
	const struct node *n = node_get(table, key);
	const struct node **nodes;
	const char **items;

	if (!n)
		return 0;
	out->node = n;
	out->inherited = is_inherited(n);
	if (out->inherited)
		return 0;
	if (n->kind != NODE_LIST)
		return wrong_kind(r, n, key, "a list of strings");
	items = arena_calloc(r->arena, n->as.list.count, sizeof(*items));
	nodes = arena_calloc(r->arena, n->as.list.count, sizeof(*nodes));
	if (!items || !nodes)
		return err_nomem(r->err);
	for (size_t i = 0; i < n->as.list.count; i++) {
		nodes[i] = n->as.list.items[i];
		if (nodes[i]->kind != NODE_STR)
			return wrong_kind(r, nodes[i], key,
					  "a list of strings");
		items[i] = nodes[i]->as.str.bytes;
	}
	out->items = items;
	out->nodes = nodes;
	out->count = n->as.list.count;
	return 0;
}

/* A member that is true or false; anything else counts as not there. */
static bool flag_or(const struct node *table, const char *key, bool fallback)
{
	const struct node *n = node_get(table, key);

	return n && n->kind == NODE_BOOL ? n->as.boolean : fallback;
}

/* The table KEY of PARENT in *OUT, or NULL there. */
static int find_table(struct reader *r, const struct node *parent,
		      const char *key, const struct node **out)
{
	const struct node *n = node_get(parent, key);

	*out = NULL;
	if (n && n->kind != NODE_MAP)
		return wrong_kind(r, n, key, "a table");
	*out = n;
	return 0;
}

/* ---- [package] */

static int read_texts(struct reader *r, struct manifest *m)
{
	const struct {
		const char *key;
		struct manifest_text *text;
	} texts[] = {
		{ "name", &m->name },
		{ "version", &m->version },
		{ "edition", &m->edition },
		{ "rust-version", &m->rust_version },
		{ "description", &m->description },
		{ "license", &m->license },
		{ "license-file", &m->license_file },
		{ "homepage", &m->homepage },
		{ "documentation", &m->documentation },
		{ "repository", &m->repository },
		{ "links", &m->links },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (read_text(r, m->package, texts[i].key, texts[i].text) < 0)
			return r->err->code;
	}
	return 0;
}

static int read_lists(struct reader *r, struct manifest *m)
{
	const struct {
		const char *key;
		struct manifest_words *words;
	} lists[] = {
		{ "authors", &m->authors },	  { "keywords", &m->keywords },
		{ "categories", &m->categories }, { "include", &m->include },
		{ "exclude", &m->exclude },
	};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (read_words(r, m->package, lists[i].key, lists[i].words) < 0)
			return r->err->code;
	}
	return 0;
}

/* `readme` and `publish` may be a boolean instead. */
static int read_switches(struct reader *r, struct manifest *m)
{
	const struct node *readme = node_get(m->package, "readme");
	const struct node *publish = node_get(m->package, "publish");

	if (readme && readme->kind == NODE_BOOL) {
		m->readme.node = readme;
		m->readme_off = !readme->as.boolean;
		m->readme.value = m->readme_off ? NULL : "README.md";
	} else if (read_text(r, m->package, "readme", &m->readme) < 0) {
		return r->err->code;
	}
	if (publish && publish->kind == NODE_BOOL) {
		m->publish.node = publish;
		m->publish_off = !publish->as.boolean;
		return 0;
	}
	return read_words(r, m->package, "publish", &m->publish);
}

static int read_package(struct reader *r, struct manifest *m)
{
	if (find_table(r, m->root, "package", &m->package) < 0)
		return r->err->code;
	/* what [package] was called until 2014; cargo and crates.io take it */
	if (!m->package && find_table(r, m->root, "project", &m->package) < 0)
		return r->err->code;
	if (!m->package)
		return 0;
	if (read_texts(r, m) < 0 || read_lists(r, m) < 0)
		return r->err->code;
	return read_switches(r, m);
}

/* ---- dependencies */

static int read_dep_table(struct reader *r, const struct node *n,
			  struct manifest_dep *d)
{
	struct manifest_text package = { 0 };

	d->inherited = is_inherited(n);
	d->optional = flag_or(n, "optional", false);
	d->default_features = flag_or(n, "default-features",
				      flag_or(n, "default_features", true));
	d->has_git = node_get(n, "git") != NULL;
	if (read_text(r, n, "version", &d->req) < 0 ||
	    read_text(r, n, "path", &d->path) < 0 ||
	    read_text(r, n, "package", &package) < 0 ||
	    read_text(r, n, "registry", &d->registry) < 0 ||
	    read_text(r, n, "registry-index", &d->registry_index) < 0 ||
	    read_words(r, n, "features", &d->features) < 0)
		return r->err->code;
	if (package.value) {
		d->package = package.value;
		d->renamed = strcmp(d->package, d->key) != 0;
	}
	return 0;
}

static int read_dep(struct reader *r, const struct node_entry *entry,
		    struct manifest_dep *d)
{
	const struct node *n = entry->value;

	d->key = entry->key->as.str.bytes;
	d->key_node = entry->key;
	d->package = d->key;
	d->default_features = true;
	if (n->kind == NODE_MAP)
		return read_dep_table(r, n, d);
	if (n->kind != NODE_STR)
		return wrong_kind(r, n, d->key, "a version or a table");
	d->req.node = n;
	d->req.value = n->as.str.bytes;
	return 0;
}

static const char *const dep_tables[][2] = {
	[DEP_NORMAL] = { "dependencies", "dependencies" },
	[DEP_DEV] = { "dev-dependencies", "dev_dependencies" },
	[DEP_BUILD] = { "build-dependencies", "build_dependencies" },
};

/* The table of KIND in PARENT, by either spelling, or NULL. */
static int find_deps(struct reader *r, const struct node *parent,
		     enum dep_kind kind, const struct node **out)
{
	for (size_t i = 0; i < 2; i++) {
		if (find_table(r, parent, dep_tables[kind][i], out) < 0)
			return r->err->code;
		if (*out)
			return 0;
	}
	return 0;
}

/*
 * Count the dependencies of PARENT, the root or a target's table; and read
 * them, if DEPS is given.
 */
static int read_deps_of(struct reader *r, const struct node *parent,
			const char *target, struct manifest_dep *deps,
			size_t *count)
{
	for (int kind = DEP_NORMAL; kind <= DEP_BUILD; kind++) {
		const struct node *table;

		if (find_deps(r, parent, (enum dep_kind)kind, &table) < 0)
			return r->err->code;
		for (size_t i = 0; table && i < table->as.map.count; i++) {
			struct manifest_dep *d = deps ? &deps[*count] : NULL;

			++*count;
			if (!d)
				continue;
			d->kind = (enum dep_kind)kind;
			d->target = target;
			if (read_dep(r, &table->as.map.entries[i], d) < 0)
				return r->err->code;
		}
	}
	return 0;
}

static int read_all_deps(struct reader *r, const struct node *root,
			 struct manifest_dep *deps, size_t *count)
{
	const struct node *targets;

	*count = 0;
	if (read_deps_of(r, root, NULL, deps, count) < 0 ||
	    find_table(r, root, "target", &targets) < 0)
		return r->err->code;
	for (size_t i = 0; targets && i < targets->as.map.count; i++) {
		const struct node_entry *e = &targets->as.map.entries[i];
		const char *name = e->key->as.str.bytes;

		if (e->value->kind != NODE_MAP)
			return wrong_kind(r, e->value, name, "a table");
		if (read_deps_of(r, e->value, name, deps, count) < 0)
			return r->err->code;
	}
	return 0;
}

static int read_deps(struct reader *r, struct manifest *m)
{
	struct manifest_dep *deps;

	if (read_all_deps(r, m->root, NULL, &m->dep_count) < 0)
		return r->err->code;
	deps = arena_calloc(r->arena, m->dep_count, sizeof(*deps));
	if (!deps)
		return err_nomem(r->err);
	m->deps = deps;
	return read_all_deps(r, m->root, deps, &m->dep_count);
}

/* ---- features and targets */

static int read_features(struct reader *r, struct manifest *m)
{
	struct manifest_feature *features;
	const struct node *table;

	if (find_table(r, m->root, "features", &table) < 0)
		return r->err->code;
	if (!table)
		return 0;
	features =
		arena_calloc(r->arena, table->as.map.count, sizeof(*features));
	if (!features)
		return err_nomem(r->err);
	for (size_t i = 0; i < table->as.map.count; i++) {
		const struct node *key = table->as.map.entries[i].key;

		features[i].name = key->as.str.bytes;
		features[i].key_node = key;
		if (read_words(r, table, features[i].name,
			       &features[i].values) < 0)
			return r->err->code;
	}
	m->features = features;
	m->feature_count = table->as.map.count;
	return 0;
}

static int read_target(struct reader *r, const struct node *table,
		       struct manifest_target *out)
{
	out->node = table;
	out->proc_macro = flag_or(table, "proc-macro",
				  flag_or(table, "proc_macro", false));
	if (read_text(r, table, "name", &out->name) < 0)
		return r->err->code;
	return read_text(r, table, "path", &out->path);
}

static int read_bins(struct reader *r, struct manifest *m)
{
	const struct node *list = node_get(m->root, "bin");
	struct manifest_target *bins;

	if (!list)
		return 0;
	if (list->kind != NODE_LIST)
		return wrong_kind(r, list, "bin", "an array of tables");
	bins = arena_calloc(r->arena, list->as.list.count, sizeof(*bins));
	if (!bins)
		return err_nomem(r->err);
	for (size_t i = 0; i < list->as.list.count; i++) {
		const struct node *table = list->as.list.items[i];

		if (table->kind != NODE_MAP)
			return wrong_kind(r, table, "bin",
					  "an array of tables");
		if (read_target(r, table, &bins[i]) < 0)
			return r->err->code;
	}
	m->bins = bins;
	m->bin_count = list->as.list.count;
	return 0;
}

static int read_targets(struct reader *r, struct manifest *m)
{
	const struct node *lib;

	if (find_table(r, m->root, "lib", &lib) < 0)
		return r->err->code;
	if (lib && read_target(r, lib, &m->lib) < 0)
		return r->err->code;
	return read_bins(r, m);
}

int manifest_read(const char *bytes, size_t len, const char *file,
		  struct arena *arena, struct manifest *out, struct err *err)
{
	struct reader r = { arena, err };
	struct manifest m = { 0 };

	/* as tolerant as the cargo that the student has */
	if (toml_read(bytes, len, file, TOML_1_1, arena, &m.root, err) < 0)
		return err->code;
	if (find_table(&r, m.root, "patch", &m.patch) < 0 ||
	    find_table(&r, m.root, "workspace", &m.workspace) < 0 ||
	    read_package(&r, &m) < 0 || read_deps(&r, &m) < 0 ||
	    read_features(&r, &m) < 0 || read_targets(&r, &m) < 0)
		return err->code;
	*out = m;
	return 0;
}

/* ---- looking things up */

static bool same_or_null(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

const struct manifest_dep *manifest_find_dep(const struct manifest *m,
					     const struct manifest_dep *dep)
{
	for (size_t i = 0; i < m->dep_count; i++) {
		const struct manifest_dep *d = &m->deps[i];

		if (d->kind == dep->kind && strcmp(d->key, dep->key) == 0 &&
		    same_or_null(d->target, dep->target))
			return d;
	}
	return NULL;
}

const struct manifest_feature *manifest_find_feature(const struct manifest *m,
						     const char *name)
{
	for (size_t i = 0; i < m->feature_count; i++) {
		if (strcmp(m->features[i].name, name) == 0)
			return &m->features[i];
	}
	return NULL;
}

const char *dep_kind_name(enum dep_kind kind)
{
	static const char *const names[] = { "normal", "dev", "build" };

	return names[kind];
}
