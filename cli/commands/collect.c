/* cohort collect: ask every student's repository what is new. */
#include "course/collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "commands/view.h"
#include "model/schedule.h"
#include "workspace/workspace.h"

struct args {
	struct common_args common;
	uint32_t jobs;
	bool dry_run;
	bool all;
};

static const struct opt opts[] = {
	{ "jobs", 'j', OPT_U32, "N",
	  "repositories at once, also on one host; cohort.yaml says otherwise",
	  offsetof(struct args, jobs) },
	{ "dry-run", 'n', OPT_FLAG, NULL,
	  "ask, and neither fetch nor write anything",
	  offsetof(struct args, dry_run) },
	{ "all", 'a', OPT_FLAG, NULL,
	  "name every new submission, however many there are",
	  offsetof(struct args, all) },
	{ 0 },
};

enum {
	NEW_MAX = 64, /* lines, unless all are asked for */
	HANDLE_COLUMNS = 14,
	VERSION_COLUMNS = 12
};

/* ---- the view */

/* Set KEY of TO; a value that could not be made fails the whole view. */
static bool add(json_t *to, const char *key, json_t *value)
{
	return json_object_set_new(to, key, value) == 0;
}

static bool add_text(json_t *to, const char *key, const char *value)
{
	return !value[0] || add(to, key, view_string(value));
}

static bool fill_event(json_t *v, const struct collect_event *e)
{
	if (e->kind == EVENT_ODD)
		return add_text(v, "why", e->why);
	if (e->n && !add(v, "n", json_integer(e->n)))
		return false;
	return add_text(v, "tag_object", e->tag_object) &&
	       add_text(v, "commit", e->commit) &&
	       add_text(v, "kept", e->kept) &&
	       add(v, "claimed_at", view_stamp(e->claimed_at)) &&
	       add(v, "not_seen_at", view_stamp(e->not_seen_at)) &&
	       add(v, "first_seen_at", view_stamp(e->first_seen_at)) &&
	       add(v, "late_s", json_integer(e->late_s));
}

/* NULL without memory, as all of these. */
static json_t *event_view(const struct collect_event *e)
{
	AUTO(json_decrefp)
	json_t *v = json_pack("{s:s, s:o}", "kind", collect_kind_name(e->kind),
			      "tag", view_string(e->tag));

	return v && fill_event(v, e) ? json_incref(v) : NULL;
}

/* "network" and the like: what somebody would do differently about. */
static const char *error_kind(enum err_code code)
{
	switch (code) {
	case ERR_NET:
		return "network";
	case ERR_NOT_FOUND:
		return "no-repository";
	case ERR_UNSAFE:
		return "unsafe";
	case ERR_LIMIT:
		return "limit";
	case ERR_FORMAT:
		return "not-git";
	case ERR_MISSING:
		return "missing-tool";
	default:
		return "local";
	}
}

/* What to type about a seat that failed. */
static json_t *mend_view(const struct collect_item *item)
{
	const char *handle = item->seat->handle;

	if (item->err.hint[0])
		return view_string(item->err.hint);
	if (item->err.code == ERR_NOT_FOUND || item->err.code == ERR_UNSAFE)
		return json_sprintf("cohort roster edit %s --repo URL", handle);
	return json_sprintf("cohort collect @%s", handle);
}

static json_t *error_view(const struct collect_item *item)
{
	return json_pack("{s:s, s:o, s:b}", "kind", error_kind(item->err.code),
			 "message", view_string(item->err.msg), "retryable",
			 item->err.code == ERR_NET);
}

static bool fill_item(json_t *v, const struct collect_item *item)
{
	json_t *events = json_object_get(v, "events");

	for (size_t i = 0; i < item->event_count; i++) {
		if (json_array_append_new(events,
					  event_view(&item->events[i])) < 0)
			return false;
	}
	if (!add_text(v, "note", item->note))
		return false;
	return item->result != COLLECT_FAILED ||
	       (add(v, "error", error_view(item)) &&
		add(v, "type", mend_view(item)));
}

static json_t *item_view(const struct collect_item *item)
{
	AUTO(json_decrefp)
	json_t *v = json_pack("{s:s, s:I, s:s, s:o, s:s, s:[]}", "handle",
			      item->seat->handle, "seat",
			      (json_int_t)item->seat->number, "artifact",
			      artifact_id(item->artifact), "repository",
			      view_string(item->url), "result",
			      collect_result_name(item->result), "events");

	return v && fill_item(v, item) ? json_incref(v) : NULL;
}

static bool fill_view(json_t *v, const struct collect *c)
{
	json_t *counts = json_object_get(v, "counts");
	json_t *items = json_object_get(v, "items");

	for (int k = 0; k < COLLECT_RESULTS; k++) {
		if (!add(counts, collect_result_name((enum collect_result)k),
			 json_integer((json_int_t)c->of[k])))
			return false;
	}
	for (size_t i = 0; i < c->count; i++) {
		if (json_array_append_new(items, item_view(&c->items[i])) < 0)
			return false;
	}
	return true;
}

static json_t *collect_view(const struct collect *c, bool dry_run, bool all)
{
	AUTO(json_decrefp)
	json_t *v = json_pack(
		"{s:i, s:b, s:b, s:b, s:{}, s:I, s:I, s:I, s:I, s:[]}",
		"schema", 1, "dry_run", dry_run, "committed", c->committed,
		"all", all, "counts", "late", (json_int_t)c->late,
		"without_repo", (json_int_t)c->without_repo, "received",
		(json_int_t)c->received, "ms", (json_int_t)c->ms, "items");

	return v && fill_view(v, c) ? json_incref(v) : NULL;
}

/* ---- the text */

/* "new       @ada          artifact_01  " */
static void print_name(struct terminal *t, const json_t *item,
		       enum term_style style, const char *word)
{
	char handle[HANDLE_MAX + 2];

	snprintf(handle, sizeof(handle), "@%s", view_text(item, "handle"));
	term_field(t, style, 10, word);
	term_field(t, TERM_PLAIN, HANDLE_COLUMNS, handle);
	term_field(t, TERM_DIM, 13, view_text(item, "artifact"));
}

static const char *version_of(const json_t *event)
{
	const char *tag = view_text(event, "tag");
	const char *v = strstr(tag, "/v");

	return v ? v + 2 : tag;
}

static void print_late(struct terminal *t, const json_t *event)
{
	AUTO(strbuf_releasep) struct strbuf span = { 0 };
	long long late = view_int(event, "late_s");

	if (late <= 0)
		return;
	schedule_say_span(late, &span);
	term_styled(t, TERM_WARN, "  late by %s", strbuf_str(&span));
}

static void print_event(struct terminal *t, const json_t *item, const json_t *e)
{
	const char *kind = view_text(e, "kind");

	if (strcmp(kind, "odd") == 0) {
		print_name(t, item, TERM_WARN, "ignored");
		term_printf(t, "%s: %s\n", view_text(e, "tag"),
			    view_text(e, "why"));
		return;
	}
	if (strcmp(kind, "new") == 0 || strcmp(kind, "back") == 0) {
		print_name(t, item, TERM_GOOD, kind);
		term_field(t, TERM_PLAIN, VERSION_COLUMNS, version_of(e));
		term_printf(t, "%.7s", view_text(e, "commit"));
		print_late(t, e);
		term_printf(t, "\n");
		return;
	}
	print_name(t, item, TERM_BAD, kind);
	term_field(t, TERM_PLAIN, VERSION_COLUMNS, version_of(e));
	if (strcmp(kind, "moved") == 0)
		term_printf(t, "to %.7s; %.7s is kept, ask for a new version\n",
			    view_text(e, "commit"), view_text(e, "kept"));
	else
		term_printf(t, "%.7s is kept\n", view_text(e, "commit"));
}

static void print_events(struct terminal *t, const json_t *view)
{
	size_t shown = 0, left = 0, i, k;
	json_t *item, *e;

	json_array_foreach (json_object_get(view, "items"), i, item) {
		json_array_foreach (json_object_get(item, "events"), k, e) {
			bool is_new = strcmp(view_text(e, "kind"), "new") == 0;

			if (is_new && shown >= NEW_MAX &&
			    !view_bool(view, "all")) {
				left++;
				continue;
			}
			shown += is_new;
			print_event(t, item, e);
		}
	}
	if (left > 0)
		term_styled(t, TERM_DIM, "and %zu more; --all names them\n",
			    left);
}

/* Who has nothing yet: names alone, as many in a line as there is room. */
static void print_missing(struct terminal *t, const json_t *view)
{
	AUTO(strbuf_releasep) struct strbuf names = { 0 };
	size_t i;
	json_t *item;

	json_array_foreach (json_object_get(view, "items"), i, item) {
		if (strcmp(view_text(item, "result"), "missing") == 0)
			strbuf_addf(&names, "%s@%s %s", names.len ? ", " : "",
				    view_text(item, "handle"),
				    view_text(item, "artifact"));
	}
	if (names.len == 0)
		return;
	term_printf(t, "nothing yet:\n");
	term_wrap(t, 4, strbuf_str(&names));
}

static const char *why_failed(const json_t *item)
{
	return view_text(json_object_get(item, "error"), "message");
}

/* One repository fails for all its artifacts: that is said once. */
static bool is_same_failure(const json_t *a, const json_t *b)
{
	return a && b && why_failed(a)[0] &&
	       strcmp(why_failed(a), why_failed(b)) == 0 &&
	       strcmp(view_text(a, "handle"), view_text(b, "handle")) == 0;
}

static void print_troubles(struct terminal *t, const json_t *view)
{
	json_t *items = json_object_get(view, "items");
	size_t i;
	json_t *item;

	json_array_foreach (items, i, item) {
		const json_t *before = i ? json_array_get(items, i - 1) : NULL;

		if (view_text(item, "note")[0]) {
			print_name(t, item, TERM_WARN, "note");
			term_printf(t, "%s\n", view_text(item, "note"));
		}
		if (!why_failed(item)[0] || is_same_failure(before, item))
			continue;
		print_name(t, item, TERM_BAD, "failed");
		term_printf(t, "%s\n", why_failed(item));
		term_styled(t, TERM_ACCENT, "    %s\n",
			    view_text(item, "type"));
	}
}

static void print_summary(struct terminal *t, const json_t *view)
{
	static const struct {
		const char *name;
		enum term_style style;
	} parts[] = {
		{ "collected", TERM_GOOD }, { "unchanged", TERM_PLAIN },
		{ "missing", TERM_PLAIN },  { "failed", TERM_BAD },
		{ "moved", TERM_BAD },	    { "deleted", TERM_BAD },
	};
	const json_t *counts = json_object_get(view, "counts");
	long long ms = view_int(view, "ms");

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		long long n = view_int(counts, parts[i].name);

		term_printf(t, i ? ", " : "");
		term_styled(t, n ? parts[i].style : TERM_DIM, "%lld %s", n,
			    parts[i].name);
	}
	if (view_int(view, "late"))
		term_styled(t, TERM_WARN, "; %lld late",
			    view_int(view, "late"));
	if (view_int(view, "without_repo"))
		term_printf(t, "; %lld without a repository",
			    view_int(view, "without_repo"));
	if (t->is_tty)
		term_styled(t, TERM_DIM, " (%lld.%lld s)", ms / 1000,
			    ms % 1000 / 100);
	term_printf(t, "%s\n",
		    view_bool(view, "dry_run") ? "; dry run, nothing was kept"
					       : "");
}

static void print(struct terminal *t, const json_t *view)
{
	print_events(t, view);
	print_troubles(t, view);
	print_missing(t, view);
	print_summary(t, view);
}

/* ---- the command */

static int read_operands(const struct args *args, struct collect_options *o,
			 const char **handles, struct err *err)
{
	bool any = false;

	for (size_t i = 0; i < args->common.operand_count; i++) {
		const char *word = args->common.operands[i];
		enum artifact a;

		if (word[0] == '@') {
			handles[o->handle_count++] = word;
		} else if (artifact_parse(word, &a)) {
			o->artifact[a] = any = true;
		} else {
			(void)err_set(err, ERR_USAGE,
				      "there is no artifact '%s'", word);
			return err_hint(err,
					"artifact_01, artifact_02 or "
					"artifact_03; a student is @%s",
					word);
		}
	}
	for (size_t k = 0; !any && k < ARTIFACT_COUNT; k++)
		o->artifact[k] = true;
	return 0;
}

/* What a repository answers is the network's; our record or its URL is not. */
static int status_of(const struct collect_item *item)
{
	switch (item->local ? ERR_NONE : item->err.code) {
	case ERR_NOT_FOUND:
	case ERR_FORMAT:
	case ERR_LIMIT:
	case ERR_UNSAFE:
		return exit_status(ERR_NET);
	default:
		return exit_status(item->err.code);
	}
}

static int collect(struct cli *cli, const struct args *args,
		   const struct collect_options *o, struct err *err)
{
	struct workspace *ws = NULL;
	AUTO(collect_releasep) struct collect c = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;

	if (cli_workspace(cli, o->dry_run ? 0 : WORKSPACE_WRITE, &ws, err) <
		    0 ||
	    collect_run(ws, o, &c, err) < 0)
		return err->code;
	for (size_t i = 0; i < c.count; i++) {
		if (c.items[i].result == COLLECT_FAILED)
			cli_worse(cli, status_of(&c.items[i]));
	}
	if (c.of[COLLECT_FAILED])
		cli_note(cli, "cohort: %zu of %zu could not be collected",
			 c.of[COLLECT_FAILED], c.count);
	view = collect_view(&c, o->dry_run, args->all);
	if (!view)
		return err_nomem(err);
	return cli_emit(cli, view, print, err);
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct collect_options o = { .jobs = args->jobs,
				     .dry_run = args->dry_run,
				     .progress = &cli->progress };
	const char **handles =
		calloc(args->common.operand_count + 1, sizeof(*handles));

	if (!handles)
		return err_nomem(err);
	o.handles = handles;
	if (read_operands(args, &o, handles, err) == 0)
		(void)collect(cli, args, &o, err);
	free(handles);
	return err->code;
}

const struct command cmd_collect = {
	.name = "collect",
	.summary = "Ask every student's repository what is new",
	.operands = "[ARTIFACT...] [@HANDLE...]",
	.max_operands = OPERANDS_ANY,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
