/* What readers see of one HEAD: from the snapshot, or made and kept there. */
#include "workspace/state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "workspace/internal.h"
#include "workspace/summary.h"

enum {
	SELF_PATH_MAX = 4096
};

void state_free(struct state *s)
{
	if (!s)
		return;
	cohort_free(s->cohort);
	roster_free(s->roster);
	free(s->states);
	arena_release(&s->strings);
	file_map_release(&s->map);
	free(s);
}

static struct seat_state *states_new(size_t count)
{
	return calloc(count + 1, sizeof(struct seat_state));
}

/* ---- the snapshot */

static int64_t now_ns(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Another build may mean other things by the same bytes. */
static void binary_of(uint64_t out[4])
{
	char path[SELF_PATH_MAX];
	struct stat st;
	struct err ignored = { 0 };

	memset(out, 0, 4 * sizeof(*out));
	if (os_self_path(path, sizeof(path), &ignored) < 0 ||
	    stat(path, &st) < 0)
		return;
	out[0] = (uint64_t)st.st_dev;
	out[1] = (uint64_t)st.st_ino;
	out[2] = (uint64_t)st.st_size;
	out[3] = (uint64_t)st.st_mtim.tv_sec * 1000000000 +
		 (uint64_t)st.st_mtim.tv_nsec;
}

static char *snapshot_path(const struct workspace *ws)
{
	return path_joined(ws->own_dir, "snapshot");
}

/* False: there is none, it is damaged, or it is not of this binary. */
static bool snapshot_find(const struct workspace *ws, struct file_map *map,
			  struct snapshot *out)
{
	AUTO(str_freep) char *path = snapshot_path(ws);
	uint64_t binary[4];
	struct err ignored = { 0 };

	binary_of(binary);
	return path && file_map_open(path, map, &ignored) == 0 &&
	       snapshot_open(map->data, map->len, out) &&
	       memcmp(out->key.binary, binary, sizeof(binary)) == 0;
}

static bool snapshot_fits(const struct workspace *ws, const struct snapshot *s)
{
	if (!oid_equal(&s->key.head, &ws->head))
		return false;
	for (int i = 0; i < CONFIG_COUNT; i++) {
		if (ws->config.files[i].behind ||
		    !oid_equal(&s->key.files[i].seen,
			       &ws->config.files[i].seen))
			return false;
	}
	return true;
}

static int take_snapshot(struct state *state, const struct snapshot *s,
			 struct file_map *map, struct err *err)
{
	if (snapshot_roster(s, &state->roster, err) < 0)
		return (int)err->code;
	state->states = states_new(s->seat_count);
	if (!state->states)
		return err_nomem(err);
	for (size_t i = 0; i < s->seat_count; i++)
		snapshot_state(s, i, &state->states[i]);
	state->map = *map;
	*map = (struct file_map){ 0 };
	return 0;
}

/* A cache: a disk that is full or read-only only makes the next one slower. */
static void keep_snapshot(const struct workspace *ws, const struct state *state,
			  int64_t begun_ns)
{
	AUTO(str_freep) char *path = snapshot_path(ws);
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
	struct snapshot_key key = { .made_ns = begun_ns, .head = ws->head };
	struct err ignored = { 0 };

	for (int i = 0; i < CONFIG_COUNT; i++) {
		const struct config_seen *f = &ws->config.files[i];

		if (f->behind)
			return;
		key.files[i] = *f;
	}
	binary_of(key.binary);
	if (!path || snapshot_write(&key, state->roster, state->states, &bytes,
				    &ignored) < 0)
		return;
	(void)mkdir(ws->own_dir, 0700);
	(void)file_write_cache(path, bytes.data, bytes.len, &ignored);
}

/* ---- making one */

/* The roster of an old snapshot holds while its text and the cohort's do. */
static bool roster_holds(const struct workspace *ws, const struct snapshot *old)
{
	static const enum config_file of[] = { CONFIG_COHORT, CONFIG_ROSTER };

	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		const struct config_seen *f = &ws->config.files[of[i]];
		const struct oid *counts = f->behind ? &f->head : &f->seen;

		if (!oid_equal(counts, &old->key.files[of[i]].seen))
			return false;
	}
	return true;
}

static int parse_roster(struct workspace *ws, struct state *state,
			struct err *err)
{
	struct config_values values = { .cohort = state->cohort };
	const struct strbuf *text;
	int rc = config_text(ws, CONFIG_ROSTER, &text, err);

	if (rc == 0)
		rc = config_parse(CONFIG_ROSTER, strbuf_str(text), text->len,
				  &values, err);
	state->roster = values.roster;
	return rc;
}

static int make(struct workspace *ws, struct state *state,
		const struct snapshot *old, struct file_map *map,
		struct err *err)
{
	AUTO(state_freep) struct state *was = calloc(1, sizeof(*was));
	struct summary_known known;

	if (!was)
		return err_nomem(err);
	if (old && take_snapshot(was, old, map, err) < 0)
		return (int)err->code;
	known = (struct summary_known){ was->roster, was->states };
	if (parse_roster(ws, state, err) < 0)
		return (int)err->code;
	state->states = states_new(state->roster->count);
	if (!state->states)
		return err_nomem(err);
	return summaries_read(ws, &ws->head, state->roster, old ? &known : NULL,
			      state->states, &state->strings, err);
}

/* The same roster at another HEAD: nothing of it is parsed. */
static int renew(struct workspace *ws, struct state *state,
		 const struct snapshot *old, struct file_map *map,
		 struct err *err)
{
	struct seat_state *was;
	struct summary_known known;
	int rc;

	if (take_snapshot(state, old, map, err) < 0)
		return (int)err->code;
	was = state->states;
	known = (struct summary_known){ state->roster, was };
	state->states = states_new(state->roster->count);
	if (!state->states) {
		state->states = was;
		return err_nomem(err);
	}
	rc = summaries_read(ws, &ws->head, state->roster, &known, state->states,
			    &state->strings, err);
	free(was);
	return rc;
}

static int parse_cohort(struct workspace *ws, struct state *state,
			struct err *err)
{
	struct config_values values = { 0 };
	const struct strbuf *text;

	if (config_text(ws, CONFIG_COHORT, &text, err) < 0 ||
	    config_parse(CONFIG_COHORT, strbuf_str(text), text->len, &values,
			 err) < 0)
		return (int)err->code;
	state->cohort = values.cohort;
	return 0;
}

int state_load(struct workspace *ws, struct state **out, struct err *err)
{
	AUTO(state_freep) struct state *state = calloc(1, sizeof(*state));
	AUTO(file_map_releasep) struct file_map map = { 0 };
	struct snapshot old;
	int64_t begun_ns = now_ns();
	bool found = snapshot_find(ws, &map, &old);
	int rc;

	if (!state)
		return err_nomem(err);
	if (config_look(ws, found ? &old : NULL, err) < 0 ||
	    parse_cohort(ws, state, err) < 0)
		return (int)err->code;
	if (found && snapshot_fits(ws, &old)) {
		rc = take_snapshot(state, &old, &map, err);
	} else {
		if (found && roster_holds(ws, &old))
			rc = renew(ws, state, &old, &map, err);
		else
			rc = make(ws, state, found ? &old : NULL, &map, err);
		if (rc == 0)
			keep_snapshot(ws, state, begun_ns);
	}
	if (rc < 0)
		return rc;
	*out = state;
	state = NULL;
	return 0;
}

/* ---- the state after a change */

struct patch {
	size_t seat;
	enum artifact artifact;
	struct oid oid;
	struct seat_summary summary;
};

struct state_update {
	struct cohort *cohort;
	struct roster *roster;
	struct seat_state *states; /* with another roster */
	struct arena strings;
	struct patch *patches;
	size_t count;
};

void state_update_free(struct state_update *u)
{
	if (!u)
		return;
	cohort_free(u->cohort);
	roster_free(u->roster);
	free(u->states);
	arena_release(&u->strings);
	free(u->patches);
	free(u);
}

static int add_patch(struct state_update *u, const struct roster *roster,
		     const struct state_item *item, struct err *err)
{
	AUTO(record_freep) struct record *r = NULL;
	struct patch *p = &u->patches[u->count];
	char handle[HANDLE_MAX + 1];
	const struct seat *seat;

	if (!record_path_parse(item->path, &p->artifact, handle))
		return 0;
	p->oid = item->oid;
	p->summary = (struct seat_summary){ .version = "",
					    .first_seen_at = RECORD_NEVER };
	if (!oid_is_zero(&item->oid)) {
		if (record_parse(item->path, item->bytes, item->len, &r, err) <
			    0 ||
		    summary_make(r, &u->strings, &p->summary, err) < 0)
			return (int)err->code;
		if (strcmp(r->handle, handle) != 0 ||
		    r->artifact != p->artifact)
			return err_set(err, ERR_FORMAT,
				       "'%s' is the record of %s of '@%s'",
				       item->path, artifact_id(r->artifact),
				       r->handle);
	}
	seat = map_get(&roster->by_handle, handle);
	if (!seat)
		return 0;
	p->seat = (size_t)(seat - roster->seats);
	u->count++;
	return 0;
}

int state_update_new(struct workspace *ws, const struct state_item *items,
		     size_t count, struct config_values *values,
		     struct state_update **out, struct err *err)
{
	AUTO(state_update_freep)
	struct state_update *u = calloc(1, sizeof(*u));
	struct state *now = ws->state;
	struct summary_known known = { now->roster, now->states };
	const struct roster *roster;

	if (!u)
		return err_nomem(err);
	u->cohort = values->cohort;
	u->roster = values->roster;
	values->cohort = NULL;
	values->roster = NULL;
	roster = u->roster ? u->roster : now->roster;
	u->patches = calloc(count + 1, sizeof(*u->patches));
	u->states = u->roster ? states_new(roster->count) : NULL;
	if (!u->patches || (u->roster && !u->states))
		return err_nomem(err);
	if (u->roster && summaries_read(ws, &ws->head, roster, &known,
					u->states, &u->strings, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < count; i++) {
		if (add_patch(u, roster, &items[i], err) < 0)
			return (int)err->code;
	}
	*out = u;
	u = NULL;
	return 0;
}

void state_update_apply(struct state *s, struct state_update *u)
{
	if (u->cohort) {
		cohort_free(s->cohort);
		s->cohort = u->cohort;
		u->cohort = NULL;
	}
	if (u->roster) {
		roster_free(s->roster);
		s->roster = u->roster;
		u->roster = NULL;
		free(s->states);
		s->states = u->states;
		u->states = NULL;
	}
	arena_join(&s->strings, &u->strings);
	for (size_t i = 0; i < u->count; i++) {
		const struct patch *p = &u->patches[i];
		struct seat_state *to = &s->states[p->seat];

		to->summary[p->artifact] = p->summary;
		to->record[p->artifact] = p->oid;
	}
}
