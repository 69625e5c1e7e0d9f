#include "course/siblings.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "course/packed.h"
#include "crate/package/index.h"
#include "io/file.h"
#include "registry/registry.h"
#include "workspace/workspace.h"

enum {
	MANIFEST_MAX = 1 << 20
};

int siblings_add(struct siblings *s, const char *crate, const char *version,
		 const char *sha256, struct err *err)
{
	struct sibling *grown =
		vec_grow(s->packed, &s->cap, s->count + 1, sizeof(*grown));
	struct sibling own;

	if (!grown)
		return err_nomem(err);
	s->packed = grown;
	own.crate = arena_strdup(&s->arena, crate);
	own.version = arena_strdup(&s->arena, version);
	own.sha256 = arena_strdup(&s->arena, sha256);
	if (!own.crate || !own.version || !own.sha256)
		return err_nomem(err);
	grown[s->count++] = own;
	s->staged = false;
	return 0;
}

static int add_seat(struct siblings *s, struct workspace *ws, size_t index,
		    enum artifact a, struct err *err)
{
	const struct seat *seat = &workspace_roster(ws)->seats[index];
	AUTO(record_freep) struct record *record = NULL;
	const struct submission *sub;
	char crate[128];

	seat_crate_name(seat, a, crate, sizeof(crate));
	s->names[s->name_count] = arena_strdup(&s->arena, crate);
	if (!s->names[s->name_count++])
		return err_nomem(err);
	if (!workspace_summary(ws, index, a)->packed)
		return 0;
	if (workspace_record(ws, a, seat->handle, &record, err) < 0)
		return (int)err->code;
	sub = record_current(record);
	if (!sub || sub->package_sha256[0] == '\0')
		return 0;
	return siblings_add(s, crate, sub->version, sub->package_sha256, err);
}

int siblings_init(struct siblings *s, struct workspace *ws, struct err *err)
{
	const struct roster *roster = workspace_roster(ws);

	*s = (struct siblings){ 0 };
	pthread_mutex_init(&s->lock, NULL);
	s->root = arena_strdup(&s->arena, workspace_root(ws));
	s->dir = path_joined(workspace_root(ws), "var/cache/siblings");
	if (!s->root || !s->dir)
		return err_nomem(err);
	if (roster->count > SIBLINGS_SEATS_MAX)
		return 0;
	s->names = arena_calloc(&s->arena, roster->count * ARTIFACT_COUNT + 1,
				sizeof(*s->names));
	if (!s->names)
		return err_nomem(err);
	for (size_t i = 0; i < roster->count; i++)
		for (int a = 0; a < ARTIFACT_COUNT; a++)
			if (add_seat(s, ws, i, (enum artifact)a, err) < 0)
				return (int)err->code;
	return 0;
}

void siblings_release(struct siblings *s)
{
	if (!s->dir && !s->root)
		return; /* never begun */
	pthread_mutex_destroy(&s->lock);
	free(s->packed);
	free(s->dir);
	arena_release(&s->arena);
	*s = (struct siblings){ 0 };
}

static bool is_packed(const struct siblings *s, const char *crate)
{
	for (size_t i = 0; i < s->count; i++)
		if (crate_name_same(s->packed[i].crate, crate))
			return true;
	return false;
}

bool siblings_needed(const struct siblings *s, const char *dir,
		     const char *self, const char **missing)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(str_freep) char *path = path_joined(dir, "Cargo.toml");
	struct manifest m = { 0 };
	struct err ignored = { 0 }; /* cargo will complain of it */
	bool needed = false;

	*missing = NULL;
	if (!path || file_read(path, MANIFEST_MAX, &text, &ignored) < 0 ||
	    manifest_read(strbuf_str(&text), text.len, "Cargo.toml", &arena, &m,
			  &ignored) < 0)
		return false;
	for (size_t i = 0; i < m.dep_count; i++)
		for (size_t k = 0; k < s->name_count; k++) {
			if (!crate_name_same(m.deps[i].package, s->names[k]) ||
			    crate_name_same(s->names[k], self))
				continue;
			needed = true;
			if (!is_packed(s, s->names[k]))
				*missing = s->names[k];
		}
	return needed;
}

static int put(struct siblings *s, struct registry *r, const struct sibling *b,
	       struct err *err)
{
	AUTO(packed_releasep) struct packed packed = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf line = { 0 };
	const struct index_spec spec = { .manifest = &packed.manifest,
					 .sha256 = b->sha256 };
	struct registry_crate crate = { .name = b->crate,
					.version = b->version,
					.sha256 = b->sha256 };

	strbuf_addf(&path, "%s/var/packages/%s.crate", s->root, b->sha256);
	if (strbuf_check(&path, err) < 0 ||
	    packed_read(strbuf_str(&path), &packed, err) < 0 ||
	    index_line(&spec, &line, err) < 0)
		return (int)err->code;
	crate.path = strbuf_str(&path);
	crate.index_line = strbuf_str(&line);
	return registry_publish(r, &crate, err);
}

/* A crate that is called otherwise than the roster has it, or whose package
 * was lost, is not there: who needs it will hear so from cargo. */
static int build(struct siblings *s, struct err *err)
{
	const struct registry_config config = { .name = "siblings",
						.kind = REGISTRY_DISK,
						.path = s->dir };
	AUTO(registry_freep) struct registry *r = NULL;

	if (file_remove_tree(s->dir, err) < 0 ||
	    registry_open(&config, s->root, &r, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < s->count; i++) {
		struct err why = { 0 };

		if (put(s, r, &s->packed[i], &why) == 0)
			continue;
		if (why.code == ERR_NOMEM || why.code == ERR_IO) {
			*err = why;
			return (int)err->code;
		}
	}
	return 0;
}

const char *siblings_stage(struct siblings *s, struct err *err)
{
	pthread_mutex_lock(&s->lock);
	if (!s->staged && build(s, err) == 0)
		s->staged = true;
	pthread_mutex_unlock(&s->lock);
	return err->code ? NULL : s->dir;
}
