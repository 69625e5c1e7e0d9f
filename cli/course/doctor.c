#include "course/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/parse.h"
#include "io/process.h"
#include "io/sandbox.h"
#include "io/toolchain.h"
#include "io/versions.h"
#include "io/zonefile.h"

enum {
	TOOL_TIMEOUT_MS = 10000
};

struct tool {
	const char *name;
	const char *flag;
	const char *cost;
	const char *mend;
	bool required;
};

static const struct tool tools[] = {
	{ "git", "--version",
	  "private repositories over https: their credentials come from git",
	  "apt-get install git", false },
	{ "ssh", "-V", "repositories by ssh", "apt-get install openssh-client",
	  false },
	{ "cargo", "--version", "packing and checking crates",
	  "apt-get install cargo-web rustc-web", true },
	{ "rustc", "--version", "the build and semver gates",
	  "apt-get install rustc-web", true },
	{ "rustdoc", "--version", "the semver gate",
	  "apt-get install rustc-web", false },
	{ "bwrap", "--version",
	  "the build and semver gates: no student code runs unprotected",
	  "apt-get install bubblewrap", false },
};

static struct doctor_item *add(struct doctor *d, const char *kind,
			       const char *name)
{
	struct doctor_item *item = &d->items[d->count];

	if (d->count < DOCTOR_ITEMS_MAX - 1)
		d->count++;
	*item = (struct doctor_item){ .kind = kind, .name = name };
	return item;
}

/* Why it does not run, in one line that any terminal and JSON can take. */
static void set_broken(struct doctor_item *item, const char *why)
{
	size_t len = strcspn(why, "\n");

	item->state = DOCTOR_BROKEN;
	if (len >= sizeof(item->remark))
		len = sizeof(item->remark) - 1;
	for (size_t i = 0; i < len; i++)
		item->remark[i] = why[i] >= ' ' && why[i] < 0x7f ? why[i] : '?';
	item->remark[len] = '\0';
}

static void add_libraries(struct doctor *d)
{
	struct library_version versions[LIBRARY_VERSIONS];

	library_versions(versions);
	for (size_t i = 0; i < LIBRARY_VERSIONS; i++) {
		const struct library_version *v = &versions[i];
		struct doctor_item *item = add(d, "library", v->name);

		item->cost = v->cost;
		item->mend = v->mend;
		item->required = true;
		snprintf(item->version, sizeof(item->version), "%s",
			 v->version);
		snprintf(item->remark, sizeof(item->remark), "package %s",
			 strrchr(v->mend, ' ') + 1);
		if (v->why[0])
			set_broken(item, v->why);
	}
}

/* "git version 2.39.5", "cargo 1.95.0 (f2d3...)", "OpenSSH_9.2p1 ...". */
static void version_in(const char *text, char *out, size_t size)
{
	const char *start = text;
	size_t len;

	while (*start && (*start < '0' || *start > '9'))
		start++;
	len = strcspn(start, " \n,()");
	snprintf(out, size, "%.*s", (int)len, start);
}

static int ask_version(const struct tool *tool, struct process_result *out,
		       struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const char *argv[] = { tool->name, tool->flag, NULL };
	const char *env[TOOLCHAIN_ENV_SIZE] = { NULL };
	struct process_spec spec = { .argv = argv,
				     .env = env,
				     .cwd = "/",
				     .timeout_ms = TOOL_TIMEOUT_MS,
				     .merge = true };

	if (toolchain_env(&arena, env, err) < 0)
		return (int)err->code;
	return process_run(&spec, out, err);
}

static bool is_of_rust(const struct tool *tool)
{
	return strncmp(tool->name, "rust", 4) == 0 ||
	       strcmp(tool->name, "cargo") == 0;
}

/* It is there; does it run, and which is it? */
static int look_at(struct doctor_item *item, const struct tool *tool,
		   struct err *err)
{
	AUTO(process_result_releasep) struct process_result r = { 0 };
	const char *said;

	if (ask_version(tool, &r, err) < 0) {
		if (err->code == ERR_NOMEM)
			return err->code;
		set_broken(item, err->msg);
		err_clear(err);
		return 0;
	}
	said = strbuf_str(&r.out);
	if (r.timed_out) {
		set_broken(item, "does not answer");
	} else if (r.exit_status != 0) {
		set_broken(item, *said ? said : "ends with a failure");
		if (is_of_rust(tool))
			item->mend = toolchain_mend(said);
	} else {
		version_in(said, item->version, sizeof(item->version));
	}
	return 0;
}

static int add_tool(struct doctor *d, const struct tool *tool, struct err *err)
{
	struct doctor_item *item = add(d, "tool", tool->name);
	char *path = process_find(tool->name, NULL);

	item->cost = tool->cost;
	item->mend = tool->mend;
	item->required = tool->required;
	if (!path) {
		item->state = DOCTOR_MISSING;
		return 0;
	}
	snprintf(item->remark, sizeof(item->remark), "%s", path);
	free(path);
	if (look_at(item, tool, err) < 0)
		return err->code;
	if (strcmp(tool->name, "cargo") == 0 && item->version[0] &&
	    !toolchain_is_recent(item->version, TOOLCHAIN_CARGO_MIN)) {
		item->state = DOCTOR_OLD;
		snprintf(item->remark, sizeof(item->remark),
			 "older than " TOOLCHAIN_CARGO_MIN);
	}
	return 0;
}

static void add_sandbox(struct doctor *d)
{
	struct doctor_item *item = add(d, "sandbox", "bubblewrap");
	struct err why = { 0 };

	item->cost = "the build and semver gates say 'skipped'";
	item->mend = "apt-get install bubblewrap, and allow user namespaces";
	if (sandbox_check(&why) == 0) {
		snprintf(item->version, sizeof(item->version), "works");
		return;
	}
	item->state = DOCTOR_MISSING;
	snprintf(item->remark, sizeof(item->remark), "%.150s", why.msg);
}

/* A release of the zone data is named by its year and a letter: 2025b. */
static void add_zones(struct doctor *d)
{
	struct doctor_item *item = add(d, "data", "time zones");
	char release[ZONE_RELEASE_SIZE];
	uint64_t year;

	item->cost = "local times of students wherever the law has changed";
	item->mend = "apt-get install --only-upgrade tzdata";
	zonefile_release_name(release);
	if (!parse_u64_n(release, strnlen(release, 4), &year)) {
		item->state = DOCTOR_MISSING;
		return;
	}
	snprintf(item->version, sizeof(item->version), "%s", release);
	if ((int)year < civil_from_unix(clock_now()).year) {
		item->state = DOCTOR_OLD;
		snprintf(item->remark, sizeof(item->remark),
			 "rules of %d: laws have changed since", (int)year);
	}
}

int doctor_look(struct doctor *out, struct err *err)
{
	*out = (struct doctor){ 0 };
	add_libraries(out);
	for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
		if (add_tool(out, &tools[i], err) < 0)
			return err->code;
	}
	add_sandbox(out);
	add_zones(out);
	return 0;
}
