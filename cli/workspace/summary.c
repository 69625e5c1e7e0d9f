/* Records of many seats at once, in short. */
#include "workspace/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/vec.h"
#include "model/handle.h"
#include "workspace/internal.h"

enum {
	CHUNK = 512, /* records that one job reads */
	ENTRIES_MAX = 16 << 20
};

bool record_path_parse(const char *path, enum artifact *a,
		       char handle[HANDLE_MAX + 1])
{
	static const char prefix[] = "artifacts/";
	static const char suffix[] = ".json";
	const char *id = path + sizeof(prefix) - 1;
	const char *name;
	size_t len;

	if (strncmp(path, prefix, sizeof(prefix) - 1) != 0)
		return false;
	name = strchr(id, '/');
	if (!name++)
		return false;
	len = strlen(name);
	if (len <= sizeof(suffix) - 1 ||
	    len > HANDLE_MAX + sizeof(suffix) - 1 ||
	    strcmp(name + len - (sizeof(suffix) - 1), suffix) != 0)
		return false;
	len -= sizeof(suffix) - 1;
	memcpy(handle, name, len);
	handle[len] = '\0';
	if (!handle_is_valid(handle))
		return false;
	for (int i = 0; i < ARTIFACT_COUNT; i++) {
		const char *known = artifact_id((enum artifact)i);

		if (strncmp(id, known, (size_t)(name - 1 - id)) == 0 &&
		    !known[name - 1 - id]) {
			*a = (enum artifact)i;
			return true;
		}
	}
	return false;
}

void record_path(enum artifact a, const char *handle, struct strbuf *out)
{
	strbuf_addf(out, "artifacts/%s/%s.json", artifact_id(a), handle);
}

int record_parse(const char *path, const char *bytes, size_t len,
		 struct record **out, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root;

	if (json_read(bytes, len, path, &arena, &root, err) < 0)
		return (int)err->code;
	return record_read(root, out, err);
}

static void summary_clear(struct seat_summary *s)
{
	*s = (struct seat_summary){ .version = "",
				    .first_seen_at = RECORD_NEVER };
}

int summary_make(const struct record *r, struct arena *strings,
		 struct seat_summary *out, struct err *err)
{
	const struct submission *now = record_current(r);

	summary_clear(out);
	out->submissions = (uint32_t)r->submission_count;
	if (!now)
		return 0;
	out->version = arena_strdup(strings, now->version);
	if (!out->version)
		return err_nomem(err);
	memcpy(out->commit, now->commit, sizeof(out->commit));
	out->first_seen_at = now->first_seen_at;
	out->late_s = now->late_s;
	out->moved = record_is_moved(r);
	out->packed = now->package_sha256[0] != '\0';
	out->checked = r->check.n == now->n;
	out->verdict = r->check.verdict;
	out->validated = r->conformance.n == now->n &&
			 r->conformance.verdict != VERDICT_ERROR;
	out->conforms =
		out->validated && r->conformance.verdict == VERDICT_PASS;
	for (size_t i = 0; i < r->publication_count; i++) {
		if (strcmp(r->publications[i].version, now->version) == 0)
			out->published = true;
	}
	return 0;
}

/* ---- which blobs have to be read */

struct job {
	size_t seat;
	enum artifact artifact;
	struct oid oid;
};

struct gather {
	const struct roster *roster;
	const struct summary_known *known;
	struct seat_state *states;
	struct arena *strings;
	struct job *jobs;
	size_t count;
	size_t cap;
	struct err *err;
};

/* What is known of the same seat from the same blob is taken over. */
static bool take_known(struct gather *g, const struct job *job)
{
	const struct seat *seat = &g->roster->seats[job->seat];
	struct seat_summary *to = &g->states[job->seat].summary[job->artifact];
	const struct seat_state *from;
	const struct seat *was;
	const char *version;

	if (!g->known)
		return false;
	was = map_get(&g->known->roster->by_handle, seat->handle);
	if (!was)
		return false;
	from = &g->known->states[was - g->known->roster->seats];
	if (!oid_equal(&from->record[job->artifact], &job->oid))
		return false;
	version =
		arena_strdup(g->strings, from->summary[job->artifact].version);
	if (!version)
		return false;
	*to = from->summary[job->artifact];
	to->version = version;
	g->states[job->seat].record[job->artifact] = job->oid;
	return true;
}

static int gather_entry(void *ctx, const struct repo_entry *entry)
{
	struct gather *g = ctx;
	char handle[HANDLE_MAX + 1];
	struct job job = { .oid = entry->oid };
	const struct seat *seat;
	struct job *grown;

	if (!record_path_parse(entry->path, &job.artifact, handle))
		return 0;
	seat = map_get(&g->roster->by_handle, handle);
	if (!seat)
		return 0; /* no seat any more: kept, and not shown */
	job.seat = (size_t)(seat - g->roster->seats);
	if (take_known(g, &job))
		return 0;
	grown = vec_grow(g->jobs, &g->cap, g->count + 1, sizeof(*grown));
	if (!grown)
		return err_nomem(g->err);
	g->jobs = grown;
	g->jobs[g->count++] = job;
	return 0;
}

static int gather_all(struct gather *g, struct repo *repo,
		      const struct oid *commit)
{
	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		char dir[32];
		struct err err = { 0 };

		snprintf(dir, sizeof(dir), "artifacts/%s",
			 artifact_id((enum artifact)a));
		if (repo_tree_each(repo, commit, dir, ENTRIES_MAX, gather_entry,
				   g, &err) == 0)
			continue;
		if (g->err->code)
			return (int)g->err->code;
		if (err.code != ERR_NOT_FOUND) {
			*g->err = err;
			return (int)err.code;
		}
	}
	return 0;
}

/* ---- reading them, in chunks, on as many processors as there are */

struct chunk {
	struct arena strings;
	struct err err;
};

struct reading {
	const struct workspace *ws;
	const struct gather *g;
	struct chunk *chunks;
};

static int read_job(struct repo *repo, const struct gather *g,
		    const struct job *job, struct arena *strings,
		    struct strbuf *text, struct err *err)
{
	AUTO(record_freep) struct record *r = NULL;
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	struct seat_state *to = &g->states[job->seat];

	record_path(job->artifact, g->roster->seats[job->seat].handle, &path);
	strbuf_truncate(text, 0);
	if (strbuf_check(&path, err) < 0 ||
	    repo_blob_read(repo, &job->oid, RECORD_SIZE_MAX, text, err) < 0)
		return (int)err->code;
	if (record_parse(strbuf_str(&path), strbuf_str(text), text->len, &r,
			 err) < 0 ||
	    summary_make(r, strings, &to->summary[job->artifact], err) < 0)
		return (int)err->code;
	to->record[job->artifact] = job->oid;
	return 0;
}

static void read_chunk(void *ctx, size_t index)
{
	const struct reading *reading = ctx;
	const struct gather *g = reading->g;
	struct chunk *chunk = &reading->chunks[index];
	AUTO(repo_freep) struct repo *repo = NULL;
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	size_t end =
		(index + 1) * CHUNK < g->count ? (index + 1) * CHUNK : g->count;

	if (repo_open(reading->ws->root, &repo, &chunk->err) < 0)
		return;
	for (size_t i = index * CHUNK; i < end; i++) {
		if (read_job(repo, g, &g->jobs[i], &chunk->strings, &text,
			     &chunk->err) < 0)
			return;
	}
}

/* The strings of all chunks move to one arena's chain. */
static int merge_chunks(struct gather *g, struct chunk *chunks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (chunks[i].err.code && !g->err->code)
			*g->err = chunks[i].err;
		arena_join(g->strings, &chunks[i].strings);
	}
	return (int)g->err->code;
}

static int read_all(struct workspace *ws, struct gather *g)
{
	size_t count = (g->count + CHUNK - 1) / CHUNK;
	struct reading reading = { .ws = ws, .g = g };
	int rc;

	if (count == 1) {
		AUTO(strbuf_releasep) struct strbuf text = { 0 };

		for (size_t i = 0; i < g->count; i++) {
			if (read_job(ws->repo, g, &g->jobs[i], g->strings,
				     &text, g->err) < 0)
				return (int)g->err->code;
		}
		return 0;
	}
	reading.chunks = calloc(count + 1, sizeof(*reading.chunks));
	if (!reading.chunks)
		return err_nomem(g->err);
	rc = pool_run(os_cpu_count(), count, read_chunk, &reading, g->err);
	if (merge_chunks(g, reading.chunks, count) < 0)
		rc = (int)g->err->code;
	free(reading.chunks);
	return rc;
}

int summaries_read(struct workspace *ws, const struct oid *commit,
		   const struct roster *roster,
		   const struct summary_known *known, struct seat_state *states,
		   struct arena *strings, struct err *err)
{
	struct gather g = { .roster = roster,
			    .known = known,
			    .states = states,
			    .strings = strings,
			    .err = err };
	int rc;

	for (size_t i = 0; i < roster->count; i++) {
		for (int a = 0; a < ARTIFACT_COUNT; a++)
			summary_clear(&states[i].summary[a]);
	}
	if (workspace_need_repo(ws, err) < 0)
		return (int)err->code;
	rc = gather_all(&g, ws->repo, commit);
	if (rc == 0)
		rc = read_all(ws, &g);
	free(g.jobs);
	return rc;
}
