#include "gate/cargo_config.h"

#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "crate/manifest/toml.h"
#include "io/file.h"

/* ---- reading */

int cargo_config_read(const char *dir, struct arena *a, const struct node **out,
		      struct err *err)
{
	static const char *const names[] = { "config", "config.toml" };
	struct err why = { 0 };

	*out = NULL;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO(str_freep) char *path = path_joined(dir, names[i]);
		AUTO(strbuf_releasep) struct strbuf text = { 0 };

		if (!path)
			return err_nomem(err);
		if (!file_exists(path))
			continue;
		if (file_read(path, TOML_INPUT_MAX, &text, &why) == 0)
			(void)toml_read(strbuf_str(&text), text.len, path,
					TOML_1_0, a, out, &why);
		break;
	}
	return why.code == ERR_NOMEM ? err_nomem(err) : 0;
}

/* The table KEY of MAP, or NULL. */
static const struct node *table(const struct node *map, const char *key)
{
	const struct node *n =
		map && map->kind == NODE_MAP ? node_get(map, key) : NULL;

	return n && n->kind == NODE_MAP ? n : NULL;
}

static const char *text(const struct node *map, const char *key)
{
	const struct node *n = node_get(map, key);

	return n && n->kind == NODE_STR ? n->as.str.bytes : NULL;
}

/* ---- sources */

/* https://USER:PASSWORD@HOST/..., and a token in the place of a user. */
static bool has_secret(const char *address)
{
	const char *host = strstr(address, "://");

	host = host ? host + 3 : "";
	return memchr(host, '@', strcspn(host, "/?#")) != NULL &&
	       strncmp(host, "git@", 4) != 0;
}

static void add_quoted(struct strbuf *out, const char *s)
{
	strbuf_addc(out, '"');
	for (; *s; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			strbuf_addf(out, "\\u%04x", (unsigned char)*s);
		else if (*s == '"' || *s == '\\')
			strbuf_addf(out, "\\%c", *s);
		else
			strbuf_addc(out, *s);
	}
	strbuf_addc(out, '"');
}

static void add_pair(struct strbuf *out, const char *key, const char *value)
{
	strbuf_addf(out, "%s = ", key);
	add_quoted(out, value);
	strbuf_addc(out, '\n');
}

static void add_header(struct strbuf *out, const char *kind,
		       const struct node *name)
{
	strbuf_addf(out, "[%s.", kind);
	add_quoted(out, name->as.str.bytes);
	strbuf_adds(out, "]\n");
}

/* A path is relative to the parent of the folder with the configuration. */
static int add_folder(struct cargo_sources *s, const char *home,
		      const char *key, const char *path, struct err *err)
{
	int parent = (int)(path_base(home) - home);
	const char *full = path[0] == '/' ? arena_strdup(&s->arena, path)
					  : arena_printf(&s->arena, "%.*s%s",
							 parent, home, path);

	if (!full)
		return err_nomem(err);
	add_pair(&s->toml, key, full);
	if (s->folder_count < CARGO_FOLDERS_MAX && file_is_dir(full))
		s->folders[s->folder_count++] = full;
	return 0;
}

static bool is_secret(const struct node *map, const char *key)
{
	const char *value = text(map, key);

	return value && has_secret(value);
}

/* What is replaced by one that is left out cannot be had, and cargo says so. */
static int add_source(struct cargo_sources *s, const char *home,
		      const struct node_entry *e, struct err *err)
{
	static const char *const texts[] = {
		"replace-with", "registry", "git", "branch", "tag", "rev"
	};
	static const char *const folders[] = { "local-registry", "directory" };

	if (e->value->kind != NODE_MAP || is_secret(e->value, "registry") ||
	    is_secret(e->value, "git"))
		return 0;
	add_header(&s->toml, "source", e->key);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *value = text(e->value, texts[i]);

		if (value)
			add_pair(&s->toml, texts[i], value);
	}
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		const char *value = text(e->value, folders[i]);

		if (value && add_folder(s, home, folders[i], value, err) < 0)
			return (int)err->code;
	}
	return 0;
}

/* A dependency may name another registry; its token stays where it is. */
static void add_registry(struct cargo_sources *s, const struct node_entry *e)
{
	static const char *const texts[] = { "index", "protocol" };

	if (e->value->kind != NODE_MAP || is_secret(e->value, "index"))
		return;
	add_header(&s->toml, "registries", e->key);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *value = text(e->value, texts[i]);

		if (value)
			add_pair(&s->toml, texts[i], value);
	}
}

int cargo_sources_read(const char *cargo_home, struct cargo_sources *out,
		       struct err *err)
{
	AUTO(cargo_sources_releasep) struct cargo_sources s = { 0 };
	const struct node *root, *sources, *registries;

	if (cargo_config_read(cargo_home, &s.arena, &root, err) < 0)
		return (int)err->code;
	sources = table(root, "source");
	registries = table(root, "registries");
	for (size_t i = 0; sources && i < sources->as.map.count; i++)
		if (add_source(&s, cargo_home, &sources->as.map.entries[i],
			       err) < 0)
			return (int)err->code;
	for (size_t i = 0; registries && i < registries->as.map.count; i++)
		add_registry(&s, &registries->as.map.entries[i]);
	if (strbuf_check(&s.toml, err) < 0)
		return (int)err->code;
	*out = s;
	s = (struct cargo_sources){ 0 };
	return 0;
}

void cargo_sources_release(struct cargo_sources *s)
{
	if (!s)
		return;
	strbuf_release(&s->toml);
	arena_release(&s->arena);
	*s = (struct cargo_sources){ 0 };
}
