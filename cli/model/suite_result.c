#include "model/suite_result.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/node.h"

enum {
	RESULT_SCHEMA = 1
};

static const char *const names[SUITE_VERDICTS] = {
	[SUITE_UNKNOWN] = "not tested", [SUITE_PASS] = "pass",
	[SUITE_FAIL] = "fail",		[SUITE_UNCLAIMED] = "not claimed",
	[SUITE_SKIPPED] = "skipped",	[SUITE_ERROR] = "error",
};

const char *suite_verdict_name(enum suite_verdict v)
{
	return names[v];
}

int suite_result_init(struct suite_result *r, const struct suite_spec *spec,
		      struct err *err)
{
	*r = (struct suite_result){ .spec = spec, .library = "" };
	r->items = arena_calloc(&r->arena, spec->count, sizeof(*r->items));
	return r->items ? 0 : err_nomem(err);
}

void suite_result_release(struct suite_result *r)
{
	if (r)
		arena_release(&r->arena);
}

/* ---- reading */

static int read_verdict(const struct node *n, enum suite_verdict *out,
			struct err *err)
{
	const char *word;

	if (node_str(n, "verdict", &word, err) < 0)
		return (int)err->code;
	for (int v = SUITE_PASS; v < SUITE_VERDICTS; v++) {
		if (strcmp(names[v], word) == 0) {
			*out = (enum suite_verdict)v;
			return 0;
		}
	}
	return node_err(n, err, ERR_FORMAT, "no verdict is called '%s'", word);
}

static int keep(struct arena *a, const char *text, size_t max, const char **out,
		struct err *err)
{
	size_t len = strlen(text);

	if (len > max)
		for (len = max; len > 0 && (text[len] & 0xc0) == 0x80;)
			len--; /* not amidst a character */
	*out = arena_strndup(a, text, len);
	return *out ? 0 : err_nomem(err);
}

static int read_one(const struct node *n, struct arena *a,
		    struct statement_result *out, struct err *err)
{
	const char *reason, *file, *refused, *log;

	if (read_verdict(n, &out->verdict, err) < 0 ||
	    node_str(n, "reason", &reason, err) < 0 ||
	    node_str(n, "file", &file, err) < 0 ||
	    node_int(n, "line", 0, INT32_MAX, &out->line, err) < 0 ||
	    node_int(n, "wall_ms", 0, INT32_MAX, &out->wall_ms, err) < 0 ||
	    node_int(n, "cpu_ms", 0, INT32_MAX, &out->cpu_ms, err) < 0 ||
	    node_str_or(n, "refused", "", &refused, err) < 0 ||
	    node_int_or(n, "printed", 0, INT64_MAX, 0, &out->printed, err) <
		    0 ||
	    node_str_or(n, "log", "", &log, err) < 0)
		return (int)err->code;
	if (out->verdict == SUITE_FAIL && !reason[0])
		return node_err(n, err, ERR_FORMAT, "it fails for no reason");
	if (keep(a, reason, SUITE_REASON_MAX, &out->reason, err) < 0 ||
	    keep(a, file, STATEMENT_ID_MAX * 8, &out->file, err) < 0 ||
	    keep(a, refused, SUITE_REASON_MAX, &out->refused, err) < 0)
		return (int)err->code;
	return keep(a, log, SUITE_LOG_MAX, &out->log, err);
}

/* The load comes first, then each that was wanted, once. */
static int read_all(const struct node *list, struct suite_result *r,
		    const bool *wanted, struct statement_result *found,
		    struct err *err)
{
	const struct suite_spec *spec = r->spec;
	size_t expected = 1;

	for (size_t i = 0; i < spec->count; i++)
		expected += wanted[i];
	if (list->as.list.count != expected)
		return node_err(list, err, ERR_FORMAT,
				"%zu statements where %zu were asked for",
				list->as.list.count, expected);
	for (size_t i = 0; i < expected; i++) {
		const struct node *n = list->as.list.items[i];
		struct statement_result *to = &found[spec->count];
		const char *id;
		size_t at;

		if (n->kind != NODE_MAP)
			return node_err(n, err, ERR_FORMAT, "it is no object");
		if (node_str(n, "id", &id, err) < 0)
			return (int)err->code;
		at = suite_spec_find(spec, id);
		if (i > 0 && (at == spec->count || !wanted[at]))
			return node_err(n, err, ERR_FORMAT,
					"nobody asked for '%s'", id);
		if (i > 0)
			to = &found[at];
		else if (strcmp(id, "load") != 0)
			return node_err(n, err, ERR_FORMAT,
					"it begins with '%s'", id);
		if (to->verdict != SUITE_UNKNOWN)
			return node_err(n, err, ERR_FORMAT, "'%s' stands twice",
					id);
		if (read_one(n, &r->arena, to, err) < 0)
			return (int)err->code;
	}
	return 0;
}

static int read_root(const struct node *root, struct suite_result *r,
		     const bool *wanted, struct statement_result *found,
		     struct err *err)
{
	const struct node *list;
	const char *library;
	int64_t schema;

	if (root->kind != NODE_MAP)
		return node_err(root, err, ERR_FORMAT, "it is no object");
	if (node_int(root, "schema", RESULT_SCHEMA, RESULT_SCHEMA, &schema,
		     err) < 0 ||
	    node_str(root, "library", &library, err) < 0 ||
	    node_list(root, "statements", &list, err) < 0)
		return (int)err->code;
	if (!list)
		return node_err(root, err, ERR_FORMAT, "it has no statements");
	if (keep(&r->arena, library, SUITE_REASON_MAX, &library, err) < 0 ||
	    read_all(list, r, wanted, found, err) < 0)
		return (int)err->code;
	r->library = library;
	return 0;
}

int suite_result_add(struct suite_result *r, const char *json, size_t len,
		     const bool *wanted, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct statement_result *found;
	const struct node *root;

	if (len > SUITE_OUTPUT_MAX)
		return err_set(err, ERR_FORMAT, "the suite says too much");
	found = arena_calloc(&arena, r->spec->count + 1, sizeof(*found));
	if (!found)
		return err_nomem(err);
	if (json_read(json, len, "suite", &arena, &root, err) < 0 ||
	    read_root(root, r, wanted, found, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < r->spec->count; i++)
		if (wanted[i])
			r->items[i] = found[i];
	/* one load that failed is what counts */
	if (r->load.verdict == SUITE_UNKNOWN || r->load.verdict == SUITE_PASS)
		r->load = found[r->spec->count];
	return 0;
}

int suite_result_fail(struct suite_result *r, size_t index, const char *why,
		      struct err *err)
{
	struct statement_result s = {
		.verdict = SUITE_ERROR, .file = "", .refused = "", .log = ""
	};

	if (keep(&r->arena, why, SUITE_REASON_MAX, &s.reason, err) < 0)
		return (int)err->code;
	r->items[index] = s;
	return 0;
}

/* ---- the balance */

/* The suite's probes found it, and not the statement itself. */
static bool is_vague(const struct statement_result *s)
{
	return s->verdict == SUITE_FAIL &&
	       (strncmp(s->reason, "hang", 4) == 0 ||
		strcmp(s->file, "probe.c") == 0);
}

const struct statement *suite_blame(const struct suite_result *r, size_t index)
{
	if (!is_vague(&r->items[index]) || r->spec->statements[index].is_basic)
		return NULL;
	for (size_t i = 0; i < index; i++)
		if (r->spec->statements[i].is_basic &&
		    r->items[i].verdict == SUITE_FAIL)
			return &r->spec->statements[i];
	return NULL;
}

static void add_points(const struct statement *s, enum suite_verdict v,
		       int *earned, int *possible)
{
	if (v == SUITE_SKIPPED || v == SUITE_UNKNOWN ||
	    (v == SUITE_UNCLAIMED && s->is_optional))
		return;
	*possible += s->points;
	if (v == SUITE_PASS)
		*earned += s->points;
}

void suite_score(const struct suite_result *r, const enum finding_level *levels,
		 struct suite_score *out)
{
	struct suite_score score = { 0 };

	for (size_t i = 0; i < r->spec->count; i++) {
		const struct statement *s = &r->spec->statements[i];
		enum suite_verdict v = r->items[i].verdict;

		score.of[v]++;
		if (levels[i] == FINDING_DENY) {
			add_points(s, v, &score.earned, &score.possible);
			score.failed += v == SUITE_FAIL;
		} else if (levels[i] == FINDING_WARN) {
			add_points(s, v, &score.apart_earned,
				   &score.apart_possible);
			score.apart_failed += v == SUITE_FAIL;
		}
	}
	*out = score;
}
