#include "model/speed_result.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/node.h"

enum {
	RESULT_SCHEMA = 1,
	OUTPUT_MAX = 1 << 20,
	TEXT_MAX = 512
};

static const char *const names[SPEED_VERDICTS] = {
	[SPEED_PASS] = "pass",
	[SPEED_WARN] = "warn",
	[SPEED_FAIL] = "fail",
	[SPEED_SKIPPED] = "skipped",
	[SPEED_ERROR] = "error",
	[SPEED_SHOWN] = "shown",
	[SPEED_UNCLAIMED] = "not claimed",
};

const char *speed_verdict_name(enum speed_verdict v)
{
	return names[v];
}

void speed_result_release(struct speed_result *r)
{
	if (r)
		arena_release(&r->arena);
}

/* ---- members */

static int read_verdict(const struct node *n, enum speed_verdict *out,
			struct err *err)
{
	const char *word;

	if (node_str(n, "verdict", &word, err) < 0)
		return (int)err->code;
	for (int v = 0; v < SPEED_VERDICTS; v++) {
		if (strcmp(names[v], word) == 0) {
			*out = (enum speed_verdict)v;
			return 0;
		}
	}
	return node_err(n, err, ERR_FORMAT, "no verdict is called '%s'", word);
}

static int read_text(const struct node *n, const char *key, struct arena *a,
		     const char **out, struct err *err)
{
	const char *text;

	if (node_str(n, key, &text, err) < 0)
		return (int)err->code;
	if (strlen(text) > TEXT_MAX)
		return node_err(n, err, ERR_FORMAT, "'%s' is too long", key);
	*out = arena_strdup(a, text);
	return *out ? 0 : err_nomem(err);
}

/* A number of at least LEAST; null is 0. */
static int read_number(const struct node *n, const char *key, double least,
		       double *out, struct err *err)
{
	const struct node *v = node_get(n, key);
	double number = 0;

	if (!v || (v->kind != NODE_NULL && v->kind != NODE_INT &&
		   v->kind != NODE_REAL))
		return node_err(n, err, ERR_FORMAT, "'%s' must be a number",
				key);
	if (v->kind == NODE_INT)
		number = (double)v->as.integer;
	else if (v->kind == NODE_REAL)
		number = v->as.real;
	if (!isfinite(number) || number < least || number > 1e15)
		return node_err(n, err, ERR_FORMAT, "'%s' is no such figure",
				key);
	*out = number;
	return 0;
}

static int read_series(const struct node *shape, const char *key,
		       double *median, double *spread, struct err *err)
{
	const struct node *series;

	if (node_map(shape, key, &series, err) < 0)
		return (int)err->code;
	*median = *spread = 0;
	if (!series)
		return 0;
	if (read_number(series, "median", 0, median, err) < 0)
		return (int)err->code;
	return read_number(series, "mad", 0, spread, err);
}

/* ---- what follows from what */

/* Within what the decimals of each figure leave open. */
static bool follows(const struct speed_result *r, const struct speed_shape *s)
{
	double ratio = s->reference > 0 ? s->library / s->reference : 0;
	double room = 0.01 + ratio * 0.01;

	if (s->ratio > 0 && fabs(ratio - s->ratio) > room)
		return false;
	if (s->verdict == SPEED_SHOWN)
		return !s->is_graded;
	if (s->verdict != SPEED_PASS && s->verdict != SPEED_WARN)
		return true;
	return s->is_graded && s->ratio > 0 &&
	       s->ratio <= (s->verdict == SPEED_PASS ? r->warn_above
						     : r->fail_above);
}

/* No graded shape fails but where the whole does. */
static bool agrees(const struct speed_result *r)
{
	bool fails = false;

	for (size_t i = 0; i < r->count; i++)
		fails |= r->shapes[i].is_graded &&
			 r->shapes[i].verdict == SPEED_FAIL;
	return r->verdict > SPEED_FAIL || fails == (r->verdict == SPEED_FAIL);
}

/* ---- the whole */

static int read_shape(const struct node *n, struct speed_result *r,
		      struct speed_shape *s, struct err *err)
{
	struct arena *a = &r->arena;
	double unused;

	if (n->kind != NODE_MAP)
		return node_err(n, err, ERR_FORMAT, "it is no object");
	if (read_text(n, "id", a, &s->id, err) < 0 ||
	    read_text(n, "title", a, &s->title, err) < 0 ||
	    read_text(n, "unit", a, &s->unit, err) < 0 ||
	    read_text(n, "reason", a, &s->reason, err) < 0 ||
	    read_verdict(n, &s->verdict, err) < 0 ||
	    node_bool_or(n, "graded", false, &s->is_graded, err) < 0 ||
	    read_series(n, "reference", &s->reference, &unused, err) < 0 ||
	    read_series(n, "library", &s->library, &s->spread, err) < 0 ||
	    read_number(n, "floor", 0, &s->floor, err) < 0 ||
	    read_number(n, "ratio", 0, &s->ratio, err) < 0)
		return (int)err->code;
	if (!follows(r, s))
		return node_err(n, err, ERR_FORMAT,
				"'%s' does not follow from its figures", s->id);
	return 0;
}

static int read_shapes(const struct node *root, struct speed_result *r,
		       struct err *err)
{
	struct speed_shape *shapes;
	const struct node *list;

	if (node_list(root, "shapes", &list, err) < 0)
		return (int)err->code;
	if (!list || list->as.list.count > SPEED_SHAPES_MAX)
		return node_err(root, err, ERR_FORMAT,
				"'shapes' is no list of shapes");
	shapes = arena_calloc(&r->arena, list->as.list.count + 1,
			      sizeof(*shapes));
	if (!shapes)
		return err_nomem(err);
	r->shapes = shapes;
	r->count = list->as.list.count;
	for (size_t i = 0; i < r->count; i++)
		if (read_shape(list->as.list.items[i], r, &shapes[i], err) < 0)
			return (int)err->code;
	return 0;
}

static int read_root(const struct node *root, struct speed_result *r,
		     struct err *err)
{
	const struct node *limits;
	int64_t schema;

	if (root->kind != NODE_MAP)
		return node_err(root, err, ERR_FORMAT, "it is no object");
	if (node_int(root, "schema", RESULT_SCHEMA, RESULT_SCHEMA, &schema,
		     err) < 0 ||
	    read_verdict(root, &r->verdict, err) < 0 ||
	    read_text(root, "reason", &r->arena, &r->reason, err) < 0 ||
	    read_number(root, "load", -1, &r->load, err) < 0 ||
	    node_map(root, "limits", &limits, err) < 0)
		return (int)err->code;
	if (!limits)
		return node_err(root, err, ERR_FORMAT, "'limits' is missing");
	if (read_number(limits, "warn_above", 0, &r->warn_above, err) < 0 ||
	    read_number(limits, "fail_above", 0, &r->fail_above, err) < 0 ||
	    read_shapes(root, r, err) < 0)
		return (int)err->code;
	if (r->verdict > SPEED_ERROR || !agrees(r))
		return node_err(root, err, ERR_FORMAT,
				"the verdict does not follow from the shapes");
	return 0;
}

int speed_result_read(const char *json, size_t len, struct speed_result *out,
		      struct err *err)
{
	AUTO(speed_result_releasep) struct speed_result r = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root;

	if (len > OUTPUT_MAX)
		return err_set(err, ERR_FORMAT, "the measurer says too much");
	if (json_read(json, len, "speed", &arena, &root, err) < 0 ||
	    read_root(root, &r, err) < 0)
		return (int)err->code;
	*out = r;
	r = (struct speed_result){ 0 };
	return 0;
}
