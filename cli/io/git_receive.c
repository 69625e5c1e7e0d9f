#include "io/git_receive.h"

#include <git2/sys/odb_backend.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "io/git_complete.h"
#include "io/git_internal.h"

enum {
	PACK_MODE = 0444
};

struct pack_receiver {
	struct repo *repo;
	git_odb *odb;
	git_indexer *indexer;
	git_indexer_progress stats;
	uint64_t received;
	uint64_t max_bytes;
	int64_t deadline_ms;
	bool late;
};

/* Between objects: a pack of few bytes can hold a lot of work. */
static int on_progress(const git_indexer_progress *stats, void *arg)
{
	struct pack_receiver *w = arg;

	(void)stats;
	w->late = w->deadline_ms && clock_monotonic_ms() >= w->deadline_ms;
	return w->late ? GIT_EUSER : 0;
}

/*
 * What is here already, for a pack that builds on it.  Not the repository's own
 * object store, which looks through its folders again at each object that it
 * does not have: and none of these is here.
 */
static int add_backend(git_odb *odb, git_odb_backend *backend)
{
	int rc;

	backend->refresh = NULL;
	rc = git_odb_add_backend(odb, backend, 1);
	if (rc < 0)
		backend->free(backend);
	return rc;
}

static int open_objects(git_odb **out, const char *dir)
{
	git_odb_backend *backend = NULL;
	git_odb *odb = NULL;
	int rc = git_odb_new(&odb);

	if (rc == 0)
		rc = git_odb_backend_pack(&backend, dir);
	if (rc == 0)
		rc = add_backend(odb, backend);
	if (rc == 0)
		rc = git_odb_backend_loose(&backend, dir, -1, 0, 0, 0);
	if (rc == 0)
		rc = add_backend(odb, backend);
	if (rc == 0)
		*out = odb;
	else
		git_odb_free(odb);
	return rc;
}

int pack_receiver_new(struct repo *repo, uint64_t max_bytes,
		      int64_t deadline_ms, struct pack_receiver **out,
		      struct err *err)
{
	git_indexer_options opts;
	AUTO(strbuf_releasep) struct strbuf objects = { 0 };
	AUTO(strbuf_releasep) struct strbuf dir = { 0 };
	AUTO(pack_receiver_freep)
	struct pack_receiver *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return err_nomem(err);
	w->max_bytes = max_bytes;
	w->deadline_ms = deadline_ms;
	w->repo = repo;
	strbuf_addf(&objects, "%sobjects", repo_git_dir(repo));
	strbuf_addf(&dir, "%s/pack", strbuf_str(&objects));
	if (strbuf_check(&objects, err) < 0 || strbuf_check(&dir, err) < 0)
		return err->code;
	rc = open_objects(&w->odb, strbuf_str(&objects));
	if (rc < 0)
		return git_failed(rc, "open", strbuf_str(&objects), err);
	rc = git_indexer_options_init(&opts, GIT_INDEXER_OPTIONS_VERSION);
	if (rc < 0)
		return git_failed(rc, "write in", strbuf_str(&dir), err);
	opts.progress_cb = on_progress;
	opts.progress_cb_payload = w;
	rc = git_indexer_new(&w->indexer, strbuf_str(&dir), PACK_MODE, w->odb,
			     &opts);
	if (rc < 0)
		return git_failed(rc, "write in", strbuf_str(&dir), err);
	*out = w;
	w = NULL;
	return 0;
}

static int bad_pack(struct pack_receiver *w, int rc, struct err *err)
{
	const git_error *e = git_error_last();

	if (w->late)
		return err_set(err, ERR_NET,
			       "the pack was not unpacked in time");
	if (e && e->klass == GIT_ERROR_NOMEMORY)
		return err_set(err, ERR_LIMIT,
			       "the pack needs too much memory");
	if (e && e->klass == GIT_ERROR_OS)
		return err_set(err, ERR_IO, "cannot write the pack: %s",
			       e->message);
	(void)rc;
	return err_set(err, ERR_FORMAT, "bad pack: %s",
		       e && e->message ? e->message : "damaged");
}

int pack_receiver_add(struct pack_receiver *w, const void *bytes, size_t len,
		      struct err *err)
{
	int rc;

	w->received += len;
	if (w->max_bytes && w->received > w->max_bytes)
		return err_set(err, ERR_LIMIT,
			       "the pack is larger than %llu bytes",
			       (unsigned long long)w->max_bytes);
	rc = git_indexer_append(w->indexer, bytes, len, &w->stats);
	return rc < 0 ? bad_pack(w, rc, err) : 0;
}

/* Objects of the new pack can be read from now on. */
static int refresh(struct repo *repo)
{
	git_odb *odb = NULL;
	int rc = git_repository_odb(&odb, repo->raw);

	if (rc == 0)
		rc = git_odb_refresh(odb);
	git_odb_free(odb);
	return rc;
}

/* Take the pack away again; its name is that of its content. */
static void discard(struct pack_receiver *w)
{
	static const char *const ends[] = { "idx", "pack" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		AUTO(strbuf_releasep) struct strbuf path = { 0 };

		strbuf_addf(&path, "%sobjects/pack/pack-%s.%s",
			    repo_git_dir(w->repo), git_indexer_name(w->indexer),
			    ends[i]);
		if (strbuf_ok(&path))
			(void)unlink(strbuf_str(&path));
	}
}

int pack_receiver_finish(struct pack_receiver *w, const struct oid *tips,
			 size_t count, const struct oid *known,
			 size_t known_count, struct err *err)
{
	int rc = git_indexer_commit(w->indexer, &w->stats);

	if (rc < 0)
		return bad_pack(w, rc, err);
	rc = refresh(w->repo);
	if (rc < 0)
		return git_failed(rc, "read", "the new pack", err);
	/*
	 * Not by the indexer's own `verify`: that forgets the memory of each
	 * object it knows already (libgit2 1.5.1), and a hostile server can
	 * send those by the million.
	 */
	if (repo_check_complete(w->repo, tips, count, known, known_count,
				w->deadline_ms, err) < 0)
		discard(w);
	return err->code;
}

uint64_t pack_receiver_received(const struct pack_receiver *w)
{
	return w->received;
}

void pack_receiver_free(struct pack_receiver *w)
{
	if (!w)
		return;
	git_indexer_free(w->indexer);
	git_odb_free(w->odb);
	free(w);
}
