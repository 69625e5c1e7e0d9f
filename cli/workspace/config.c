/* The four files of config/ as they are, and as HEAD has them. */
#include "workspace/config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"
#include "io/yaml.h"
#include "model/cohort.h"
#include "model/curriculum.h"
#include "model/policy.h"
#include "model/roster.h"
#include "workspace/internal.h"

/*
 * A file written this shortly before the snapshot may have been written once
 * more in the same tick of the kernel's clock.
 */
enum {
	TICK_NS = 20 * 1000000
};

static const char *const paths[CONFIG_COUNT] = {
	[CONFIG_COHORT] = CONFIG_COHORT_PATH,
	[CONFIG_POLICY] = "config/policy.yaml",
	[CONFIG_CURRICULUM] = "config/curriculum.yaml",
	[CONFIG_ROSTER] = "config/roster.yaml",
};

const char *config_path(enum config_file f)
{
	return paths[f];
}

bool config_is_path(const char *path, enum config_file *out)
{
	for (int i = 0; i < CONFIG_COUNT; i++) {
		if (strcmp(path, paths[i]) == 0) {
			*out = (enum config_file)i;
			return true;
		}
	}
	return false;
}

void config_release(struct config *c)
{
	for (int i = 0; i < CONFIG_COUNT; i++)
		strbuf_release(&c->files[i].text);
}

bool config_is_edited(const struct config_seen *f)
{
	return !f->behind && !oid_equal(&f->seen, &f->head);
}

/* ---- looking */

static int64_t nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

static struct file_key key_of(const char *path)
{
	struct file_key key = { 0 };
	struct stat st;

	if (stat(path, &st) < 0)
		return key;
	key.ino = (uint64_t)st.st_ino;
	key.size = (uint64_t)st.st_size;
	key.mtime_ns = nanoseconds(&st.st_mtim);
	key.ctime_ns = nanoseconds(&st.st_ctim);
	return key;
}

static bool key_is_same(const struct file_key *a, const struct file_key *b)
{
	return a->ino == b->ino && a->size == b->size &&
	       a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/* A file that is not there has no text and the name of no blob. */
static int load(struct config_seen *f, const char *path, struct err *err)
{
	f->loaded = true;
	strbuf_release(&f->text);
	f->text.max = CONFIG_SIZE_MAX;
	if (file_read(path, CONFIG_SIZE_MAX, &f->text, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return (int)err->code;
		err_clear(err);
		f->key = (struct file_key){ 0 };
	}
	f->sum = snapshot_sum(f->text.data, f->text.len);
	return 0;
}

static int look_at(struct config_seen *f, const char *path,
		   const struct snapshot *old, const struct config_seen *was,
		   struct err *err)
{
	static const struct file_key none;

	f->key = key_of(path);
	if (old && key_is_same(&f->key, &was->key)) {
		bool settled = f->key.ctime_ns < old->key.made_ns - TICK_NS;

		if (!settled && load(f, path, err) < 0)
			return (int)err->code;
		if (settled || f->sum == was->sum) {
			f->seen = was->seen;
			f->sum = was->sum;
			return 0;
		}
	}
	if (!f->loaded && load(f, path, err) < 0)
		return (int)err->code;
	if (key_is_same(&f->key, &none))
		return 0;
	return repo_blob_name(f->text.data, f->text.len, &f->seen, err);
}

static int find_in(struct workspace *ws, const struct oid *commit,
		   const char *path, struct oid *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	if (oid_is_zero(commit))
		return 0;
	if (workspace_need_repo(ws, err) < 0)
		return (int)err->code;
	if (repo_path_find(ws->repo, commit, path, out, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return (int)err->code;
		err_clear(err);
	}
	return 0;
}

/* A killed commit left the file as it was before: that is no hand edit. */
static int look_behind(struct workspace *ws, struct config_seen *f,
		       const char *path, struct err *err)
{
	struct intent intent;
	struct oid before;
	int rc;

	if (oid_equal(&f->seen, &f->head))
		return 0;
	rc = intent_read(ws, &intent, err);
	if (rc <= 0)
		return rc;
	if (!oid_equal(&intent.after, &ws->head))
		return 0;
	if (find_in(ws, &intent.before, path, &before, err) < 0)
		return (int)err->code;
	f->behind = oid_equal(&f->seen, &before);
	f->loaded = f->loaded && !f->behind;
	return 0;
}

int config_look(struct workspace *ws, const struct snapshot *old,
		struct err *err)
{
	bool same_head = old && oid_equal(&old->key.head, &ws->head);

	config_release(&ws->config);
	memset(&ws->config, 0, sizeof(ws->config));
	for (int i = 0; i < CONFIG_COUNT; i++) {
		struct config_seen *f = &ws->config.files[i];
		const struct config_seen *was = old ? &old->key.files[i] : NULL;
		AUTO(str_freep) char *path = path_joined(ws->root, paths[i]);

		if (!path)
			return err_nomem(err);
		if (look_at(f, path, old, was, err) < 0)
			return (int)err->code;
		if (same_head)
			f->head = was->head;
		else if (find_in(ws, &ws->head, paths[i], &f->head, err) < 0)
			return (int)err->code;
		if (look_behind(ws, f, paths[i], err) < 0)
			return (int)err->code;
	}
	return 0;
}

void config_committed(struct workspace *ws, enum config_file f,
		      const struct oid *oid)
{
	struct config_seen *seen = &ws->config.files[f];

	strbuf_release(&seen->text);
	seen->loaded = false;
	seen->behind = false;
	seen->head = *oid;
	seen->seen = *oid;
}

static int load_head(struct workspace *ws, struct config_seen *f,
		     struct err *err)
{
	if (workspace_need_repo(ws, err) < 0)
		return (int)err->code;
	strbuf_release(&f->text);
	f->text.max = CONFIG_SIZE_MAX;
	if (repo_blob_read(ws->repo, &f->head, CONFIG_SIZE_MAX, &f->text, err) <
	    0)
		return (int)err->code;
	f->loaded = true;
	return 0;
}

int config_text(struct workspace *ws, enum config_file file,
		const struct strbuf **out, struct err *err)
{
	struct config_seen *f = &ws->config.files[file];
	AUTO(str_freep) char *path = path_joined(ws->root, paths[file]);

	if (!path)
		return err_nomem(err);
	if (oid_is_zero(f->behind ? &f->head : &f->seen)) {
		(void)err_set(err, ERR_NOT_FOUND, "'%s' is missing",
			      paths[file]);
		return err_hint(err, "git -C '%s' checkout HEAD -- %s",
				ws->root, paths[file]);
	}
	if (!f->loaded && f->behind && load_head(ws, f, err) < 0)
		return (int)err->code;
	if (!f->loaded && load(f, path, err) < 0)
		return (int)err->code;
	*out = &f->text;
	return 0;
}

/* ---- values */

void config_values_release(struct config_values *v)
{
	if (!v)
		return;
	cohort_free(v->cohort);
	policy_free(v->policy);
	curriculum_free(v->curriculum);
	roster_free(v->roster);
	*v = (struct config_values){ 0 };
}

int config_parse(enum config_file f, const char *text, size_t len,
		 struct config_values *out, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root;

	if (yaml_read(text, len, paths[f], &arena, &root, err) < 0)
		return (int)err->code;
	switch (f) {
	case CONFIG_COHORT:
		return cohort_read(root, &out->cohort, err);
	case CONFIG_POLICY:
		return policy_read(root, &out->policy, err);
	case CONFIG_CURRICULUM:
		return curriculum_read(root, &out->curriculum, err);
	case CONFIG_ROSTER:
		break;
	}
	return roster_read(root, out->cohort->seats, &out->roster, err);
}
