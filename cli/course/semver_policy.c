/* The levels and allowances of a policy, for `cohort semver`. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "course/check.h"
#include "course/dot_file.h"
#include "course/semver_internal.h"
#include "crate/semver/lints.h"
#include "io/file.h"
#include "io/yaml.h"
#include "model/policy.h"
#include "workspace/workspace.h"

enum {
	POLICY_MAX = 1 << 20
};

static int load(const char *path, struct policy **out, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(policy_freep) struct policy *p = NULL;
	const struct node *n;

	if (file_read(path, POLICY_MAX, &text, err) < 0 ||
	    yaml_read(strbuf_str(&text), text.len, path, &arena, &n, err) < 0 ||
	    policy_read(n, &p, err) < 0 || gating_check_policy(p, err) < 0)
		return err->code;
	*out = p;
	p = NULL; /* handed over */
	return 0;
}

int semver_policy_open(struct semver_run *run, struct err *err)
{
	struct workspace *ws = run->request->workspace;

	if (ws && check_week(workspace_cohort(ws), &run->week, err) < 0)
		return err->code;
	if (run->request->policy) {
		if (load(run->request->policy, &run->own_policy, err) < 0)
			return err->code;
		run->policy = run->own_policy;
	} else if (ws) {
		run->policy = workspace_policy(ws, err);
		if (!run->policy || gating_check_policy(run->policy, err) < 0)
			return err->code;
	}
	return 0;
}

struct asking {
	const struct policy *policy;
	enum artifact artifact;
	int week;
};

/* False if the policy has no word on it: then each fallback comes back. */
static bool level_of(const struct asking *a, const char *lint,
		     enum finding_level *out)
{
	enum finding_level low = policy_lint_level(a->policy, lint, a->artifact,
						   a->week, FINDING_ALLOW);
	enum finding_level high = policy_lint_level(
		a->policy, lint, a->artifact, a->week, FINDING_DENY);

	*out = low;
	return low == high;
}

static void add_rule(const struct asking *a, const char *lint,
		     struct semver_rule *rules, size_t *count)
{
	enum finding_level level;

	if (level_of(a, lint, &level))
		rules[(*count)++] = (struct semver_rule){ .lint = lint,
							  .has_level = true,
							  .level = level };
}

static int add_rules(const struct asking *a, struct arena *arena,
		     struct compare_settings *how, struct err *err)
{
	size_t lints = semver_lint_count();
	struct semver_rule *rules =
		arena_calloc(arena, lints + 1, sizeof(*rules));

	if (!rules)
		return err_nomem(err);
	how->rule_count = 0;
	for (size_t i = 0; i < lints; i++)
		add_rule(a, semver_lint_at(i)->id, rules, &how->rule_count);
	add_rule(a, "unused-allowance", rules, &how->rule_count);
	how->rules = rules;
	return 0;
}

static bool fits(const struct policy_allowance *w, const struct asking *a,
		 const char *handle)
{
	return semver_lint_find(w->lint) &&
	       (w->artifact == POLICY_ANY_ARTIFACT ||
		w->artifact == (int)a->artifact) &&
	       (strcmp(w->handle, "*") == 0 ||
		(handle && strcmp(w->handle, handle) == 0));
}

static int add_allowances(const struct asking *a, const char *handle,
			  struct arena *arena, struct compare_settings *how,
			  struct err *err)
{
	const struct policy *p = a->policy;
	struct semver_allowance *list =
		arena_calloc(arena, p->allowance_count + 1, sizeof(*list));
	const char *file = arena_strdup(arena, p->file);

	if (!list || !file)
		return err_nomem(err);
	how->allowance_count = 0;
	for (size_t i = 0; i < p->allowance_count; i++) {
		const struct policy_allowance *w = &p->allowances[i];

		if (fits(w, a, handle))
			list[how->allowance_count++] =
				(struct semver_allowance){
					.lint = w->lint,
					.subject = w->subject,
					.reason = w->reason,
					.file = file,
					.line = w->line,
				};
	}
	how->allowances = list;
	return 0;
}

int semver_policy_apply(struct semver_run *run, const char *dir,
			struct compare_settings *how, struct err *err)
{
	/* nobody's crate: only what is for everybody counts */
	struct asking a = { run->policy, (enum artifact)ARTIFACT_COUNT,
			    run->week };
	AUTO(dotcohort_freep) struct dotcohort *dot = NULL;
	struct arena *arena = &run->answer->arena;

	if (!run->policy)
		return 0;
	if (dir && dot_file_read(dir, &dot, err) < 0)
		return err->code;
	if (dot)
		a.artifact = dot->artifact;
	if (add_rules(&a, arena, how, err) < 0)
		return err->code;
	return add_allowances(&a, dot ? dot->handle : NULL, arena, how, err);
}
