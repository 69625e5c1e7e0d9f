#include "gate/packages.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/parse.h"
#include "gate/gate_internal.h"
#include "io/file.h"

enum {
	MANIFEST_MAX = 1 << 20
};

void packages_release(struct packages *p)
{
	if (!p)
		return;
	arena_release(&p->arena);
	*p = (struct packages){ 0 };
}

const struct package *packages_find(const struct packages *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->items[i].name, name) == 0)
			return &p->items[i];
	return NULL;
}

bool package_has_feature(const struct package *p, const char *name)
{
	for (size_t i = 0; i < p->feature_count; i++)
		if (strcmp(p->features[i], name) == 0)
			return true;
	return false;
}

/* ---- reading what cargo wrote */

static const struct node *get(const struct node *map, const char *key,
			      enum node_kind kind)
{
	const struct node *n =
		map && map->kind == NODE_MAP ? node_get(map, key) : NULL;

	return n && n->kind == kind ? n : NULL;
}

static const char *text(const struct node *map, const char *key)
{
	const struct node *n = get(map, key, NODE_STR);

	return n ? n->as.str.bytes : NULL;
}

static bool has_word(const struct node *list, const char *word)
{
	for (size_t i = 0; list && i < list->as.list.count; i++) {
		const struct node *n = list->as.list.items[i];

		if (n->kind == NODE_STR && strcmp(n->as.str.bytes, word) == 0)
			return true;
	}
	return false;
}

/* The first KINDS has of which a target of PACKAGE is one, or NULL. */
static const char *target_kind(const struct node *package,
			       const char *const *kinds, size_t count)
{
	const struct node *targets = get(package, "targets", NODE_LIST);

	for (size_t i = 0; targets && i < targets->as.list.count; i++) {
		const struct node *kind =
			get(targets->as.list.items[i], "kind", NODE_LIST);

		for (size_t k = 0; k < count; k++)
			if (has_word(kind, kinds[k]))
				return kinds[k];
	}
	return NULL;
}

static void read_library(const struct node *package, struct package *out)
{
	static const char *const linked[] = { "lib", "rlib" };
	static const char *const others[] = { "cdylib", "dylib", "staticlib",
					      "proc-macro" };

	out->has_library = target_kind(package, linked, ARRAY_LEN(linked));
	if (out->has_library)
		return;
	out->unlinkable = target_kind(package, others, ARRAY_LEN(others));
	out->has_library = out->unlinkable;
}

static int read_features(const struct node *package, struct package *out,
			 struct arena *arena, struct err *err)
{
	const struct node *map = get(package, "features", NODE_MAP);
	size_t count = map ? map->as.map.count : 0;
	const char **names = arena_calloc(arena, count + 1, sizeof(*names));

	if (!names)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		names[i] = map->as.map.entries[i].key->as.str.bytes;
	out->features = names;
	out->feature_count = count;
	return 0;
}

static int read_package(const struct node *n, const struct node *defaults,
			struct package *out, struct arena *arena,
			struct err *err)
{
	const struct node *publish = get(n, "publish", NODE_LIST);
	const char *id = text(n, "id"), *edition = text(n, "edition");

	out->name = text(n, "name");
	out->version = text(n, "version");
	out->manifest = text(n, "manifest_path");
	if (!out->name || !out->version || !out->manifest || !id)
		return err_set(err, ERR_FORMAT,
			       "cargo metadata names no package");
	if (edition && !parse_u32(edition, &out->edition))
		out->edition = 0;
	read_library(n, out);
	out->is_published = !publish || publish->as.list.count > 0;
	out->is_default = has_word(defaults, id);
	return read_features(n, out, arena, err);
}

static bool is_below(const char *path, const char *root)
{
	size_t len = strlen(root);

	return strncmp(path, root, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

static void note_outside(struct packages *p, const struct node *package)
{
	const struct node *deps = get(package, "dependencies", NODE_LIST);

	for (size_t i = 0; deps && i < deps->as.list.count; i++) {
		const char *path = text(deps->as.list.items[i], "path");

		if (path && !is_below(path, p->root))
			p->outside[p->outside_count++] = path;
	}
}

static size_t count_dependencies(const struct node *packages)
{
	size_t n = 0;

	for (size_t i = 0; i < packages->as.list.count; i++) {
		const struct node *deps = get(packages->as.list.items[i],
					      "dependencies", NODE_LIST);

		n += deps ? deps->as.list.count : 0;
	}
	return n;
}

static int read_all(const struct node *root, struct packages *p,
		    struct err *err)
{
	const struct node *list = get(root, "packages", NODE_LIST);
	const struct node *defaults =
		get(root, "workspace_default_members", NODE_LIST);

	p->root = text(root, "workspace_root");
	if (!p->root || !list)
		return err_set(err, ERR_FORMAT,
			       "cargo metadata has no workspace");
	p->metadata = get(root, "metadata", NODE_MAP);
	p->items = arena_calloc(&p->arena, list->as.list.count + 1,
				sizeof(*p->items));
	p->outside = arena_calloc(&p->arena, count_dependencies(list) + 1,
				  sizeof(*p->outside));
	if (!p->items || !p->outside)
		return err_nomem(err);
	for (size_t i = 0; i < list->as.list.count; i++) {
		if (read_package(list->as.list.items[i], defaults,
				 &p->items[p->count], &p->arena, err) < 0)
			return (int)err->code;
		note_outside(p, list->as.list.items[i]);
		p->count++;
	}
	return 0;
}

/* cargo's first error, the first cause that it gives, and the place. */
static int cannot_read(const char *log, const char *manifest, struct err *err)
{
	const char *cause = strstr(log, "Caused by:\n");
	struct cargo_error e;

	if (!cargo_first_error(log, &e))
		(void)err_set(err, ERR_FORMAT, "cargo metadata failed");
	else if (!cause)
		(void)err_set(err, ERR_FORMAT, "%s", e.message);
	else {
		cause += strlen("Caused by:\n");
		cause += strspn(cause, " ");
		(void)err_set(err, ERR_FORMAT, "%s: %.*s", e.message,
			      (int)strcspn(cause, "\n"), cause);
	}
	if (strstr(err->msg, manifest))
		return (int)err->code;
	return err_context(err, "%s", manifest);
}

int packages_read(const struct gate_env *env, const char *work,
		  const char *manifest, struct packages *out, struct err *err)
{
	const char *args[] = { "metadata", "--no-deps", "--format-version",
			       "1",	   "--offline", "--manifest-path",
			       manifest,   NULL };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	AUTO(packages_releasep) struct packages p = { 0 };
	const struct node *root;

	if (cargo_ask(env, work, args, &r, err) < 0)
		return (int)err->code;
	if (r.exit_status != 0)
		return cannot_read(strbuf_str(&r.err), manifest, err);
	if (json_read(strbuf_str(&r.out), r.out.len, "cargo metadata", &p.arena,
		      &root, err) < 0 ||
	    read_all(root, &p, err) < 0)
		return (int)err->code;
	*out = p;
	p = (struct packages){ 0 };
	return 0;
}

uint32_t package_line_of_kind(const struct package *p)
{
	static const char *const keys[] = { "crate-type", "crate_type",
					    "proc-macro", "proc_macro" };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct err ignored = { 0 };
	uint32_t line = 1;

	if (file_read(p->manifest, MANIFEST_MAX, &text, &ignored) < 0)
		return 0;
	for (const char *at = strbuf_str(&text); *at; line++) {
		at += strspn(at, " \t");
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			if (strncmp(at, keys[i], strlen(keys[i])) == 0)
				return line;
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return 0;
}
