#include "gate/fetched_crate.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "gate/gate_internal.h"
#include "gate/resolve.h"
#include "io/file.h"

/* ---- the placeholder */

static int write_at(const char *dir, const char *name, const char *text,
		    struct err *err)
{
	AUTO(str_freep) char *path = path_joined(dir, name);

	if (!path)
		return err_nomem(err);
	return file_write_cache(path, text, strlen(text), err);
}

/* CRATE and REQUIREMENT were parsed before: neither has a quote. */
static int write_placeholder(const char *dir, const char *crate,
			     const char *requirement, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf toml = { 0 };
	AUTO(str_freep) char *src = path_joined(dir, "src");

	strbuf_addf(&toml,
		    "[package]\nname = \"cohort-placeholder\"\n"
		    "version = \"0.0.0\"\nedition = \"2021\"\n"
		    "[workspace]\n[dependencies]\nbaseline = { package = "
		    "\"%s\", version = \"%s\", default-features = false }\n",
		    crate, requirement);
	if (!src)
		return err_nomem(err);
	if (strbuf_check(&toml, err) < 0 || file_make_dirs(src, err) < 0 ||
	    write_at(src, "lib.rs", "", err) < 0)
		return (int)err->code;
	return write_at(dir, "Cargo.toml", strbuf_str(&toml), err);
}

/* ---- what cargo took */

static const char *text(const struct node *map, const char *key)
{
	const struct node *n =
		map->kind == NODE_MAP ? node_get(map, key) : NULL;

	return n && n->kind == NODE_STR ? n->as.str.bytes : NULL;
}

/* CRATE among the packages of cargo's metadata: the one that has a source. */
static int take(const struct node *root, const char *crate,
		struct fetched_crate *out, struct err *err)
{
	const struct node *list;

	if (node_list(root, "packages", &list, err) < 0)
		return (int)err->code;
	for (size_t i = 0; list && i < list->as.list.count; i++) {
		const struct node *n = list->as.list.items[i];
		const char *name = text(n, "name"),
			   *version = text(n, "version"),
			   *manifest = text(n, "manifest_path");

		if (!name || !version || !manifest || !text(n, "source") ||
		    strcmp(name, crate) != 0 || !strchr(manifest, '/') ||
		    strlen(version) >= sizeof(out->version))
			continue;
		memcpy(out->version, version, strlen(version) + 1);
		out->folder = strdup(manifest);
		if (!out->folder)
			return err_nomem(err);
		*strrchr(out->folder, '/') = '\0';
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "cargo took no version of '%s'",
		       crate);
}

static int ask(const struct gate_env *env, const char *work,
	       const char *manifest, const char *crate,
	       struct fetched_crate *out, struct err *err)
{
	const char *args[] = { "metadata",  "--format-version", "1",
			       "--offline", "--manifest-path",	manifest,
			       NULL };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root;

	if (cargo_ask(env, work, args, &r, err) < 0)
		return (int)err->code;
	if (r.exit_status != 0)
		return err_set(err, ERR_NOT_FOUND,
			       "cargo does not know what it fetched");
	if (json_read(strbuf_str(&r.out), r.out.len, "cargo metadata", &arena,
		      &root, err) < 0)
		return (int)err->code;
	return take(root, crate, out, err);
}

void fetched_crate_release(struct fetched_crate *p)
{
	if (!p)
		return;
	free(p->folder);
	*p = (struct fetched_crate){ 0 };
}

int fetched_crate_get(const struct gate_env *env, const char *work,
		      const char *crate, const char *requirement,
		      struct fetched_crate *out, struct err *err)
{
	AUTO(str_freep) char *dir = path_joined(work, "placeholder");
	AUTO(str_freep)
	char *manifest = dir ? path_joined(dir, "Cargo.toml") : NULL;

	if (!manifest)
		return err_nomem(err);
	if (file_remove_tree(dir, err) < 0 ||
	    write_placeholder(dir, crate, requirement, err) < 0 ||
	    resolve(env, work, dir, 0, err) < 0)
		return (int)err->code;
	return ask(env, work, manifest, crate, out, err);
}
