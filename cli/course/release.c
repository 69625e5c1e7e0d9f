#include "course/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "course/gating.h"
#include "io/archive.h"
#include "io/digest.h"
#include "io/file.h"

enum {
	NAME_MAX_BYTES = 64
};

/* One published crate, and where it came from. */
struct shipped {
	const struct seat *seat;
	struct record *record; /* owned */
	const struct publication *publication;
	const struct submission *submission; /* that was packed, or NULL */
	char *file; /* its name in the release; owned */
	char *path; /* its bytes; owned */
};

struct shipment {
	struct shipped *items;
	size_t count;
	int64_t newest; /* publication */
};

static void shipment_release(struct shipment *s)
{
	for (size_t i = 0; i < s->count; i++) {
		record_free(s->items[i].record);
		free(s->items[i].file);
		free(s->items[i].path);
	}
	free(s->items);
}
AUTO_RELEASE(struct shipment, shipment_release)

/* ---- what is in it */

static const struct publication *last_in(const struct record *r,
					 const char *registry)
{
	for (size_t i = r->publication_count; i > 0; i--) {
		if (strcmp(r->publications[i - 1].registry, registry) == 0)
			return &r->publications[i - 1];
	}
	return NULL;
}

static const struct submission *packed_as(const struct record *r,
					  const char *sha256)
{
	for (size_t i = 0; i < r->submission_count; i++) {
		if (strcmp(r->submissions[i].package_sha256, sha256) == 0)
			return &r->submissions[i];
	}
	return NULL;
}

static int find_bytes(struct workspace *ws, struct shipped *s, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf file = { 0 };

	strbuf_addf(&file, "%s-%s.crate", s->publication->crate,
		    s->publication->version);
	s->path = package_path(ws, s->publication->sha256);
	s->file = strbuf_take(&file);
	if (!s->path || !s->file)
		return err_nomem(err);
	if (file_exists(s->path))
		return 0;
	(void)err_set(err, ERR_NOT_FOUND, "the bytes of %s are not here",
		      s->file);
	return err_hint(err, "cohort package @%s", s->seat->handle);
}

static int add_seat(struct workspace *ws, const struct seat *seat,
		    enum artifact a, const char *registry, struct shipment *out,
		    struct err *err)
{
	struct shipped *s = &out->items[out->count];

	*s = (struct shipped){ .seat = seat };
	if (workspace_record(ws, a, seat->handle, &s->record, err) < 0)
		return err->code;
	out->count++;
	s->publication = last_in(s->record, registry);
	if (!s->publication) {
		record_free(s->record);
		out->count--;
		return 0;
	}
	s->submission = packed_as(s->record, s->publication->sha256);
	if (s->publication->at > out->newest)
		out->newest = s->publication->at;
	return find_bytes(ws, s, err);
}

static int by_file(const void *a, const void *b)
{
	return strcmp(((const struct shipped *)a)->file,
		      ((const struct shipped *)b)->file);
}

static int gather(struct workspace *ws, enum artifact a, const char *registry,
		  struct shipment *out, struct err *err)
{
	const struct roster *roster = workspace_roster(ws);

	out->items = calloc(roster->count + 1, sizeof(*out->items));
	if (!out->items)
		return err_nomem(err);
	for (size_t i = 0; i < roster->count; i++) {
		if (add_seat(ws, &roster->seats[i], a, registry, out, err) < 0)
			return err->code;
	}
	if (out->count == 0) {
		(void)err_set(err, ERR_REFUSED, "no %s is published in '%s'",
			      artifact_id(a), registry);
		return err_hint(err,
				"cohort publish --artifact %s --registry %s",
				artifact_id(a), registry);
	}
	qsort(out->items, out->count, sizeof(*out->items), by_file);
	return 0;
}

/* ---- RELEASE.json and SHA256SUMS */

static json_t *crate_json(const struct shipped *s, enum artifact a)
{
	const struct publication *p = s->publication;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "crate",
			      p->crate, "version", p->version, "file", s->file,
			      "sha256", p->sha256, "handle", s->seat->handle,
			      "commit", p->commit);
	char at[CLOCK_STAMP_SIZE];

	stamp_format(p->at, at);
	if (!o || json_object_set_new(o, "published_at", json_string(at)) < 0 ||
	    json_object_set_new(o, "repository",
				json_string(seat_repo(s->seat, a))) < 0) {
		json_decref(o);
		return NULL;
	}
	if (s->submission) {
		json_object_set_new(o, "tag", json_string(s->submission->tag));
		json_object_set_new(
			o, "size",
			json_integer((json_int_t)s->submission->package_size));
	}
	return o;
}

static int write_manifest(const struct cohort *c, enum artifact a,
			  const char *name, const char *registry,
			  const struct shipment *s, struct strbuf *out,
			  struct err *err)
{
	AUTO(json_decrefp)
	json_t *root =
		json_pack("{s:i, s:s, s:s, s:s, s:s, s:[]}", "schema", 1,
			  "release", name, "cohort", c->id, "artifact",
			  artifact_id(a), "registry", registry, "crates");

	for (size_t i = 0; i < s->count; i++) {
		if (json_array_append_new(json_object_get(root, "crates"),
					  crate_json(&s->items[i], a)) < 0)
			return err_nomem(err);
	}
	return json_write(root, out, err);
}

/* As sha256sum(1) reads them; the archive itself is summed beside it. */
static int write_sums(const struct shipment *s, const struct strbuf *manifest,
		      struct strbuf *out, struct err *err)
{
	char sum[DIGEST_HEX_SIZE];

	if (digest_bytes(strbuf_str(manifest), manifest->len, sum, err) < 0)
		return err->code;
	strbuf_addf(out, "%s  RELEASE.json\n", sum);
	for (size_t i = 0; i < s->count; i++)
		strbuf_addf(out, "%s  %s\n", s->items[i].publication->sha256,
			    s->items[i].file);
	return strbuf_check(out, err);
}

/* ---- the folder */

static bool is_shipped(const struct shipment *s, const char *file)
{
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->items[i].file, file) == 0)
			return true;
	}
	return false;
}

/*
 * A crate of an earlier making that a newer version has replaced, and what a
 * killed run was writing.
 */
static int remove_others(const char *dir, const struct shipment *s,
			 struct err *err)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };

	if (file_names_read(dir, &names, err) < 0)
		return err->code;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(strbuf_releasep) struct strbuf path = { 0 };
		const char *end = strrchr(names.items[i], '.');

		bool is_crate = end && strcmp(end, ".crate") == 0;

		if (names.items[i][0] != '.' &&
		    (!is_crate || is_shipped(s, names.items[i])))
			continue;
		strbuf_addf(&path, "%s/%s", dir, names.items[i]);
		if (strbuf_check(&path, err) < 0 ||
		    file_remove_tree(strbuf_str(&path), err) < 0)
			return err->code;
	}
	return 0;
}

/* Before anything is committed: what is in the store is what went out. */
static int check_bytes(const struct shipment *s, struct err *err)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct shipped *one = &s->items[i];
		char sum[DIGEST_HEX_SIZE];

		if (digest_file(one->path, sum, err) < 0)
			return err->code;
		if (strcmp(sum, one->publication->sha256) == 0)
			continue;
		(void)err_set(err, ERR_FORMAT, "'%s' is not what was published",
			      one->path);
		return err_hint(err, "cohort package @%s", one->seat->handle);
	}
	return 0;
}

static int copy_crates(const char *dir, const struct shipment *s,
		       struct err *err)
{
	for (size_t i = 0; i < s->count; i++) {
		AUTO(strbuf_releasep) struct strbuf to = { 0 };
		const struct shipped *one = &s->items[i];

		strbuf_addf(&to, "%s/%s", dir, one->file);
		if (strbuf_check(&to, err) < 0 ||
		    file_copy(one->path, strbuf_str(&to), err) < 0)
			return err->code;
	}
	return 0;
}

/* What the commit checked out, unless somebody has changed it since. */
static int renew(const char *dir, const char *name, const struct strbuf *text,
		 struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf there = { 0 };
	struct err ignored = { 0 }; /* then it is written */

	strbuf_addf(&path, "%s/%s", dir, name);
	if (strbuf_check(&path, err) < 0)
		return err->code;
	if (file_read(strbuf_str(&path), text->len, &there, &ignored) == 0 &&
	    there.len == text->len &&
	    memcmp(strbuf_str(&there), strbuf_str(text), text->len) == 0)
		return 0;
	return file_write(strbuf_str(&path), strbuf_str(text), text->len, 0644,
			  err);
}

static int measure(struct release *r, struct err *err)
{
	AUTO(file_map_releasep) struct file_map map = { 0 };

	if (file_map_open(r->archive, &map, err) < 0)
		return err->code;
	r->bytes = map.len;
	return digest_bytes(map.data, map.len, r->archive_sha256, err);
}

/* Everything below NAME/, so that it unpacks into one folder. */
static int write_archive(struct release *r, const struct shipment *s,
			 struct err *err)
{
	static const char *const own[] = { "RELEASE.json", "SHA256SUMS" };
	size_t count = s->count + ARRAY_LEN(own);
	struct archive_file *files =
		arena_calloc(&r->arena, count, sizeof(*files));

	if (!files)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const char *file =
			i < s->count ? s->items[i].file : own[i - s->count];

		files[i].name = arena_printf(&r->arena, "%s/%s", r->name, file);
		files[i].path = arena_printf(&r->arena, "%s/%s", r->dir, file);
		if (!files[i].name || !files[i].path)
			return err_nomem(err);
	}
	if (archive_write_release(r->archive, files, count, s->newest, err) < 0)
		return err->code;
	return measure(r, err);
}

static int commit(struct workspace *ws, const struct release *r,
		  const struct strbuf *manifest, const struct strbuf *sums,
		  struct err *err)
{
	AUTO(change_freep) struct change *c = NULL;
	char path[160], message[200];

	if (change_new(ws, &c, err) < 0)
		return err->code;
	snprintf(path, sizeof(path), "release/%s/RELEASE.json", r->name);
	if (change_put(c, path, strbuf_str(manifest), manifest->len, err) < 0)
		return err->code;
	snprintf(path, sizeof(path), "release/%s/SHA256SUMS", r->name);
	if (change_put(c, path, strbuf_str(sums), sums->len, err) < 0)
		return err->code;
	snprintf(message, sizeof(message), "release %s: %zu crates", r->name,
		 r->crates);
	return change_is_empty(c) ? 0 : change_commit(c, message, err);
}

/* ---- */

static int take_name(struct release *r, struct workspace *ws, enum artifact a,
		     const char *name, struct err *err)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_.";
	const char *root = workspace_root(ws);

	r->name = name ? arena_strdup(&r->arena, name)
		       : arena_printf(&r->arena, "%s-%s",
				      workspace_cohort(ws)->id, artifact_id(a));
	if (!r->name)
		return err_nomem(err);
	if (!*r->name || strlen(r->name) > NAME_MAX_BYTES ||
	    strspn(r->name, allowed) != strlen(r->name) || r->name[0] == '.')
		return err_set(err, ERR_USAGE,
			       "'%s' cannot name a release: letters, digits, "
			       "'-', '_' and '.'",
			       r->name);
	r->dir = arena_printf(&r->arena, "%s/release/%s", root, r->name);
	r->archive = arena_printf(&r->arena, "%s/release/%s/%s.tar.zst", root,
				  r->name, r->name);
	return r->dir && r->archive ? 0 : err_nomem(err);
}

int release_make(struct workspace *ws, enum artifact a, const char *registry,
		 const char *name, struct release *out, struct err *err)
{
	AUTO(release_releasep) struct release r = { 0 };
	AUTO(shipment_releasep) struct shipment s = { 0 };
	AUTO(strbuf_releasep) struct strbuf manifest = { 0 };
	AUTO(strbuf_releasep) struct strbuf sums = { 0 };

	if (take_name(&r, ws, a, name, err) < 0 ||
	    gather(ws, a, registry, &s, err) < 0 ||
	    write_manifest(workspace_cohort(ws), a, r.name, registry, &s,
			   &manifest, err) < 0 ||
	    write_sums(&s, &manifest, &sums, err) < 0 ||
	    check_bytes(&s, err) < 0 || file_make_dirs(r.dir, err) < 0)
		return err->code;
	r.crates = s.count;
	if (commit(ws, &r, &manifest, &sums, err) < 0 ||
	    renew(r.dir, "RELEASE.json", &manifest, err) < 0 ||
	    renew(r.dir, "SHA256SUMS", &sums, err) < 0 ||
	    remove_others(r.dir, &s, err) < 0 ||
	    copy_crates(r.dir, &s, err) < 0 || write_archive(&r, &s, err) < 0)
		return err->code;
	*out = r;
	r = (struct release){ 0 };
	return 0;
}

void release_release(struct release *r)
{
	if (!r)
		return;
	arena_release(&r->arena);
	*r = (struct release){ 0 };
}
