/* cohort doctor: what is on this machine, and what each lack costs. */
#include <string.h>

#include "command.h"
#include "commands/view.h"
#include "course/doctor.h"

struct args {
	struct common_args common;
};

static const char *const states[] = { "ok", "old", "broken", "missing" };

static json_t *item_view(const struct doctor_item *item)
{
	json_t *v =
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "kind", item->kind,
			  "name", item->name, "state", states[item->state],
			  "version", item->version, "remark", item->remark,
			  "required", item->required);

	if (v && item->state != DOCTOR_OK && item->cost)
		json_object_set_new(v, "cost", json_string(item->cost));
	if (v && item->state != DOCTOR_OK && item->mend)
		json_object_set_new(v, "mend", json_string(item->mend));
	return v;
}

static void print_item(struct terminal *t, const json_t *item)
{
	const char *state = view_text(item, "state");
	bool ok = strcmp(state, "ok") == 0;
	enum term_style style = ok			    ? TERM_GOOD
				: strcmp(state, "old") == 0 ? TERM_WARN
							    : TERM_BAD;

	term_field(t, style, 8, state);
	term_printf(t, " ");
	term_field(t, TERM_PLAIN, 12, view_text(item, "name"));
	term_field(t, TERM_PLAIN, 12, view_text(item, "version"));
	term_styled(t, TERM_DIM, "%s", view_text(item, "remark"));
	term_printf(t, "\n");
	if (ok)
		return;
	term_printf(t, "%9swithout: %s\n", "", view_text(item, "cost"));
	term_printf(t, "%9smend:    %s\n", "", view_text(item, "mend"));
}

static void print(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *item;

	json_array_foreach (json_object_get(view, "items"), i, item)
		print_item(t, item);
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	AUTO(json_decrefp) json_t *view = NULL;
	struct doctor doctor;
	json_t *items;

	(void)argp;
	if (doctor_look(&doctor, err) < 0)
		return err->code;
	view = json_pack("{s:i, s:[]}", "schema", 1, "items");
	items = json_object_get(view, "items");
	for (size_t i = 0; i < doctor.count; i++) {
		const struct doctor_item *item = &doctor.items[i];

		if (json_array_append_new(items, item_view(item)) < 0)
			return err_nomem(err);
		if (item->state >= DOCTOR_BROKEN && item->required)
			cli_worse(cli, exit_status(ERR_MISSING));
	}
	return cli_emit(cli, view, print, err);
}

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = "Show what this machine has, and what each lack costs",
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
