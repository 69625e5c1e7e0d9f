#ifndef COMMANDS_ROSTER_VIEW_H
#define COMMANDS_ROSTER_VIEW_H

#include "command.h"
#include "course/roster.h"

/* What the roster commands have in common. */
json_t *seat_view(const struct seat *s);
json_t *record_view(const struct seat *s, const struct record *r);

/* ENTRY of HANDLE, or @HANDLE, added or changed, and the difference shown. */
int roster_run(struct cli *cli, const char *handle, struct roster_entry entry,
	       unsigned flags, bool dry_run, struct err *err);

int roster_emit_diff(struct cli *cli, const struct roster_diff *diff,
		     bool dry_run, struct err *err);

#endif
