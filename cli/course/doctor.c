#include "course/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/parse.h"
#include "io/process.h"
#include "io/sandbox.h"
#include "io/versions.h"
#include "io/zonefile.h"

enum {
	TOOL_TIMEOUT_MS = 10000,
	CARGO_MAJOR = 1,
	CARGO_MINOR = 95
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

static void add_libraries(struct doctor *d)
{
	struct library_version versions[LIBRARY_COUNT];

	library_versions(versions);
	for (size_t i = 0; i < LIBRARY_COUNT; i++) {
		struct doctor_item *item = add(d, "library", versions[i].name);

		item->required = true;
		snprintf(item->version, sizeof(item->version), "%s",
			 versions[i].version);
		snprintf(item->remark, sizeof(item->remark), "package %s",
			 versions[i].package);
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

static int ask_version(const struct tool *tool, char *out, size_t size,
		       struct err *err)
{
	AUTO(process_result_releasep) struct process_result result = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf home = { 0 };
	const char *argv[] = { tool->name, tool->flag, NULL };
	const char *env[] = { NULL, NULL, NULL };
	struct process_spec spec = { .argv = argv,
				     .env = env,
				     .timeout_ms = TOOL_TIMEOUT_MS,
				     .merge = true };

	strbuf_addf(&path, "PATH=%s", getenv("PATH") ? getenv("PATH") : "");
	strbuf_addf(&home, "HOME=%s", getenv("HOME") ? getenv("HOME") : "/");
	if (strbuf_check(&path, err) < 0 || strbuf_check(&home, err) < 0)
		return err->code;
	env[0] = strbuf_str(&path);
	env[1] = strbuf_str(&home);
	if (process_run(&spec, &result, err) < 0)
		return err->code;
	version_in(strbuf_str(&result.out), out, size);
	return 0;
}

static bool at_least(const char *version, unsigned major, unsigned minor)
{
	uint64_t has_major, has_minor;
	size_t len = strcspn(version, ".");
	const char *rest = version[len] ? version + len + 1 : "";

	if (!parse_u64_n(version, len, &has_major) ||
	    !parse_u64_n(rest, strcspn(rest, "."), &has_minor))
		return false;
	return has_major > major || (has_major == major && has_minor >= minor);
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
	if (ask_version(tool, item->version, sizeof(item->version), err) < 0) {
		if (err->code == ERR_NOMEM)
			return err->code;
		err_clear(err); /* there, but it does not run */
		item->state = DOCTOR_MISSING;
	}
	if (strcmp(tool->name, "cargo") == 0 && item->version[0] &&
	    !at_least(item->version, CARGO_MAJOR, CARGO_MINOR)) {
		item->state = DOCTOR_OLD;
		snprintf(item->remark, sizeof(item->remark), "older than %d.%d",
			 CARGO_MAJOR, CARGO_MINOR);
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
