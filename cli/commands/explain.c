/* cohort explain: what a gate or a lint means, and how to mend it. */
#include <string.h>

#include "command.h"
#include "commands/explain.h"
#include "commands/view.h"
#include "course/explain.h"

struct args {
	struct common_args common;
};

static json_t *explained_view(const struct explained *e)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", e->id, "kind",
			 e->kind, "level", e->level, "summary", e->summary,
			 "explanation", e->explanation, "source", e->source);
}

static void print_one(struct terminal *t, const json_t *e)
{
	const char *p = view_text(e, "explanation");

	term_styled(t, TERM_BOLD, "%s", view_text(e, "id"));
	if (view_text(e, "level")[0])
		term_printf(t, "  (%s, %s)", view_text(e, "kind"),
			    view_text(e, "level"));
	else
		term_printf(t, "  (%s)", view_text(e, "kind"));
	term_printf(t, "\n\n");
	term_wrap(t, 2, view_text(e, "summary"));
	term_printf(t, "\n");
	while (*p) {
		AUTO(strbuf_releasep) struct strbuf line = { 0 };
		size_t len = strcspn(p, "\n");

		strbuf_add(&line, p, len);
		term_wrap(t, 2, strbuf_str(&line));
		p += len + (p[len] == '\n');
	}
	if (view_text(e, "source")[0])
		term_styled(t, TERM_DIM, "\n  rule: %s\n",
			    view_text(e, "source"));
}

static void print(struct terminal *t, const json_t *view)
{
	const json_t *list = json_object_get(view, "explained");
	size_t i;
	json_t *e;

	json_array_foreach (list, i, e) {
		if (i > 0)
			term_printf(t, "\n");
		print_one(t, e);
	}
}

static void print_list(struct terminal *t, const json_t *view)
{
	const char *kind = "";
	size_t i;
	json_t *e;

	json_array_foreach (json_object_get(view, "explained"), i, e) {
		if (strcmp(kind, view_text(e, "kind")) != 0) {
			term_printf(t, "%s", i > 0 ? "\n" : "");
			kind = view_text(e, "kind");
			term_styled(t, TERM_BOLD, "%s\n", kind);
		}
		term_printf(t, "  %-34s  %-5s  ", view_text(e, "id"),
			    view_text(e, "level"));
		term_styled(t, TERM_DIM, "%s\n", view_text(e, "summary"));
	}
}

int explain_show(struct cli *cli, const char *const *ids, size_t count,
		 const char *kind, struct err *err)
{
	AUTO(explained_list_releasep) struct explained_list l = { 0 };
	json_t *list = json_array();
	AUTO(json_decrefp)
	json_t *view = json_pack("{s:i, s:o}", "schema", 1, "explained", list);

	if (explain_all(&l, err) < 0)
		return err->code;
	for (size_t i = 0; view && i < count; i++) {
		const struct explained *e = explain_find(&l, ids[i], err);

		if (!e)
			return err->code;
		json_array_append_new(list, explained_view(e));
	}
	for (size_t i = 0; view && count == 0 && i < l.count; i++)
		if (!kind || strcmp(kind, l.items[i].kind) == 0)
			json_array_append_new(list,
					      explained_view(&l.items[i]));
	return cli_emit(cli, view, count > 0 ? print : print_list, err);
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;

	return explain_show(cli, args->common.operands,
			    args->common.operand_count, NULL, err);
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = "Say what a gate or a lint means and how to mend it",
	.operands = "[ID...]",
	.max_operands = OPERANDS_ANY,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
