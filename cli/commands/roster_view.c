#include "commands/roster_view.h"

#include <string.h>

#include "commands/view.h"

json_t *seat_view(const struct seat *s)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "seat",
			 (json_int_t)s->number, "handle", s->handle, "name",
			 s->name, "mode", seat_mode_name(s->mode), "status",
			 seat_status_name(s->status), "zone", s->zone, "repo",
			 s->repo, "suffix", s->suffix);
}

/* The record as its file has it, so that nothing is left out. */
json_t *record_view(const struct seat *s, const struct record *r)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct err ignored = { 0 };
	char crate[80];
	json_t *view;

	if (record_write(r, &text, &ignored) < 0)
		return NULL;
	view = json_loadb(text.data, text.len, 0, NULL);
	seat_crate_name(s, r->artifact, crate, sizeof(crate));
	json_object_set_new(view, "crate", json_string(crate));
	json_object_set_new(
		view, "verdict",
		json_string(r->check.n ? verdict_name(r->check.verdict) : ""));
	return view;
}

static const char *const kinds[] = { "added", "changed", "unchanged" };

static void print_change(struct terminal *t, const json_t *c)
{
	const char *kind = view_text(c, "kind");
	bool added = strcmp(kind, "added") == 0;

	if (strcmp(kind, "unchanged") == 0)
		return;
	term_styled(t, added ? TERM_GOOD : TERM_WARN, "%c ", added ? '+' : '~');
	term_printf(t, "%s, seat %lld", view_text(c, "handle"),
		    view_int(c, "seat"));
	if (*view_text(c, "what"))
		term_printf(t, ": %s", view_text(c, "what"));
	term_printf(t, "\n");
}

static void print_diff(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *c;

	json_array_foreach (json_object_get(view, "changes"), i, c)
		print_change(t, c);
	term_printf(t, "%lld added, %lld changed, %lld unchanged%s\n",
		    view_int(view, "added"), view_int(view, "changed"),
		    view_int(view, "unchanged"),
		    view_bool(view, "dry_run") ? " (dry run: nothing was "
						 "changed)"
					       : "");
}

int roster_emit_diff(struct cli *cli, const struct roster_diff *diff,
		     bool dry_run, struct err *err)
{
	AUTO(json_decrefp)
	json_t *view = json_pack(
		"{s:i, s:b, s:I, s:I, s:I, s:[]}", "schema", 1, "dry_run",
		dry_run, "added", (json_int_t)diff->added, "changed",
		(json_int_t)diff->changed, "unchanged",
		(json_int_t)(diff->count - diff->added - diff->changed),
		"changes");

	for (size_t i = 0; i < diff->count; i++) {
		const struct roster_change *c = &diff->items[i];
		json_t *one =
			json_pack("{s:s, s:s, s:I, s:s}", "kind",
				  kinds[c->kind], "handle", c->handle, "seat",
				  (json_int_t)c->seat, "what", c->what);

		if (json_array_append_new(json_object_get(view, "changes"),
					  one) < 0)
			return err_nomem(err);
	}
	return cli_emit(cli, view, print_diff, err);
}

int roster_run(struct cli *cli, const char *handle, struct roster_entry entry,
	       unsigned flags, bool dry_run, struct err *err)
{
	struct workspace *ws = NULL;
	AUTO(roster_diff_releasep) struct roster_diff diff = { 0 };

	entry.handle = handle + (handle[0] == '@');
	if (cli_workspace(cli, dry_run ? 0 : WORKSPACE_WRITE, &ws, err) < 0 ||
	    roster_apply(ws, &entry, 1, flags | (dry_run ? ROSTER_DRY_RUN : 0),
			 NULL, &diff, err) < 0) {
		if (err->code == ERR_EXISTS)
			return err_hint(err, "cohort roster edit %s",
					entry.handle);
		if (err->code == ERR_NOT_FOUND && !err->hint[0])
			return err_hint(err, "cohort roster add %s",
					entry.handle);
		return err->code;
	}
	return roster_emit_diff(cli, &diff, dry_run, err);
}
