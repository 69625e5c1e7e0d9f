#include "gate/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/node.h"
#include "base/parse.h"
#include "base/pool.h"
#include "base/strbuf.h"
#include "crate/manifest/manifest.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff.h"
#include "crate/semver/features.h"
#include "crate/semver/lints.h"
#include "crate/semver/settings.h"
#include "io/file.h"

enum {
	MANIFEST_MAX = 1 << 20,
	SMALL_DOCUMENTS = 4 << 20,
	NOTES_MAX = 8
};

void compared_release(struct compared *c)
{
	if (!c)
		return;
	findings_release(&c->findings);
	arena_release(&c->arena);
	*c = (struct compared){ 0 };
}

/* ---- one side */

struct side {
	const struct compare_side *from;
	struct file_pieces file;
	struct rustdoc *doc;
	struct arena arena;
	struct manifest manifest;
	struct semver_features features;
	const char *version_text; /* NULL: it says none */
	struct semver version;
	struct err err; /* why the document cannot be read */
};

static void side_release(struct side *s)
{
	rustdoc_free(s->doc);
	semver_features_release(&s->features);
	file_pieces_release(&s->file);
	arena_release(&s->arena);
}
AUTO_RELEASE(struct side, side_release)

static int read_manifest(struct side *s, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	const char *path = s->from->manifest;

	if (!path)
		return 0;
	if (file_read(path, MANIFEST_MAX, &text, err) < 0)
		return (int)err->code;
	if (manifest_read(strbuf_str(&text), text.len, path, &s->arena,
			  &s->manifest, err) < 0)
		return (int)err->code;
	return semver_features_read(&s->manifest, &s->features, err);
}

static int read_version(struct side *s, struct err *err)
{
	const char *text = rustdoc_crate_version(s->doc);

	if (!text)
		text = s->manifest.version.value;
	s->version_text = text;
	if (text && semver_parse(text, &s->version, err) < 0)
		return err_context(err, "%s", s->from->name);
	return 0;
}

static int read_piece(void *context, size_t at, char *buf, size_t size,
		      struct err *err)
{
	return file_pieces_read(context, at, buf, size, err);
}

static void read_document(void *context, size_t index)
{
	struct side *s = ((struct side **)context)[index];
	const struct rustdoc_source from = { .len = s->file.len,
					     .read = read_piece,
					     .context = &s->file };

	(void)rustdoc_open_source(&from, s->from->name, &s->doc, &s->err);
}

/* Both at once, if there is so much of them that it pays. */
static int read_documents(struct side *old, struct side *fresh, struct err *err)
{
	struct side *both[] = { old, fresh };
	bool is_small = old->file.len + fresh->file.len < SMALL_DOCUMENTS;

	if (pool_run(is_small ? 1 : 2, 2, read_document, both, err) < 0)
		return (int)err->code;
	for (int i = 0; i < 2; i++)
		if (both[i]->err.code) {
			*err = both[i]->err;
			return (int)err->code;
		}
	return 0;
}

static int open_sides(struct side *old, struct side *fresh, struct err *err)
{
	if (file_pieces_open(old->from->json, &old->file, err) < 0 ||
	    file_pieces_open(fresh->from->json, &fresh->file, err) < 0 ||
	    read_documents(old, fresh, err) < 0 ||
	    read_manifest(old, err) < 0 || read_version(old, err) < 0 ||
	    read_manifest(fresh, err) < 0)
		return (int)err->code;
	return read_version(fresh, err);
}

/* ---- what makes an answer less sure */

static int add_note(struct compared *c, const char *text, struct err *err)
{
	if (!text || !c->notes)
		return err_nomem(err);
	if (c->note_count < NOTES_MAX)
		c->notes[c->note_count++] = text;
	return 0;
}

static int note_format(struct compared *c, const struct side *s,
		       struct err *err)
{
	return add_note(c,
			arena_printf(&c->arena,
				     "rustdoc's format %u is newer than %d, "
				     "the newest that is known here: what is "
				     "new in it was not compared",
				     (unsigned)rustdoc_format(s->doc),
				     RUSTDOC_FORMAT_MAX),
			err);
}

static int note_private(struct compared *c, const struct side *s,
			struct err *err)
{
	return add_note(c,
			arena_printf(&c->arena,
				     "%s: the document has no private items: "
				     "what they hide may be reported",
				     s->from->name),
			err);
}

static const char *name_of(const struct side *s)
{
	const char *name = rustdoc_root(s->doc)->name;

	return name ? name : "";
}

static int note_formats(struct compared *c, const struct side *before,
			const struct side *after, struct err *err)
{
	bool differ = rustdoc_format(before->doc) != rustdoc_format(after->doc);

	if (rustdoc_is_newer(before->doc) && note_format(c, before, err) < 0)
		return (int)err->code;
	if (differ && rustdoc_is_newer(after->doc))
		return note_format(c, after, err);
	return 0;
}

static int note_differences(struct compared *c, const struct side *before,
			    const struct side *after, struct err *err)
{
	const char *a = rustdoc_target(before->doc);
	const char *b = rustdoc_target(after->doc);

	if (a && b && strcmp(a, b) != 0 &&
	    add_note(c,
		     arena_printf(&c->arena,
				  "the two versions were documented for "
				  "different targets: %s and %s",
				  a, b),
		     err) < 0)
		return (int)err->code;
	a = name_of(before);
	b = name_of(after);
	if (strcmp(a, b) != 0)
		return add_note(c,
				arena_printf(&c->arena,
					     "the crates differ: '%s' and '%s'",
					     a, b),
				err);
	return 0;
}

static int note_doubts(struct compared *c, const struct side *before,
		       const struct side *after, struct err *err)
{
	if (note_formats(c, before, after, err) < 0 ||
	    note_differences(c, before, after, err) < 0)
		return (int)err->code;
	if (!rustdoc_has_private(before->doc) &&
	    note_private(c, before, err) < 0)
		return (int)err->code;
	return rustdoc_has_private(after->doc) ? 0
					       : note_private(c, after, err);
}

static int describe(struct compared *c, const struct side *before,
		    const struct side *after, struct err *err)
{
	const char *name = after->manifest.name.value;

	c->crate = arena_strdup(&c->arena, name ? name : name_of(after));
	c->notes = arena_calloc(&c->arena, NOTES_MAX, sizeof(*c->notes));
	if (before->version_text)
		c->from = arena_strdup(&c->arena, before->version_text);
	if (after->version_text)
		c->to = arena_strdup(&c->arena, after->version_text);
	if (!c->crate || !c->notes || (before->version_text && !c->from) ||
	    (after->version_text && !c->to))
		return err_nomem(err);
	return note_doubts(c, before, after, err);
}

/* ---- settings */

static const struct node *metadata_of(const struct manifest *m)
{
	return m->package && m->package->kind == NODE_MAP
		       ? node_get(m->package, "metadata")
		       : NULL;
}

static const struct semver_rule *find_rule(const struct compare_settings *how,
					   const char *lint)
{
	for (size_t i = how->rule_count; i > 0; i--)
		if (strcmp(how->rules[i - 1].lint, lint) == 0)
			return &how->rules[i - 1];
	return NULL;
}

/* What a policy has to say on a lint goes before the manifest's allowances. */
static void overrule(struct semver_manifest *m,
		     const struct compare_settings *how)
{
	struct semver_allowance *a = m->allowances;
	size_t kept = 0;

	for (size_t i = 0; i < m->allowance_count; i++)
		if (!find_rule(how, a[i].lint))
			a[kept++] = a[i];
	m->allowance_count = kept;
}

/* The manifest's settings, then those that win. */
static int join_settings(struct side *after, const struct compare_settings *how,
			 struct semver_settings *s, struct err *err)
{
	struct arena *arena = &after->arena;
	const char *name = after->from->manifest_name;
	struct semver_manifest m;
	struct semver_rule *rules;
	struct semver_allowance *allowances;

	if (semver_manifest_read(metadata_of(&after->manifest), how->workspace,
				 name ? name : "Cargo.toml", arena, &m,
				 err) < 0)
		return (int)err->code;
	overrule(&m, how);
	s->rule_count = m.rule_count + how->rule_count;
	s->allowance_count = m.allowance_count + how->allowance_count;
	rules = arena_calloc(arena, s->rule_count + 1, sizeof(*rules));
	allowances = arena_calloc(arena, s->allowance_count + 1,
				  sizeof(*allowances));
	if (!rules || !allowances)
		return err_nomem(err);
	for (size_t i = 0; i < s->rule_count; i++)
		rules[i] = i < m.rule_count ? m.rules[i]
					    : how->rules[i - m.rule_count];
	for (size_t i = 0; i < s->allowance_count; i++)
		allowances[i] =
			i < m.allowance_count
				? m.allowances[i]
				: how->allowances[i - m.allowance_count];
	s->rules = rules;
	s->allowances = allowances;
	return 0;
}

/* ---- allowances that let nothing pass */

static bool is_used(const struct semver_allowance *a,
		    const struct findings *raw)
{
	for (size_t i = 0; i < raw->count; i++)
		if (semver_allowance_fits(a, &raw->items[i]))
			return true;
	return false;
}

/* A policy is about many crates: what names no item may be another's. */
static bool is_about(const struct semver_allowance *a, const char *crate)
{
	size_t len = strlen(crate);

	return strncmp(a->subject, crate, len) == 0 &&
	       strncmp(a->subject + len, "::", 2) == 0;
}

static int add_unused(const struct semver_allowance *a,
		      const struct semver_rule *rule, struct findings *out,
		      struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf why = { 0 };
	struct finding f = { .id = "unused-allowance",
			     .level = rule ? rule->level : FINDING_WARN,
			     .file = a->file,
			     .line = a->line,
			     .subject = a->subject,
			     .mend = "take the allowance out" };

	strbuf_addf(&why,
		    "%s finds nothing here any more that the allowance "
		    "could let pass",
		    a->lint);
	f.why = strbuf_str(&why);
	if (strbuf_check(&why, err) < 0)
		return (int)err->code;
	return findings_add(out, &f) < 0 ? err_nomem(err) : 0;
}

static int find_unused(const struct side *before, const struct side *after,
		       const struct semver_settings *s,
		       const struct compare_settings *how,
		       const struct findings *raw, struct findings *out,
		       struct err *err)
{
	const struct semver_rule *rule = find_rule(how, "unused-allowance");
	size_t own = s->allowance_count - how->allowance_count;
	bool features = before->from->manifest && after->from->manifest;

	if (rule && rule->level == FINDING_ALLOW)
		return 0;
	for (size_t i = 0; i < s->allowance_count; i++) {
		const struct semver_allowance *a = &s->allowances[i];

		if ((i >= own && !is_about(a, name_of(after))) ||
		    (!features && strncmp(a->lint, "feature_", 8) == 0) ||
		    is_used(a, raw))
			continue;
		if (add_unused(a, rule, out, err) < 0)
			return (int)err->code;
	}
	return 0;
}

static int set_versions(const struct side *before, const struct side *after,
			struct semver_settings *s, struct err *err)
{
	const struct side *lacks = before->version_text ? after : before;

	if (before->version_text && after->version_text) {
		s->from = &before->version;
		s->to = &after->version;
		return 0;
	}
	if (s->release_type != SEMVER_SAME)
		return 0;
	return err_set(err, ERR_FORMAT,
		       "%s: it has no version, and no release type was given",
		       lacks->from->name);
}

static struct compared_lint *find_lint(const struct compared *c, const char *id)
{
	for (size_t i = 0; i < c->lint_count; i++)
		if (strcmp(c->lints[i].id, id) == 0)
			return &c->lints[i];
	return NULL; /* unused-allowance is none of them */
}

/* By runs of one lint, as the findings are sorted. */
static void count_findings(const struct findings *f, struct compared *c)
{
	struct compared_lint *l = NULL;

	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->items[i];

		if (!l || strcmp(l->id, one->id) != 0)
			l = find_lint(c, one->id);
		if (!l || one->level == FINDING_ALLOW)
			continue;
		l->findings++;
		l->denied = l->denied || one->level == FINDING_DENY;
	}
}

static int list_lints(const struct semver_settings *s, bool all,
		      struct compared *c, struct err *err)
{
	size_t count = semver_lint_count();

	c->lints = arena_calloc(&c->arena, count, sizeof(*c->lints));
	if (!c->lints)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const struct semver_lint *l = semver_lint_at(i);
		struct compared_lint *out = &c->lints[i];

		out->id = l->id;
		out->title = l->title;
		out->setting = semver_setting_of(s, l);
		out->ran =
			all || semver_runs(&out->setting, c->verdict.declared);
	}
	c->lint_count = count;
	count_findings(&c->findings, c);
	return 0;
}

static int judge(const struct side *before, struct side *after,
		 const struct compare_settings *how, const struct findings *raw,
		 struct compared *c, struct err *err)
{
	struct semver_settings s = { .release_type = how->release_type,
				     .keep_allowed = how->keep_allowed };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	if (set_versions(before, after, &s, err) < 0 ||
	    join_settings(after, how, &s, err) < 0 ||
	    semver_judge(raw, &s, &c->findings, &c->verdict, err) < 0 ||
	    list_lints(&s, false, c, err) < 0 ||
	    find_unused(before, after, &s, how, raw, &c->findings, err) < 0)
		return (int)err->code;
	if (!s.from)
		return 0;
	semver_format(&c->verdict.needed, &text);
	c->needed = arena_strdup(&c->arena, strbuf_str(&text));
	return c->needed ? 0 : err_nomem(err);
}

/* 0: it is not known. */
static unsigned edition_of(const struct side *s)
{
	const struct manifest_text *t = &s->manifest.edition;
	uint32_t edition;

	if (s->from->edition || !s->from->manifest || t->inherited)
		return s->from->edition;
	if (!t->value)
		return 2015;
	return parse_u32(t->value, &edition) ? edition : 0;
}

static int find(struct side *before, struct side *after,
		const struct compare_settings *how, struct findings *out,
		struct err *err)
{
	bool has_both = before->from->manifest && after->from->manifest;
	AUTO(semver_witnesses_releasep) struct semver_witnesses seen = { 0 };
	struct semver_options options = { 0 };

	if (has_both) {
		options.features[0] = &before->features;
		options.features[1] = &after->features;
	}
	options.edition[0] = edition_of(before);
	options.edition[1] = edition_of(after);
	if (how->confirm)
		options.witnesses = &seen;
	if (semver_diff(before->doc, after->doc, &options, out, err) < 0)
		return (int)err->code;
	return how->confirm ? how->confirm(how->context, out, &seen, err) : 0;
}

static int by_lint(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	if (order == 0)
		order = strcmp(x->subject, y->subject);
	if (order == 0)
		order = (x->line > y->line) - (x->line < y->line);
	return order;
}

int compare(const struct compare_side *before, const struct compare_side *after,
	    const struct compare_settings *how, struct compared *out,
	    struct err *err)
{
	int64_t began = clock_monotonic_ms();
	AUTO(side_releasep) struct side old = { .from = before };
	AUTO(side_releasep) struct side fresh = { .from = after };
	AUTO(findings_releasep) struct findings raw = { 0 };
	AUTO(compared_releasep) struct compared c = { 0 };

	if (open_sides(&old, &fresh, err) < 0 ||
	    describe(&c, &old, &fresh, err) < 0 ||
	    find(&old, &fresh, how, &raw, err) < 0)
		return (int)err->code;
	if (how->all_lints) {
		static const struct semver_settings none = { 0 };

		c.findings = raw;
		raw = (struct findings){ 0 };
		if (list_lints(&none, true, &c, err) < 0)
			return (int)err->code;
	} else if (judge(&old, &fresh, how, &raw, &c, err) < 0) {
		return (int)err->code;
	}
	if (c.findings.count > 1)
		qsort(c.findings.items, c.findings.count,
		      sizeof(*c.findings.items), by_lint);
	c.ms = clock_monotonic_ms() - began;
	*out = c;
	c = (struct compared){ 0 };
	return 0;
}
