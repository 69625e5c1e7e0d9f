/* cohort publish: what was packed and passed goes into a registry. */
#include <string.h>

#include "command.h"
#include "commands/artifact_arg.h"
#include "commands/view.h"
#include "course/publish.h"

struct args {
	struct common_args common;
	const char *registry;
	const char *artifact;
	bool dry_run;
};

static const struct opt opts[] = {
	{ "registry", 'r', OPT_STR, "NAME",
	  "one of those in config/cohort.yaml; local unless told",
	  offsetof(struct args, registry) },
	{ "artifact", 0, OPT_STR, "ARTIFACT",
	  "only this artifact; all that was submitted unless told",
	  offsetof(struct args, artifact) },
	{ "dry-run", 'n', OPT_FLAG, NULL, "say what would be published",
	  offsetof(struct args, dry_run) },
	{ 0 },
};

/* ---- the view */

static json_t *item_view(const struct publish_item *item)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
			 "handle", item->seat->handle, "seat",
			 (json_int_t)item->seat->number, "artifact",
			 artifact_id(item->artifact), "state",
			 publish_state_name(item->state), "crate", item->crate,
			 "version", item->version, "sha256", item->sha256,
			 "why", item->why, "type", item->type);
}

static json_t *published_view(const struct published *p,
			      const struct publish_options *o)
{
	json_t *view = json_pack(
		"{s:i, s:o, s:s, s:s, s:b, s:{}, s:[]}", "schema", 1,
		"artifact",
		o->artifact < 0
			? json_null()
			: json_string(artifact_id((enum artifact)o->artifact)),
		"registry", o->registry, "location", p->location, "dry_run",
		o->dry_run, "counts", "crates");

	for (int s = 0; s <= PUBLISH_FAILED; s++)
		json_object_set_new(json_object_get(view, "counts"),
				    publish_state_name((enum publish_state)s),
				    json_integer((json_int_t)p->by_state[s]));
	for (size_t i = 0; i < p->count; i++) {
		if (json_array_append_new(json_object_get(view, "crates"),
					  item_view(&p->items[i])) < 0) {
			json_decref(view);
			return NULL;
		}
	}
	return view;
}

/* ---- text */

static enum term_style style_of(const char *state)
{
	if (strcmp(state, "published") == 0 || strcmp(state, "already") == 0)
		return TERM_GOOD;
	return strcmp(state, "missing") == 0 ? TERM_DIM : TERM_BAD;
}

static void print_item(struct terminal *t, const json_t *item)
{
	const char *state = view_text(item, "state");

	if (strcmp(state, "already") == 0)
		return; /* counted below */
	term_field(t, style_of(state), 10, state);
	term_printf(t, "@%s  %s %s", view_text(item, "handle"),
		    view_text(item, "crate"), view_text(item, "version"));
	if (*view_text(item, "why"))
		term_printf(t, "  %s", view_text(item, "why"));
	term_printf(t, "\n");
	if (*view_text(item, "type"))
		term_styled(t, TERM_ACCENT, "%10s%s\n", "",
			    view_text(item, "type"));
}

static void print(struct terminal *t, const json_t *view)
{
	const json_t *counts = json_object_get(view, "counts");
	const char *between = "";
	const char *state;
	size_t i;
	json_t *item, *count;

	json_array_foreach (json_object_get(view, "crates"), i, item)
		print_item(t, item);
	json_object_foreach ((json_t *)(uintptr_t)counts, state, count) {
		if (json_integer_value(count) == 0)
			continue;
		term_printf(t, "%s%lld %s", between,
			    (long long)json_integer_value(count), state);
		between = ", ";
	}
	if (!*between)
		term_printf(t, "nothing to publish");
	term_printf(t, " in %s%s\n%s\n", view_text(view, "registry"),
		    view_bool(view, "dry_run")
			    ? " (dry run: nothing was published)"
			    : "",
		    view_text(view, "location"));
}

/* ---- */

static void judge(struct cli *cli, const struct published *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct publish_item *item = &p->items[i];

		if (item->state == PUBLISH_FAILED)
			cli_worse(cli, exit_status(item->is_input ? ERR_EXISTS
								  : ERR_NET));
		else if (item->state >= PUBLISH_REFUSED)
			cli_worse(cli, exit_status(ERR_REFUSED));
	}
}

static int read_options(const struct args *args, struct publish_options *o,
			struct err *err)
{
	enum artifact a;

	o->artifact = -1;
	if (args->artifact) {
		if (artifact_required(args->artifact, &a, err) < 0)
			return err->code;
		o->artifact = (int)a;
	}
	o->handles = args->common.operands;
	o->handle_count = args->common.operand_count;
	o->registry = args->registry ? args->registry : "local";
	o->dry_run = args->dry_run;
	return 0;
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct publish_options o = { .progress = &cli->progress };
	struct workspace *ws = NULL;
	AUTO(published_releasep) struct published p = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;

	if (read_options(args, &o, err) < 0 ||
	    cli_workspace(cli, o.dry_run ? 0 : WORKSPACE_WRITE, &ws, err) < 0 ||
	    publish_run(ws, &o, &p, err) < 0)
		return err->code;
	view = published_view(&p, &o);
	judge(cli, &p);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_publish = {
	.name = "publish",
	.summary = "Publish the crates that are packed and passed their gates",
	.operands = "[@HANDLE...]",
	.max_operands = OPERANDS_ANY,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
