/* The pipeline: which gates, in which order, on what, and what it comes to. */
#include "gate/gate_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/progress.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/toolchain.h"
#include "model/policy.h"
#include "version.h"

/* A change of what gates do or say makes all that is cached worthless. */
#define GATES_VERSION "4"

struct gate {
	const char *name;
	gate_step *step;
};

static const struct gate gates[] = {
	{ "tree", gate_step_tree },	    { "pack", gate_step_pack },
	{ "metadata", gate_step_metadata }, { "build", gate_step_build },
	{ "semver", gate_step_semver },
};

enum {
	GATES = ARRAY_LEN(gates),
	GATES_PACK = 2 /* the first two pack */
};

static void pipeline_release(struct pipeline *p)
{
	struct err ignored = { 0 }; /* what matters has been said by now */

	if (p->work)
		(void)file_remove_tree(p->work, &ignored);
	free(p->work);
	free(p->package);
	free(p->crate);
	if (p->has_listing)
		package_listing_release(&p->listing);
}
AUTO_RELEASE(struct pipeline, pipeline_release)

char *pipeline_path(const struct pipeline *p, const char *name)
{
	return path_joined(p->work, name);
}

int outcome_log(const struct pipeline *p, struct gate_outcome *o,
		const char *name, const struct strbuf *text, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char id[DIGEST_HEX_SIZE];
	const char *label = p->subject->label ? p->subject->label : "";

	if (!p->env->cache_dir || text->len == 0)
		return 0;
	if (digest_bytes(label, strlen(label), id, err) < 0)
		return (int)err->code;
	strbuf_addf(&path, "%s/logs", p->env->cache_dir);
	if (strbuf_check(&path, err) < 0 ||
	    file_make_dirs(strbuf_str(&path), err) < 0)
		return (int)err->code;
	strbuf_addf(&path, "/%.16s-%s.log", id, name);
	if (strbuf_check(&path, err) < 0)
		return (int)err->code;
	if (path.len >= sizeof(o->log))
		return 0; /* nobody could be told where it is */
	if (file_write_cache(strbuf_str(&path), text->data, text->len, err) < 0)
		return (int)err->code;
	memcpy(o->log, strbuf_str(&path), path.len + 1);
	return 0;
}

/* ----------------------------------------------------------------- judgement
 */

/*
 * The policy's word on a finding: an allowance, else the last rule that fits,
 * else the level that it has.
 */
static void judge_finding(const struct gate_env *env,
			  const struct gate_subject *s, struct gate_report *r,
			  struct finding *f)
{
	const struct policy_allowance *a =
		policy_allows(env->policy, f->id, f->subject ? f->subject : "",
			      s->handle, s->artifact);

	f->level = a ? FINDING_ALLOW
		     : policy_lint_level(env->policy, f->id, s->artifact,
					 s->week, f->level);
	if (a)
		f->allowed = arena_strdup(&r->findings.arena, a->reason);
	else if (f->level != FINDING_ALLOW)
		f->allowed = NULL; /* whatever the manifest says */
}

/*
 * The semver gate hands on what its lints allow, because the policy may know
 * better.  Where it does not, nobody wants to hear of it.
 */
static void drop_allowed(struct gate_report *r, struct gate_outcome *o)
{
	struct finding *items = r->findings.items;
	size_t end = o->first + o->count, kept = o->first;

	if (strcmp(o->gate, "semver") != 0)
		return;
	for (size_t i = o->first; i < end; i++)
		if (items[i].level != FINDING_ALLOW || items[i].allowed)
			items[kept++] = items[i];
	for (size_t i = end; i < r->findings.count; i++)
		items[i - (end - kept)] = items[i];
	for (size_t i = 0; i < r->gate_count; i++)
		if (r->gates[i].first >= end && &r->gates[i] != o)
			r->gates[i].first -= end - kept;
	r->findings.count -= end - kept;
	o->count = kept - o->first;
}

static bool is_skipped(const struct gate_env *env, const struct gate_subject *s,
		       const char *gate)
{
	return env->policy &&
	       policy_gate_level(env->policy, gate, s->artifact, s->week,
				 FINDING_DENY) == FINDING_ALLOW;
}

static void judge_gate(const struct gate_env *env, const struct gate_subject *s,
		       struct gate_report *r, struct gate_outcome *o)
{
	bool may_fail =
		!env->policy ||
		policy_gate_level(env->policy, o->gate, s->artifact, s->week,
				  FINDING_DENY) == FINDING_DENY;
	bool denied = false;

	for (size_t i = o->first; i < o->first + o->count; i++) {
		struct finding *f = &r->findings.items[i];

		if (env->policy)
			judge_finding(env, s, r, f);
		if (f->level == FINDING_DENY && !may_fail)
			f->level = FINDING_WARN;
		denied = denied || f->level == FINDING_DENY;
	}
	if (o->verdict == VERDICT_PASS || o->verdict == VERDICT_FAIL)
		o->verdict = denied ? VERDICT_FAIL : VERDICT_PASS;
	drop_allowed(r, o);
}

/* The worst: an error is not known to be good, but a failure is known bad. */
static void judge(const struct gate_env *env, const struct gate_subject *s,
		  struct gate_report *r)
{
	r->verdict = VERDICT_PASS;
	for (size_t i = 0; i < r->gate_count; i++) {
		struct gate_outcome *o = &r->gates[i];

		judge_gate(env, s, r, o);
		if (o->verdict == VERDICT_FAIL ||
		    (o->verdict == VERDICT_ERROR && r->verdict != VERDICT_FAIL))
			r->verdict = o->verdict;
	}
}

/* ------------------------------------------------------------------- caching
 */

static void add_text(struct digest *d, const char *s)
{
	digest_add(d, s ? s : "\1", s ? strlen(s) + 1 : 2);
}

/* All that an answer depends on, but the policy: see cache.c. */
static int make_key(const struct gate_env *env, const struct gate_subject *s,
		    char out[DIGEST_HEX_SIZE], struct err *err)
{
	struct digest *d = NULL;
	char number[32];

	if (digest_new(&d, err) < 0)
		return (int)err->code;
	add_text(d, GATES_VERSION " " COHORT_VERSION);
	add_text(d, s->identity);
	add_text(d, s->label);
	add_text(d, s->expected_name);
	add_text(d, s->expected_version);
	add_text(d, s->baseline ? path_base(s->baseline) : NULL);
	add_text(d, s->tag);
	add_text(d, s->moved_tag ? s->kept_commit : NULL);
	add_text(d, env->toolchain->cargo_version);
	add_text(d, env->toolchain->rustc_version);
	add_text(d, env->toolchain->sysroot);
	add_text(d, env->no_sandbox ? "open" : "boxed");
	snprintf(number, sizeof(number), "%zu %zu", s->taken_count,
		 s->published_count);
	add_text(d, number);
	for (size_t i = 0; i < s->taken_count; i++)
		add_text(d, s->taken[i]);
	for (size_t i = 0; i < s->published_count; i++)
		add_text(d, s->published[i]);
	for (size_t i = 0; i < env->hidden_count; i++)
		add_text(d, env->hidden[i]);
	for (size_t i = 0; i < GATES; i++)
		if (is_skipped(env, s, gates[i].name))
			add_text(d, gates[i].name);
	digest_hex(d, out);
	digest_free(d);
	return 0;
}

/* What depended on the weather is not kept. */
static bool may_keep(const struct gate_report *r)
{
	for (size_t i = 0; i < r->gate_count; i++)
		if (r->gates[i].verdict == VERDICT_ERROR ||
		    (r->gates[i].verdict == VERDICT_SKIPPED &&
		     strstr(r->gates[i].reason, "bubblewrap")))
			return false;
	return true;
}

/* A package that is promised has to be there. */
static bool still_there(const struct gate_env *env,
			const struct gate_subject *s, struct gate_report *r)
{
	int n;

	if (!env->packages_dir || s->package || r->package_sha256[0] == '\0')
		return true;
	n = snprintf(r->package_path, sizeof(r->package_path), "%s/%s.crate",
		     env->packages_dir, r->package_sha256);
	return n > 0 && (size_t)n < sizeof(r->package_path) &&
	       file_exists(r->package_path);
}

/* ------------------------------------------------------------------- running
 */

static int run_gate(struct pipeline *p, const struct gate *gate,
		    struct err *err)
{
	struct gate_report *r = p->report;
	struct gate_outcome *o = &r->gates[r->gate_count];
	int64_t began = clock_monotonic_ms();

	*o = (struct gate_outcome){ .gate = gate->name,
				    .first = r->findings.count };
	if (is_skipped(p->env, p->subject, gate->name))
		(void)outcome_skip(o, "the policy skips it");
	else if (gate->step(p, o, err) < 0)
		return err_context(err, "%s: %s", p->subject->label,
				   gate->name);
	o->count = r->findings.count - o->first;
	if (o->verdict == VERDICT_PASS)
		for (size_t i = o->first; i < r->findings.count; i++)
			if (r->findings.items[i].level == FINDING_DENY)
				o->verdict = VERDICT_FAIL;
	o->ms = clock_monotonic_ms() - began;
	r->gate_count++;
	return 0;
}

/* A tree that must not be packed ends the pipeline for its package. */
static bool must_not_pack(const struct gate_report *r)
{
	const struct gate_outcome *tree = &r->gates[0];

	for (size_t i = tree->first; i < tree->first + tree->count; i++) {
		const struct finding *f = &r->findings.items[i];

		if (f->level == FINDING_DENY && strcmp(f->id, "moved-tag") != 0)
			return true;
	}
	return false;
}

static int run_all(struct pipeline *p, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 1 && must_not_pack(p->report)) {
			struct gate_report *r = p->report;

			for (; i < count; i++) {
				struct gate_outcome *o =
					&r->gates[r->gate_count++];

				*o = (struct gate_outcome){
					.gate = gates[i].name,
					.first = r->findings.count
				};
				(void)outcome_skip(o, "the tree is not safe to "
						      "pack");
			}
			return 0;
		}
		if (run_gate(p, &gates[i], err) < 0)
			return (int)err->code;
	}
	return 0;
}

static int run(const struct gate_env *env, const struct gate_subject *subject,
	       size_t count, struct gate_report *out, struct err *err)
{
	AUTO(gate_report_releasep) struct gate_report report = { 0 };
	AUTO(pipeline_releasep)
	struct pipeline p = { .env = env,
			      .subject = subject,
			      .report = &report };

	if (file_temp_dir(env->work_dir, &p.work, err) < 0 ||
	    run_all(&p, count, err) < 0)
		return (int)err->code;
	*out = report;
	report = (struct gate_report){ 0 };
	return 0;
}

int gate_pack(const struct gate_env *env, const struct gate_subject *subject,
	      struct gate_report *out, struct err *err)
{
	if (run(env, subject, GATES_PACK, out, err) < 0)
		return (int)err->code;
	judge(env, subject, out);
	return 0;
}

bool gate_is_known(const struct gate_env *env,
		   const struct gate_subject *subject, struct gate_report *out)
{
	AUTO(gate_report_releasep) struct gate_report found = { 0 };
	char key[DIGEST_HEX_SIZE];
	struct err ignored = { 0 }; /* then it is run */

	if (!env->cache_dir || !subject->identity ||
	    make_key(env, subject, key, &ignored) < 0 ||
	    !cache_read(env, key, &found) || !still_there(env, subject, &found))
		return false;
	judge(env, subject, &found);
	*out = found;
	found = (struct gate_report){ 0 };
	return true;
}

int gate_run(const struct gate_env *env, const struct gate_subject *subject,
	     struct gate_report *out, struct err *err)
{
	char key[DIGEST_HEX_SIZE];

	if (gate_is_known(env, subject, out))
		return 0;
	if (run(env, subject, GATES, out, err) < 0)
		return (int)err->code;
	if (env->cache_dir && subject->identity && may_keep(out)) {
		if (make_key(env, subject, key, err) < 0) {
			gate_report_release(out);
			return (int)err->code;
		}
		cache_write(env, key, out);
	}
	judge(env, subject, out);
	return 0;
}
