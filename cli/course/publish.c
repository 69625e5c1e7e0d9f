#include "course/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "course/publish_plan.h"
#include "crate/manifest/manifest.h"
#include "registry/registry.h"

struct run {
	struct workspace *ws;
	const struct publish_options *options;
	struct registry *registry;
	struct plan plan;
	struct published *result;
	struct err *err;
};

static void run_release(struct run *r)
{
	plan_release(&r->plan);
	registry_free(r->registry);
}
AUTO_RELEASE(struct run, run_release)

const char *publish_state_name(enum publish_state s)
{
	static const char *const names[] = { "published", "already", "missing",
					     "refused",	  "blocked", "failed" };

	return names[s];
}

static struct registry_crate crate_of(const struct plan_crate *c)
{
	return (struct registry_crate){ .name = c->item->crate,
					.version = c->item->version,
					.sha256 = c->sub->package_sha256,
					.path = c->path,
					.index_line = c->index_line };
}

/* ---- the write-ahead record */

static int write_down(struct run *r, const struct plan_crate *c,
		      const char *what)
{
	char at[CLOCK_STAMP_SIZE];
	AUTO(json_decrefp) json_t *line = NULL;

	stamp_format(clock_now(), at);
	line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "effect",
			 "publish", "what", what, "registry",
			 r->options->registry, "crate", c->item->crate,
			 "version", c->item->version, "sha256",
			 c->sub->package_sha256, "at", at);
	if (!line)
		return err_nomem(r->err);
	return workspace_effect(r->ws, line, r->err);
}

/* ---- one crate */

/* True if one of the cohort's own crates that C needs is not out. */
static const char *what_blocks(struct run *r, const struct plan_crate *c)
{
	for (size_t i = 0; i < c->need_count; i++) {
		for (size_t k = 0; k < r->plan.count; k++) {
			const struct publish_item *other =
				r->plan.crates[k].item;

			if (other->state > PUBLISH_ALREADY &&
			    crate_name_same(other->crate, c->needs[i]))
				return other->crate;
		}
	}
	return NULL;
}

static int failed(struct run *r, struct plan_crate *c, const struct err *why)
{
	if (why->code == ERR_NOMEM || why->code == ERR_IO) {
		*r->err = *why; /* ours, not the crate's: stop */
		return r->err->code;
	}
	c->item->is_input = why->code == ERR_EXISTS;
	return plan_say(r->result, c->item, PUBLISH_FAILED, NULL, r->err, "%s",
			why->msg);
}

static int other_bytes(struct run *r, struct plan_crate *c)
{
	c->item->is_input = true;
	return plan_say(r->result, c->item, PUBLISH_FAILED,
			"cohort roster show", r->err,
			"%s %s is in '%s' already with another checksum; "
			"a new version is wanted",
			c->item->crate, c->item->version, r->options->registry);
}

static int publish_one(struct run *r, struct plan_crate *c)
{
	const struct registry_crate crate = crate_of(c);
	enum registry_state state;
	struct err why = { 0 };
	const char *blocks = what_blocks(r, c);

	if (blocks)
		return plan_say(r->result, c->item, PUBLISH_BLOCKED, NULL,
				r->err, "it depends on %s, which is not out",
				blocks);
	if (registry_look(r->registry, &crate, &state, &why) < 0)
		return failed(r, c, &why);
	if (state == REGISTRY_DIFFERENT)
		return other_bytes(r, c);
	if (state == REGISTRY_SAME) {
		c->item->state = PUBLISH_ALREADY;
		return 0;
	}
	c->item->state = PUBLISH_DONE;
	if (r->options->dry_run)
		return 0;
	if (write_down(r, c, "begin") < 0)
		return r->err->code;
	if (registry_publish(r->registry, &crate, &why) < 0)
		return failed(r, c, &why);
	return write_down(r, c, "done");
}

static int publish_all(struct run *r)
{
	for (size_t i = 0; i < r->plan.order_count; i++) {
		struct plan_crate *c = r->plan.order[i];

		progress_step(r->options->progress, i, r->plan.order_count,
			      c->item->crate);
		if (publish_one(r, c) < 0)
			return r->err->code;
	}
	progress_step(r->options->progress, r->plan.order_count,
		      r->plan.order_count, "");
	return 0;
}

/* ---- into the records */

/* What a killed run did is found in the registry and recorded as well. */
static int record_one(struct run *r, struct change *change,
		      struct plan_crate *c, size_t *count)
{
	struct publication p = { .registry = r->options->registry,
				 .crate = c->item->crate,
				 .version = c->item->version,
				 .at = clock_now() };
	const struct publication *old = record_publication(
		c->record, r->options->registry, c->item->version);

	if (c->item->state > PUBLISH_ALREADY ||
	    (old && strcmp(old->sha256, c->sub->package_sha256) == 0))
		return 0;
	memcpy(p.sha256, c->sub->package_sha256, sizeof(p.sha256));
	memcpy(p.commit, c->sub->commit, sizeof(p.commit));
	if (record_add_publication(c->record, &p, r->err) < 0 ||
	    change_put_record(change, c->record, r->err) < 0)
		return r->err->code;
	(*count)++;
	return 0;
}

static int record_all(struct run *r)
{
	AUTO(change_freep) struct change *change = NULL;
	char message[160];
	size_t count = 0;

	if (change_new(r->ws, &change, r->err) < 0)
		return r->err->code;
	for (size_t i = 0; i < r->plan.order_count; i++) {
		if (record_one(r, change, r->plan.order[i], &count) < 0)
			return r->err->code;
	}
	snprintf(message, sizeof(message), "publish %s to %s: %zu crate%s",
		 r->options->artifact < 0
			 ? "submissions"
			 : artifact_id((enum artifact)r->options->artifact),
		 r->options->registry, count, count == 1 ? "" : "s");
	if (count > 0 && (registry_finish(r->registry, message, r->err) < 0 ||
			  change_commit(change, message, r->err) < 0))
		return r->err->code;
	return workspace_effects_clear(r->ws, r->err);
}

/* ---- */

static int open_registry(struct run *r)
{
	const struct registry_config *config =
		cohort_registry(workspace_cohort(r->ws), r->options->registry);

	if (!config) {
		(void)err_set(r->err, ERR_NOT_FOUND,
			      "there is no registry '%s'",
			      r->options->registry);
		return err_hint(
			r->err,
			"'registries' in config/cohort.yaml lists them");
	}
	return registry_open(config, workspace_root(r->ws), &r->registry,
			     r->err);
}

static int finish(struct run *r)
{
	r->result->location =
		arena_strdup(&r->result->arena, registry_location(r->registry));
	if (!r->result->location)
		return err_nomem(r->err);
	for (size_t i = 0; i < r->result->count; i++)
		r->result->by_state[r->result->items[i].state]++;
	return 0;
}

int publish_run(struct workspace *ws, const struct publish_options *options,
		struct published *out, struct err *err)
{
	AUTO(published_releasep) struct published result = { 0 };
	AUTO(run_releasep)
	struct run r = {
		.ws = ws, .options = options, .result = &result, .err = err
	};

	if (open_registry(&r) < 0 ||
	    plan_make(ws, options, &result, &r.plan, err) < 0 ||
	    publish_all(&r) < 0)
		return err->code;
	if (!options->dry_run && record_all(&r) < 0)
		return err->code;
	if (finish(&r) < 0)
		return err->code;
	*out = result;
	result = (struct published){ 0 };
	return 0;
}

void published_release(struct published *p)
{
	if (!p)
		return;
	arena_release(&p->arena);
	*p = (struct published){ 0 };
}
