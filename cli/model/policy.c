#include "model/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "base/parse.h"

enum {
	LAST_WEEK = 520 /* ten years of course */
};

/* ---- the keys of the file */

struct rule_file {
	const char *id;
	int level;
	int artifact; /* 0: any; else enum artifact + 1 */
	int from_week;
};

struct allowance_file {
	const char *lint;
	const char *subject;
	const char *handle;
	int artifact;
	const char *reason;
};

struct policy_file {
	int schema;
	struct schema_list lints;
	struct schema_list gates;
	struct schema_list allow;
};

static const char *const levels[] = { "allow", "warn", "deny", NULL };

static const char *const artifacts[] = { "any", "artifact_01", "artifact_02",
					 "artifact_03", NULL };

static const struct rule_file rule_defaults = { .from_week = 1 };

static const struct allowance_file allowance_defaults = { .subject = "*",
							  .handle = "*" };

/* Rules on lints and on gates differ in one word. */
#define RULE_KEYS(word, help_id)                                              \
	{                                                                     \
		{ .name = word,                                               \
		  .kind = KEY_STR,                                            \
		  .flags = KEY_REQUIRED,                                      \
		  .offset = offsetof(struct rule_file, id),                   \
		  .help = help_id },                                          \
			{ .name = "level",                                    \
			  .kind = KEY_WORD,                                   \
			  .flags = KEY_REQUIRED,                              \
			  .offset = offsetof(struct rule_file, level),        \
			  .words = levels,                                    \
			  .help = "How serious it is" },                      \
			{ .name = "artifact",                                 \
			  .kind = KEY_WORD,                                   \
			  .offset = offsetof(struct rule_file, artifact),     \
			  .words = artifacts,                                 \
			  .help = "For which artifact; any unless told" },    \
			{ .name = "from_week",                                \
			  .kind = KEY_INT,                                    \
			  .offset = offsetof(struct rule_file, from_week),    \
			  .min = 1,                                           \
			  .max = LAST_WEEK,                                   \
			  .help = "The week of the course in which the rule " \
				  "begins; the "                              \
				  "first unless told" },                      \
		{                                                             \
			0                                                     \
		}                                                             \
	}

static const struct key lint_keys[] =
	RULE_KEYS("lint", "The id of a lint, as in missing-license");

static const struct key gate_keys[] =
	RULE_KEYS("gate", "The name of a gate, as in semver");

static const struct key allowance_keys[] = {
	{ .name = "lint",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct allowance_file, lint),
	  .help = "The id of the lint that found it" },
	{ .name = "subject",
	  .kind = KEY_STR,
	  .offset = offsetof(struct allowance_file, subject),
	  .help = "What the finding is about, in its own words; anything "
		  "unless told" },
	{ .name = "handle",
	  .kind = KEY_STR,
	  .offset = offsetof(struct allowance_file, handle),
	  .help = "Whose finding it is; everyone's unless told" },
	{ .name = "artifact",
	  .kind = KEY_WORD,
	  .offset = offsetof(struct allowance_file, artifact),
	  .words = artifacts,
	  .help = "In which artifact; any unless told" },
	{ .name = "reason",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct allowance_file, reason),
	  .help = "Why it is let pass" },
	{ 0 },
};

const struct key policy_keys[] = {
	{ .name = "schema",
	  .kind = KEY_INT,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct policy_file, schema),
	  .min = 1,
	  .max = POLICY_SCHEMA,
	  .help = "The version of this file's form" },
	{ .name = "lints",
	  .kind = KEY_LIST,
	  .offset = offsetof(struct policy_file, lints),
	  .sub = lint_keys,
	  .item_size = sizeof(struct rule_file),
	  .item_defaults = &rule_defaults,
	  .help = "The levels of lints; where several rules fit, the last "
		  "one holds" },
	{ .name = "gates",
	  .kind = KEY_LIST,
	  .offset = offsetof(struct policy_file, gates),
	  .sub = gate_keys,
	  .item_size = sizeof(struct rule_file),
	  .item_defaults = &rule_defaults,
	  .help = "The levels of gates: deny fails the submission, warn "
		  "cannot, allow skips the gate" },
	{ .name = "allow",
	  .kind = KEY_LIST,
	  .offset = offsetof(struct policy_file, allow),
	  .sub = allowance_keys,
	  .item_size = sizeof(struct allowance_file),
	  .item_defaults = &allowance_defaults,
	  .help = "Findings that are let pass" },
	{ 0 },
};

/* ---- reading */

static unsigned line_of(const struct schema_list *list, size_t i)
{
	return (unsigned)list->node->as.list.items[i]->line;
}

static int take_rules(struct policy *p, const struct schema_list *list,
		      const struct policy_rule **out, size_t *count,
		      struct err *err)
{
	const struct rule_file *from = list->items;
	struct policy_rule *rules =
		arena_calloc(&p->arena, list->count, sizeof(*rules));

	if (!rules)
		return err_nomem(err);
	for (size_t i = 0; i < list->count; i++)
		rules[i] = (struct policy_rule){
			.id = from[i].id,
			.level = (enum finding_level)from[i].level,
			.artifact = from[i].artifact - 1,
			.from_week = from[i].from_week,
			.line = line_of(list, i),
		};
	*out = rules;
	*count = list->count;
	return 0;
}

static bool says_something(const char *s)
{
	return s[strspn(s, " .-?")] != '\0';
}

static int take_allowances(struct policy *p, const struct schema_list *list,
			   struct err *err)
{
	const struct allowance_file *from = list->items;
	struct policy_allowance *a =
		arena_calloc(&p->arena, list->count, sizeof(*a));

	if (!a)
		return err_nomem(err);
	for (size_t i = 0; i < list->count; i++) {
		const struct node *n = list->node->as.list.items[i];

		if (!says_something(from[i].reason)) {
			(void)node_err(node_get(n, "reason"), err, ERR_FORMAT,
				       "an allowance of '%s' without a reason",
				       from[i].lint);
			return err_hint(err, "say why it is let pass");
		}
		a[i] = (struct policy_allowance){
			.lint = from[i].lint,
			.subject = from[i].subject,
			.handle = from[i].handle + (from[i].handle[0] == '@'),
			.artifact = from[i].artifact - 1,
			.reason = from[i].reason,
			.line = line_of(list, i),
		};
	}
	p->allowances = a;
	p->allowance_count = list->count;
	return 0;
}

int policy_read(const struct node *root, struct policy **out, struct err *err)
{
	AUTO(policy_freep) struct policy *p = calloc(1, sizeof(*p));
	struct policy_file f = { 0 };

	if (!p)
		return err_nomem(err);
	p->file = arena_strdup(&p->arena, root->file ? root->file : "-");
	if (!p->file)
		return err_nomem(err);
	if (schema_version(root, POLICY_SCHEMA, err) < 0 ||
	    schema_read(root, policy_keys, &p->arena, &f, err) < 0 ||
	    take_rules(p, &f.lints, &p->lints, &p->lint_count, err) < 0 ||
	    take_rules(p, &f.gates, &p->gates, &p->gate_count, err) < 0 ||
	    take_allowances(p, &f.allow, err) < 0)
		return err->code;
	*out = p;
	p = NULL; /* handed over */
	return 0;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	arena_release(&p->arena);
	free(p);
}

/* ---- asking */

static bool fits_artifact(int rule, enum artifact a)
{
	return rule == POLICY_ANY_ARTIFACT || rule == (int)a;
}

static enum finding_level level(const struct policy_rule *rules, size_t count,
				const char *id, enum artifact a, int week,
				enum finding_level fallback)
{
	/* before the course the rules of its first week hold */
	if (week < 1)
		week = 1;
	for (size_t i = count; i > 0; i--) {
		const struct policy_rule *r = &rules[i - 1];

		if (fits_artifact(r->artifact, a) && week >= r->from_week &&
		    strcmp(r->id, id) == 0)
			return r->level;
	}
	return fallback;
}

enum finding_level policy_lint_level(const struct policy *p, const char *lint,
				     enum artifact a, int week,
				     enum finding_level fallback)
{
	return p ? level(p->lints, p->lint_count, lint, a, week, fallback)
		 : fallback;
}

enum finding_level policy_gate_level(const struct policy *p, const char *gate,
				     enum artifact a, int week,
				     enum finding_level fallback)
{
	return p ? level(p->gates, p->gate_count, gate, a, week, fallback)
		 : fallback;
}

static bool is_or_any(const char *pattern, const char *s)
{
	return strcmp(pattern, "*") == 0 || (s && strcmp(pattern, s) == 0);
}

bool policy_allowance_is_for(const struct policy_allowance *w,
			     const char *handle, enum artifact a)
{
	return fits_artifact(w->artifact, a) && is_or_any(w->handle, handle);
}

bool policy_allowance_fits(const struct policy_allowance *w, const char *lint,
			   const char *subject)
{
	return strcmp(w->lint, lint) == 0 && is_or_any(w->subject, subject);
}

const struct policy_allowance *policy_allows(const struct policy *p,
					     const char *lint,
					     const char *subject,
					     const char *handle,
					     enum artifact a)
{
	for (size_t i = 0; p && i < p->allowance_count; i++) {
		const struct policy_allowance *w = &p->allowances[i];

		if (policy_allowance_fits(w, lint, subject) &&
		    policy_allowance_is_for(w, handle, a))
			return w;
	}
	return NULL;
}

/* ---- ids that somebody knows */

static int check_id(const struct policy *p, const char *what, const char *id,
		    unsigned line, const char *const *known, size_t count,
		    struct err *err)
{
	const char *near;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(known[i], id) == 0)
			return 0;
	}
	near = parse_nearest(id, known, count);
	(void)err_set(err, ERR_FORMAT, "%s:%u: no %s is called '%s'", p->file,
		      line, what, id);
	return near ? err_hint(err, "did you mean '%s'?", near) : err->code;
}

int policy_check_lints(const struct policy *p, const char *const *known,
		       size_t count, struct err *err)
{
	for (size_t i = 0; i < p->lint_count; i++) {
		if (check_id(p, "lint", p->lints[i].id, p->lints[i].line, known,
			     count, err) < 0)
			return err->code;
	}
	for (size_t i = 0; i < p->allowance_count; i++) {
		if (check_id(p, "lint", p->allowances[i].lint,
			     p->allowances[i].line, known, count, err) < 0)
			return err->code;
	}
	return 0;
}

int policy_check_gates(const struct policy *p, const char *const *known,
		       size_t count, struct err *err)
{
	for (size_t i = 0; i < p->gate_count; i++) {
		if (check_id(p, "gate", p->gates[i].id, p->gates[i].line, known,
			     count, err) < 0)
			return err->code;
	}
	return 0;
}
