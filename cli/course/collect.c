#include "course/collect.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/progress.h"
#include "base/vec.h"
#include "course/clockface.h"
#include "course/collect_look.h"
#include "course/looks.h"
#include "course/roster_check.h"
#include "io/file.h"
#include "model/schedule.h"
#include "workspace/workspace.h"

static const char boxes[] = "var/collected";

enum {
	SAID_MAX = 200 /* lines of a commit's message */
};

/* One repository, and the items it is asked for. */
struct target {
	const char *url;
	size_t item[ARTIFACT_COUNT]; /* NO_ITEM: not asked for */
	struct target *next;	     /* of the same host */
};
#define NO_ITEM SIZE_MAX

/* A host, and who waits for it. */
struct host {
	char name[REMOTE_HOST_SIZE]; /* "": this machine, without a limit */
	struct target *first;
	struct target *last;
	uint32_t running;
};

/* A run: what the workers share, under the lock but for what is fixed. */
struct run {
	struct workspace *ws;
	struct repo *repo; /* the workspace's */
	const struct collect_options *options;
	struct collect *out;
	struct remotes *remotes;
	struct remote_limits limits;
	struct looks *looks;
	int64_t due[ARTIFACT_COUNT];
	uint32_t per_host;
	size_t jobs;

	struct target *targets;
	size_t target_count;

	pthread_mutex_t lock;
	pthread_cond_t freed; /* a host has room again */
	struct host *hosts;
	size_t host_count;
	size_t host_cap;
	size_t turn; /* the host that is asked next */
	size_t begun;
	size_t done;
};

static void run_release(struct run *r)
{
	remotes_free(r->remotes);
	looks_free(r->looks);
	free(r->targets);
	free(r->hosts);
	pthread_cond_destroy(&r->freed);
	pthread_mutex_destroy(&r->lock);
}
AUTO_RELEASE(struct run, run_release)

const char *collect_result_name(enum collect_result r)
{
	static const char *const names[COLLECT_RESULTS] = {
		"failed",    "moved",	  "deleted",
		"collected", "unchanged", "missing",
	};

	return names[r];
}

const char *collect_kind_name(enum collect_kind k)
{
	static const char *const names[] = { "new", "moved", "deleted", "back",
					     "odd" };

	return names[k];
}

void collect_release(struct collect *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++) {
		free(c->items[i].events);
		record_free(c->items[i].record);
	}
	free(c->items);
	*c = (struct collect){ 0 };
}

/* ---- who is asked */

static bool is_asked(const struct collect_options *o, const struct seat *seat)
{
	for (size_t i = 0; i < o->handle_count; i++) {
		const char *h = o->handles[i];

		if (strcmp(h[0] == '@' ? h + 1 : h, seat->handle) == 0)
			return true;
	}
	return o->handle_count == 0;
}

static int check_handles(const struct run *r, struct err *err)
{
	const struct roster *roster = workspace_roster(r->ws);

	for (size_t i = 0; i < r->options->handle_count; i++) {
		const char *handle = r->options->handles[i];
		const struct seat *seat = roster_find(roster, handle);

		if (!seat)
			return roster_no_student(roster, handle, err);
		if (seat->status == SEAT_WITHDRAWN)
			return err_set(err, ERR_REFUSED, "'@%s' has withdrawn",
				       seat->handle);
	}
	return 0;
}

static struct collect_item *add_item(struct run *r, const struct seat *seat,
				     enum artifact a, const char *url)
{
	struct collect_item *item = &r->out->items[r->out->count++];

	item->seat = seat;
	item->artifact = a;
	item->url = url;
	item->result = COLLECT_FAILED;
	item->looked_at = RECORD_NEVER;
	return item;
}

/* The target of URL among those that were added from FIRST on: this seat's. */
static struct target *target_of(struct run *r, size_t first, const char *url)
{
	struct target *t;

	for (size_t i = first; i < r->target_count; i++) {
		if (strcmp(r->targets[i].url, url) == 0)
			return &r->targets[i];
	}
	t = &r->targets[r->target_count++];
	t->url = url;
	for (size_t k = 0; k < ARTIFACT_COUNT; k++)
		t->item[k] = NO_ITEM;
	return t;
}

static void add_seat(struct run *r, const struct seat *seat)
{
	size_t first = r->target_count;

	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		enum artifact a = (enum artifact)k;
		const char *url = seat_repo(seat, a);

		if (!r->options->artifact[k] || !*url)
			continue;
		target_of(r, first, url)->item[k] = r->out->count;
		(void)add_item(r, seat, a, url);
	}
	r->out->without_repo += r->target_count == first;
}

static int add_seats(struct run *r, struct err *err)
{
	const struct roster *roster = workspace_roster(r->ws);
	size_t most = roster->count * ARTIFACT_COUNT + 1;

	r->out->items = calloc(most, sizeof(*r->out->items));
	r->targets = calloc(most, sizeof(*r->targets));
	if (!r->out->items || !r->targets)
		return err_nomem(err);
	for (size_t i = 0; i < roster->count; i++) {
		const struct seat *seat = &roster->seats[i];

		if (seat->status != SEAT_WITHDRAWN &&
		    is_asked(r->options, seat))
			add_seat(r, seat);
	}
	return 0;
}

/* ---- in which order: hosts take turns, and none gets more than its share */

static struct host *host_of(struct run *r, const char *url)
{
	char name[REMOTE_HOST_SIZE];
	struct host *grown;

	remote_url_host(url, name);
	for (size_t i = r->host_count; i > 0; i--) {
		if (strcmp(r->hosts[i - 1].name, name) == 0)
			return &r->hosts[i - 1];
	}
	grown = vec_grow(r->hosts, &r->host_cap, r->host_count + 1,
			 sizeof(*grown));
	if (!grown)
		return NULL;
	r->hosts = grown;
	grown += r->host_count++;
	memset(grown, 0, sizeof(*grown));
	memcpy(grown->name, name, sizeof(name));
	return grown;
}

static int line_up(struct run *r, struct err *err)
{
	for (size_t i = 0; i < r->target_count; i++) {
		struct target *t = &r->targets[i];
		struct host *h = host_of(r, t->url);

		if (!h)
			return err_nomem(err);
		if (h->last)
			h->last->next = t;
		else
			h->first = t;
		h->last = t;
	}
	return 0;
}

/* The next host that waits and has room, or NULL; the lock is held. */
static struct host *next_host(struct run *r)
{
	for (size_t i = 0; i < r->host_count; i++) {
		struct host *h = &r->hosts[(r->turn + i) % r->host_count];

		if (h->first && (!h->name[0] || h->running < r->per_host)) {
			r->turn = (r->turn + i + 1) % r->host_count;
			return h;
		}
	}
	return NULL;
}

/* The next target, when its host has room; NULL when all have begun. */
static struct target *take(struct run *r, struct host **from)
{
	struct target *t = NULL;

	pthread_mutex_lock(&r->lock);
	while (r->begun < r->target_count && !t) {
		struct host *h = next_host(r);

		if (!h) {
			pthread_cond_wait(&r->freed, &r->lock);
			continue;
		}
		t = h->first;
		h->first = t->next;
		h->running++;
		r->begun++;
		*from = h;
	}
	pthread_mutex_unlock(&r->lock);
	return t;
}

/* ---- one of them */

static void fail_all(struct run *r, const struct target *t,
		     const struct err *why, bool local)
{
	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		if (t->item[k] == NO_ITEM)
			continue;
		r->out->items[t->item[k]].err = *why;
		r->out->items[t->item[k]].local = local;
	}
}

/* What it takes to look; the lock is held, the workspace is one thread's. */
static int prepare(struct run *r, const struct target *t,
		   struct collect_look *l, struct err *err)
{
	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		enum artifact a = (enum artifact)k;

		l->due[k] = r->due[k];
		l->not_seen_at[k] = looks_last(r->looks, t->url, a);
		if (t->item[k] == NO_ITEM)
			continue;
		l->items[k] = &r->out->items[t->item[k]];
		if (workspace_record(r->ws, a, l->items[k]->seat->handle,
				     &l->records[k], err) < 0)
			return err->code;
	}
	return 0;
}

static const struct seat *seat_of(const struct run *r, const struct target *t)
{
	size_t k = 0;

	while (t->item[k] == NO_ITEM)
		k++;
	return r->out->items[t->item[k]].seat;
}

static void look_at(struct run *r, const struct target *t)
{
	AUTO(strbuf_releasep) struct strbuf box = { 0 };
	struct collect_look l = { .remotes = r->remotes,
				  .limits = &r->limits,
				  .url = t->url,
				  .dry_run = r->options->dry_run };
	const struct cohort *c = workspace_cohort(r->ws);
	struct err err = { 0 };
	bool local;

	(void)remote_url_check(t->url, c->url_schemes, c->url_scheme_count,
			       &err);
	strbuf_addf(&box, "%s/%s/%s.git", workspace_root(r->ws), boxes,
		    seat_of(r, t)->handle);
	l.box = strbuf_str(&box);
	pthread_mutex_lock(&r->lock);
	if (!err.code && strbuf_check(&box, &err) == 0)
		(void)prepare(r, t, &l, &err);
	pthread_mutex_unlock(&r->lock);
	local = err.code != 0;
	if (local || collect_look(&l, &err) < 0)
		fail_all(r, t, &err, local);
	for (size_t k = 0; k < ARTIFACT_COUNT; k++)
		record_free(l.records[k]);
	pthread_mutex_lock(&r->lock);
	r->out->received += l.received;
	pthread_mutex_unlock(&r->lock);
}

static void work(void *ctx, size_t index)
{
	struct run *r = ctx;
	struct target *t;
	struct host *from = NULL;

	(void)index;
	while ((t = take(r, &from)) != NULL) {
		size_t done;

		look_at(r, t);
		pthread_mutex_lock(&r->lock);
		from->running--;
		done = ++r->done;
		pthread_cond_broadcast(&r->freed);
		pthread_mutex_unlock(&r->lock);
		progress_step(r->options->progress, done, r->target_count,
			      seat_of(r, t)->handle);
	}
}

/* ---- the run */

static int set_up(struct run *r, struct err *err)
{
	const struct cohort *c = workspace_cohort(r->ws);
	AUTO(zone_freep) struct zone *zone = NULL;
	uint32_t jobs = r->options->jobs;

	if (clockface_zone(c->zone, &zone, err) < 0)
		return err->code;
	for (size_t k = 0; k < ARTIFACT_COUNT; k++)
		r->due[k] = schedule_due(c, zone, (enum artifact)k);
	r->jobs = jobs ? jobs : c->collect.jobs;
	r->per_host = jobs ? jobs : c->collect.per_host;
	r->limits = (struct remote_limits){
		.max_bytes = c->collect.max_bytes,
		.max_refs = c->collect.max_refs,
		.timeout_s = c->collect.timeout_s,
		.low_speed_s = c->collect.low_speed_s,
		.credentials = true,
	};
	r->repo = workspace_repo(r->ws);
	if (!r->repo)
		return err_set(err, ERR_IO, "cannot open '%s'",
			       workspace_root(r->ws));
	if (looks_read(repo_git_dir(r->repo), &r->looks, err) < 0)
		return err->code;
	return remotes_new(c->url_schemes, c->url_scheme_count, &r->remotes,
			   err);
}

static int make_boxes_dir(struct run *r, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	if (r->options->dry_run)
		return 0;
	path_join(&path, workspace_root(r->ws), boxes);
	if (strbuf_check(&path, err) < 0)
		return err->code;
	return file_make_dirs(strbuf_str(&path), err);
}

static bool is_late(const struct collect_event *e)
{
	return (e->kind == EVENT_NEW || e->kind == EVENT_MOVED) &&
	       e->late_s > 0;
}

static void count_up(struct run *r)
{
	for (size_t i = 0; i < r->out->count; i++) {
		struct collect_item *item = &r->out->items[i];

		if (item->err.code) {
			item->result = COLLECT_FAILED;
			item->event_count = 0;
			item->looked_at = RECORD_NEVER;
		}
		r->out->of[item->result]++;
		for (size_t k = 0; k < item->event_count; k++)
			r->out->late += is_late(&item->events[k]);
	}
	r->out->connections = remotes_connections(r->remotes);
}

/* ---- writing it down */

/* "collect artifact_01: 30 new, 1 moved" */
static void say_commit(const struct run *r, struct strbuf *out)
{
	static const struct {
		enum collect_result of;
		const char *word;
	} words[] = {
		{ COLLECT_COLLECTED, "new" },
		{ COLLECT_MOVED, "moved" },
		{ COLLECT_GONE, "deleted" },
	};
	const char *comma = "";

	strbuf_adds(out, "collect");
	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		if (r->options->artifact[k])
			strbuf_addf(out, " %s", artifact_id((enum artifact)k));
	}
	strbuf_adds(out, ": ");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (r->out->of[words[i].of] == 0)
			continue;
		strbuf_addf(out, "%s%zu %s", comma, r->out->of[words[i].of],
			    words[i].word);
		comma = ", ";
	}
	strbuf_adds(out, "\n\n");
}

/* One line of the commit's message for each thing that was seen. */
static void say_events(const struct collect_item *item, struct strbuf *out,
		       size_t *said)
{
	for (size_t i = 0; i < item->event_count; i++) {
		const struct collect_event *e = &item->events[i];

		if (e->kind == EVENT_ODD || ++*said > SAID_MAX)
			continue;
		strbuf_addf(out, "@%s %s %s %.12s\n", item->seat->handle,
			    collect_kind_name(e->kind), e->tag, e->commit);
	}
}

static int write_down(struct run *r, struct err *err)
{
	AUTO(change_freep) struct change *change = NULL;
	AUTO(strbuf_releasep) struct strbuf message = { 0 };
	size_t said = 0;

	if (change_new(r->ws, &change, err) < 0)
		return err->code;
	say_commit(r, &message);
	for (size_t i = 0; i < r->out->count; i++) {
		const struct collect_item *item = &r->out->items[i];

		if (!item->record)
			continue;
		say_events(item, &message, &said);
		if (change_put_record(change, item->record, err) < 0)
			return err->code;
	}
	if (said > SAID_MAX)
		strbuf_addf(&message, "and %zu more\n", said - SAID_MAX);
	if (strbuf_check(&message, err) < 0)
		return err->code;
	if (change_is_empty(change))
		return 0;
	if (change_commit(change, strbuf_str(&message), err) < 0)
		return err->code;
	r->out->committed = true;
	return 0;
}

static int note_looks(struct run *r, int64_t began, struct err *err)
{
	for (size_t i = 0; i < r->out->count; i++) {
		const struct collect_item *item = &r->out->items[i];

		if (item->looked_at != RECORD_NEVER &&
		    looks_note(r->looks, item->url, item->artifact, began,
			       err) < 0)
			return err->code;
	}
	return looks_write(r->looks, repo_git_dir(r->repo), err);
}

int collect_run(struct workspace *ws, const struct collect_options *options,
		struct collect *out, struct err *err)
{
	AUTO(run_releasep)
	struct run r = { .ws = ws, .options = options, .out = out };
	int64_t began = clock_now(), ms = clock_monotonic_ms();

	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.freed, NULL);
	if (check_handles(&r, err) < 0 || set_up(&r, err) < 0 ||
	    add_seats(&r, err) < 0 || line_up(&r, err) < 0 ||
	    make_boxes_dir(&r, err) < 0)
		return err->code;
	if (r.jobs > r.target_count)
		r.jobs = r.target_count;
	if (pool_run((unsigned)r.jobs, r.jobs, work, &r, err) < 0)
		return err->code;
	count_up(&r);
	if (!options->dry_run &&
	    (write_down(&r, err) < 0 || note_looks(&r, began, err) < 0))
		return err->code;
	out->ms = clock_monotonic_ms() - ms;
	return 0;
}
