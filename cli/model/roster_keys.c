#include "model/roster_keys.h"

#define AT(member) offsetof(struct roster_seat_file, member)

static const char *const modes[] = { "sync", "async", NULL };

static const char *const statuses[] = { "enrolled", "invited", "withdrawn",
					NULL };

static const struct roster_seat_file seat_defaults = { .zone = "", .repo = "" };

static const struct key seat_keys[] = {
	{ .name = "handle",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = AT(handle),
	  .help = "The student's short unique name" },
	{ .name = "seat",
	  .kind = KEY_U32,
	  .offset = AT(number),
	  .max = 1000000,
	  .help = "The number of the seat; a student who withdrew has none" },
	{ .name = "name",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = AT(name),
	  .help = "The name that the student chose to show" },
	{ .name = "mode",
	  .kind = KEY_WORD,
	  .offset = AT(mode),
	  .words = modes,
	  .help = "How the student attends; sync unless told" },
	{ .name = "zone",
	  .kind = KEY_STR,
	  .offset = AT(zone),
	  .help = "The student's time zone, by its IANA name" },
	{ .name = "repo",
	  .kind = KEY_STR,
	  .offset = AT(repo),
	  .help = "The URL of the student's repository" },
	{ .name = "suffix",
	  .kind = KEY_STR,
	  .offset = AT(suffix),
	  .help = "What crates are called after, as in kov-SUFFIX; the handle "
		  "unless told" },
	{ .name = "status",
	  .kind = KEY_WORD,
	  .offset = AT(status),
	  .words = statuses,
	  .help = "How far it is; enrolled unless told" },
	{ .name = "artifact_01_repo",
	  .kind = KEY_STR,
	  .offset = AT(artifact_repo[ARTIFACT_01]),
	  .help = "The repository of this artifact, if it has one of its own" },
	{ .name = "artifact_02_repo",
	  .kind = KEY_STR,
	  .offset = AT(artifact_repo[ARTIFACT_02]),
	  .help = "The repository of this artifact, if it has one of its own" },
	{ .name = "artifact_03_repo",
	  .kind = KEY_STR,
	  .offset = AT(artifact_repo[ARTIFACT_03]),
	  .help = "The repository of this artifact, if it has one of its own" },
	{ 0 },
};

const struct key roster_keys[] = {
	{ .name = "schema",
	  .kind = KEY_INT,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct roster_file, schema),
	  .min = 1,
	  .max = ROSTER_SCHEMA,
	  .help = "The version of this file's form" },
	{ .name = "seats",
	  .kind = KEY_LIST,
	  .offset = offsetof(struct roster_file, seats),
	  .sub = seat_keys,
	  .item_size = sizeof(struct roster_seat_file),
	  .item_defaults = &seat_defaults,
	  .help = "The students, one each" },
	{ 0 },
};
