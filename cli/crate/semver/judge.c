#include "crate/semver/judge.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "crate/semver/lints.h"
#include "crate/semver/settings.h"

/* ---- versions */

static enum semver_bump least(const struct semver *v)
{
	if (v->major > 0)
		return SEMVER_PATCH;
	return v->minor > 0 ? SEMVER_MINOR : SEMVER_MAJOR;
}

enum semver_bump semver_declared(const struct semver *from,
				 const struct semver *to)
{
	enum semver_bump bump = semver_bump(from, to);

	if (bump == SEMVER_SAME || bump == SEMVER_BACKWARDS)
		return least(from);
	return strcmp(from->pre, to->pre) == 0 ? bump : SEMVER_MAJOR;
}

void semver_next(const struct semver *from, enum semver_bump bump,
		 struct semver *out)
{
	struct semver next = { .major = from->major,
			       .minor = from->minor,
			       .patch = from->patch };

	if (from->pre[0] != '\0') {
		*out = next; /* the release itself */
		return;
	}
	if (bump < least(from))
		bump = least(from);
	if (bump == SEMVER_PATCH || (next.major == 0 && next.minor == 0) ||
	    (next.major == 0 && bump == SEMVER_MINOR)) {
		next.patch++;
	} else if (bump == SEMVER_MINOR || next.major == 0) {
		next.minor++;
		next.patch = 0;
	} else {
		next.major++;
		next.minor = next.patch = 0;
	}
	*out = next;
}

/* ---- judging */

struct semver_setting semver_setting_of(const struct semver_settings *how,
					const struct semver_lint *l)
{
	struct semver_setting s = { l->level, l->update };

	for (size_t i = 0; i < how->rule_count; i++) {
		const struct semver_rule *r = &how->rules[i];

		if (strcmp(r->lint, l->id) != 0)
			continue;
		if (r->has_level)
			s.level = r->level;
		if (r->has_update)
			s.update = r->update;
	}
	return s;
}

const struct semver_allowance *semver_allowed(const struct semver_settings *how,
					      const struct finding *f)
{
	for (size_t i = 0; i < how->allowance_count; i++) {
		const struct semver_allowance *a = &how->allowances[i];

		if (semver_allowance_fits(a, f))
			return a;
	}
	return NULL;
}

bool semver_runs(const struct semver_setting *s, enum semver_bump declared)
{
	return s->level != FINDING_ALLOW && declared < s->update;
}

static bool has_rule(const struct semver_settings *how, const char *lint)
{
	for (size_t i = 0; i < how->rule_count; i++)
		if (how->rules[i].has_level &&
		    strcmp(how->rules[i].lint, lint) == 0)
			return true;
	return false;
}

/* Its own, if it was given one, and if nobody chose the lint's. */
static enum finding_level level_of(const struct semver_settings *how,
				   const struct semver_lint *l,
				   const struct semver_setting *s,
				   const struct finding *raw)
{
	bool own = raw->level != FINDING_ALLOW && raw->level != l->level;

	return own && !has_rule(how, l->id) ? raw->level : s->level;
}

/* The highest level of what L found and nobody lets pass; else FINDING_ALLOW */
static enum finding_level worst_of(const struct findings *raw,
				   const struct semver_lint *l,
				   const struct semver_setting *s,
				   const struct semver_settings *how)
{
	enum finding_level worst = FINDING_ALLOW, level;

	for (size_t i = 0; i < raw->count; i++) {
		if (strcmp(raw->items[i].id, l->id) != 0 ||
		    semver_allowed(how, &raw->items[i]))
			continue;
		level = level_of(how, l, s, &raw->items[i]);
		worst = level > worst ? level : worst;
	}
	return worst;
}

static void count_lint(const struct semver_lint *l,
		       const struct semver_setting *s,
		       const struct findings *raw,
		       const struct semver_settings *how,
		       struct semver_verdict *v)
{
	if (!semver_runs(s, v->declared)) {
		v->skipped++;
		return;
	}
	v->ran++;
	switch (worst_of(raw, l, s, how)) {
	case FINDING_ALLOW:
		return;
	case FINDING_WARN:
		v->warned++;
		return;
	default:
		break;
	}
	v->major += s->update == SEMVER_MAJOR;
	v->minor += s->update == SEMVER_MINOR;
	if (s->update > v->required)
		v->required = s->update;
}

/* "..., or release a new major version: 0.3.1 -> 0.4.0" */
static void add_mend(const struct finding *raw, const struct semver_setting *s,
		     const struct semver_settings *how, struct strbuf *out)
{
	struct semver needed;

	strbuf_adds(out, raw->mend ? raw->mend : "release a new version");
	if (!how->from)
		return;
	semver_next(how->from, s->update, &needed);
	strbuf_adds(out, ": ");
	semver_format(how->from, out);
	strbuf_adds(out, " -> ");
	semver_format(&needed, out);
}

static int add_judged(const struct finding *raw, const struct semver_setting *s,
		      const struct semver_allowance *allowed,
		      const struct semver_settings *how, struct findings *out,
		      struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf mend = { 0 };
	struct finding f = *raw;

	add_mend(raw, s, how, &mend);
	if (strbuf_check(&mend, err) < 0)
		return (int)err->code;
	f.level = allowed ? FINDING_ALLOW : s->level;
	f.mend = strbuf_str(&mend);
	f.allowed = allowed ? allowed->reason : NULL;
	return findings_add(out, &f) < 0 ? err_nomem(err) : 0;
}

static int judge_one(const struct finding *raw,
		     const struct semver_settings *how, struct findings *out,
		     struct semver_verdict *v, struct err *err)
{
	const struct semver_lint *l = semver_lint_find(raw->id);
	const struct semver_allowance *allowed;
	struct semver_setting s;

	if (!l)
		return 0;
	s = semver_setting_of(how, l);
	s.level = level_of(how, l, &s, raw);
	if (v->declared >= s.update ||
	    (s.level == FINDING_ALLOW && !how->keep_allowed))
		return 0;
	allowed = s.level != FINDING_ALLOW ? semver_allowed(how, raw) : NULL;
	v->let_pass += allowed != NULL;
	return add_judged(raw, &s, allowed, how, out, err);
}

int semver_judge(const struct findings *raw, const struct semver_settings *how,
		 struct findings *out, struct semver_verdict *verdict,
		 struct err *err)
{
	struct semver_verdict v = { .required = SEMVER_SAME };
	size_t before = out->count;

	v.declared = how->release_type != SEMVER_SAME
			     ? how->release_type
			     : semver_declared(how->from, how->to);
	for (size_t i = 0; i < semver_lint_count(); i++) {
		const struct semver_lint *l = semver_lint_at(i);
		struct semver_setting s = semver_setting_of(how, l);

		count_lint(l, &s, raw, how, &v);
	}
	for (size_t i = 0; i < raw->count; i++) {
		if (judge_one(&raw->items[i], how, out, &v, err) < 0) {
			out->count = before;
			return (int)err->code;
		}
	}
	if (how->from)
		semver_next(how->from, v.required, &v.needed);
	*verdict = v;
	return 0;
}

/* ---- rules in a manifest */

static int read_level(const struct node *n, struct semver_rule *r,
		      struct err *err)
{
	if (n->kind != NODE_STR ||
	    !finding_level_parse(n->as.str.bytes, &r->level))
		return node_err(n, err, ERR_FORMAT,
				"a level is \"allow\", \"warn\" or \"deny\"");
	r->has_level = true;
	return 0;
}

static int read_update(const struct node *n, struct semver_rule *r,
		       struct err *err)
{
	if (n->kind == NODE_STR && strcmp(n->as.str.bytes, "major") == 0)
		r->update = SEMVER_MAJOR;
	else if (n->kind == NODE_STR && strcmp(n->as.str.bytes, "minor") == 0)
		r->update = SEMVER_MINOR;
	else
		return node_err(n, err, ERR_FORMAT,
				"'required-update' is \"major\" or \"minor\"");
	r->has_update = true;
	return 0;
}

static int read_rule(const struct node *value, struct semver_rule *r,
		     struct err *err)
{
	const struct node *level, *update;

	if (value->kind != NODE_MAP)
		return read_level(value, r, err);
	level = node_get(value, "level");
	update = node_get(value, "required-update");
	if (level && read_level(level, r, err) < 0)
		return (int)err->code;
	if (update && read_update(update, r, err) < 0)
		return (int)err->code;
	return 0;
}

int semver_rules_read(const struct node *table, struct arena *arena,
		      struct semver_rule **out, size_t *count, bool *inherits,
		      struct err *err)
{
	struct semver_rule *rules;
	size_t n = 0;
	bool from_workspace = false;

	if (table && table->kind != NODE_MAP)
		return node_err(table, err, ERR_FORMAT,
				"'lints' must be a table");
	rules = arena_calloc(arena, table ? table->as.map.count + 1 : 1,
			     sizeof(*rules));
	if (!rules)
		return err_nomem(err);
	for (size_t i = 0; table && i < table->as.map.count; i++) {
		const struct node_entry *e = &table->as.map.entries[i];

		if (strcmp(e->key->as.str.bytes, "workspace") == 0) {
			from_workspace = e->value->kind == NODE_BOOL &&
					 e->value->as.boolean;
			continue;
		}
		rules[n].lint = e->key->as.str.bytes;
		if (read_rule(e->value, &rules[n], err) < 0)
			return (int)err->code;
		n++;
	}
	*out = rules;
	*count = n;
	*inherits = from_workspace;
	return 0;
}
