/* cohort roster add: one student more. */
#include "command.h"
#include "commands/roster_view.h"
#include "course/roster.h"

struct args {
	struct common_args common;
	struct roster_entry entry;
	bool dry_run;
};

#define ENTRY(member) offsetof(struct args, entry.member)

static const struct opt opts[] = {
	{ "name", 0, OPT_STR, "NAME", "the name that the student chose to show",
	  ENTRY(name) },
	{ "seat", 0, OPT_STR, "N", "a seat; the lowest free one unless told",
	  ENTRY(seat) },
	{ "mode", 0, OPT_STR, "sync|async", "how the student attends",
	  ENTRY(mode) },
	{ "zone", 0, OPT_STR, "ZONE", "the student's zone, by its IANA name",
	  ENTRY(zone) },
	{ "repo", 0, OPT_STR, "URL", "the student's repository", ENTRY(repo) },
	{ "suffix", 0, OPT_STR, "SUFFIX",
	  "crates are kov-SUFFIX, ...; the handle unless told", ENTRY(suffix) },
	{ "dry-run", 'n', OPT_FLAG, NULL, "say what would be done",
	  offsetof(struct args, dry_run) },
	{ 0 },
};

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;

	return roster_run(cli, args->common.operands[0], args->entry,
			  ROSTER_MAY_ADD, args->dry_run, err);
}

const struct command cmd_roster_add = {
	.name = "roster add",
	.summary = "Give a student a seat",
	.operands = "HANDLE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
