#include "course/looks.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/node.h"
#include "base/vec.h"
#include "io/file.h"
#include "model/record.h"

enum {
	SCHEMA = 1,
	FILE_LIMIT = 64 << 20
};

/* One repository. */
struct look {
	const char *url;
	int64_t at[ARTIFACT_COUNT];
};

struct looks {
	struct arena arena;
	struct map by_url;
	struct look **items; /* in the order first noted */
	size_t count;
	size_t cap;
};

void looks_free(struct looks *l)
{
	if (!l)
		return;
	map_release(&l->by_url);
	arena_release(&l->arena);
	free(l->items);
	free(l);
}

int64_t looks_last(const struct looks *l, const char *url, enum artifact a)
{
	const struct look *look = map_get(&l->by_url, url);

	return look ? look->at[a] : RECORD_NEVER;
}

static struct look *look_new(struct looks *l, const char *url)
{
	struct look **grown =
		vec_grow(l->items, &l->cap, l->count + 1, sizeof(*grown));
	struct look *look = arena_alloc(&l->arena, sizeof(*look));

	if (grown)
		l->items = grown;
	if (!grown || !look)
		return NULL;
	look->url = arena_strdup(&l->arena, url);
	for (size_t i = 0; i < ARTIFACT_COUNT; i++)
		look->at[i] = RECORD_NEVER;
	if (!look->url || map_put(&l->by_url, look->url, look) < 0)
		return NULL;
	l->items[l->count++] = look;
	return look;
}

int looks_note(struct looks *l, const char *url, enum artifact a, int64_t at,
	       struct err *err)
{
	struct look *look = map_get(&l->by_url, url);

	if (!look)
		look = look_new(l, url);
	if (!look)
		return err_nomem(err);
	look->at[a] = at;
	return 0;
}

/* ---- the file: artifact -> instant -> URLs */

static int file_path(const char *git_dir, struct strbuf *out, struct err *err)
{
	strbuf_addf(out, "%s%scohort/looks.json", git_dir,
		    git_dir[strlen(git_dir) - 1] == '/' ? "" : "/");
	return strbuf_check(out, err);
}

static int read_urls(struct looks *l, enum artifact a,
		     const struct node_entry *e, struct err *err)
{
	const struct node *urls = e->value;
	int64_t at;

	if (!stamp_parse(e->key->as.str.bytes, &at) || urls->kind != NODE_LIST)
		return 0;
	for (size_t i = 0; i < urls->as.list.count; i++) {
		const struct node *url = urls->as.list.items[i];

		if (url->kind == NODE_STR &&
		    looks_note(l, url->as.str.bytes, a, at, err) < 0)
			return err->code;
	}
	return 0;
}

static int read_all(struct looks *l, const struct node *root, struct err *err)
{
	for (int k = 0; k < ARTIFACT_COUNT; k++) {
		enum artifact a = (enum artifact)k;
		const struct node *times = NULL;

		if (root->kind == NODE_MAP)
			times = node_get(root, artifact_id(a));
		if (!times || times->kind != NODE_MAP)
			continue;
		for (size_t i = 0; i < times->as.map.count; i++) {
			if (read_urls(l, a, &times->as.map.entries[i], err) < 0)
				return err->code;
		}
	}
	return 0;
}

int looks_read(const char *git_dir, struct looks **out, struct err *err)
{
	AUTO(looks_freep) struct looks *l = calloc(1, sizeof(*l));
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;
	struct err why = { 0 };

	if (!l)
		return err_nomem(err);
	if (file_path(git_dir, &path, err) < 0)
		return err->code;
	if (file_read(strbuf_str(&path), FILE_LIMIT, &text, err) < 0 &&
	    err->code != ERR_NOT_FOUND)
		return err->code;
	err_clear(err);
	if (text.len > 0 &&
	    json_read(strbuf_str(&text), text.len, "looks.json", &arena, &root,
		      &why) == 0 &&
	    read_all(l, root, err) < 0)
		return err->code;
	if (why.code == ERR_NOMEM)
		return err_nomem(err);
	*out = l;
	l = NULL;
	return 0;
}

/* {"2027-02-08T18:00:00Z": ["https://...", ...]} of one artifact. */
static json_t *times_view(const struct looks *l, enum artifact a)
{
	json_t *times = json_object();

	for (size_t i = 0; times && i < l->count; i++) {
		const struct look *look = l->items[i];
		char stamp[CLOCK_STAMP_SIZE];
		json_t *urls;

		if (look->at[a] == RECORD_NEVER)
			continue;
		stamp_format(look->at[a], stamp);
		urls = json_object_get(times, stamp);
		if (!urls) {
			urls = json_array();
			json_object_set_new(times, stamp, urls);
		}
		json_array_append_new(urls, json_string(look->url));
	}
	return times;
}

int looks_write(const struct looks *l, const char *git_dir, struct err *err)
{
	AUTO(json_decrefp)
	json_t *view = json_pack("{s:i}", "schema", SCHEMA);
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	if (!view)
		return err_nomem(err);
	for (int k = 0; k < ARTIFACT_COUNT; k++) {
		enum artifact a = (enum artifact)k;

		if (json_object_set_new(view, artifact_id(a),
					times_view(l, a)) < 0)
			return err_nomem(err);
	}
	if (json_write(view, &text, err) < 0 ||
	    file_path(git_dir, &path, err) < 0)
		return err->code;
	return file_write(strbuf_str(&path), strbuf_str(&text), text.len, 0644,
			  err);
}
