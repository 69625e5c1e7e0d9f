/*
 * suite_executor: hold an executor against the statements of artifact_01.
 *
 * Ends with 0 if all statements of the language and of a good executor are
 * kept (or not claimed, or skipped), 1 if one is not, 2 for wrong usage, 6 if
 * the library is not there.  Statements that are the course's own choice are
 * reported and do not count.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os_linux.h"
#include "record.h"
#include "suite.h"
#include "tell.h"
#include "watch.h"

static const char usage[] =
	"usage: suite_executor LIBRARY [--only ID[,ID...]] [--json]\n"
	"       suite_executor --list\n"
	"       suite_executor LIBRARY --here ID\n"
	"\n"
	"  --only ID     these statements alone\n"
	"  --list        statements, their class and what they need\n"
	"  --json        one JSON object instead of a table\n"
	"  --here ID     in this process, without limits: for a debugger\n"
	"  --cpu-limit MS, --idle-limit MS, --wall-limit MS\n"
	"                when a statement is taken to hang\n";

static const char *const words[] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_FAIL] = "fail",
	[VERDICT_UNCLAIMED] = "not claimed",
	[VERDICT_SKIPPED] = "skipped",
	[VERDICT_ERROR] = "error",
};

struct options {
	const char *library;
	const char *only;
	const char *here;
	bool list;
	bool json;
	struct limits limits;
};

struct totals {
	unsigned int of[VERDICT_ERROR + 1];
	unsigned int choices; /* failed, and the course's own */
};

/* ---- the statements */

static void load_and_free(void)
{
	cx_free(exec_new());
	cx_free(NULL);
}

static const struct statement load_statements[] = {
	{ "load", 'L', false, 0, load_and_free },
	{ 0 },
};

static const struct statement *const families[] = {
	load_statements,   waker_statements,   clone_statements,
	wake_statements,   task_statements,    run_statements,
	fair_statements,   turn_statements,    timer_statements,
	io_statements,	   gone_io_statements, load_io_statements,
	rest_statements,   channel_statements, join_statements,
	extra_statements,  paused_statements,  clock_statements,
	choice_statements, bit_io_statements,  rule_statements,
	say_statements,	   cost_statements,    past_statements,
};

const struct statement *statement_at(size_t at)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		for (const struct statement *one = families[i]; one->id;
		     one++) {
			if (at-- == 0)
				return one;
		}
	}
	return NULL;
}

const struct statement *statement_find(const char *id)
{
	const struct statement *one;

	for (size_t i = 0; (one = statement_at(i)); i++) {
		if (strcmp(one->id, id) == 0)
			return one;
	}
	return NULL;
}

/* Is ID in LIST, which has commas? */
static bool is_among(const char *id, const char *list)
{
	size_t len = strlen(id);

	for (const char *at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, id, len) == 0 &&
		    (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* ---- telling */

static void show_json(const struct statement *one, const struct result *r,
		      bool first)
{
	printf("%s\n    {\"id\": \"%s\", \"class\": \"%c\", \"verdict\": "
	       "\"%s\"",
	       first ? "" : ",", one->id, one->group, words[r->verdict]);
	printf(", \"reason\": ");
	tell_json(r->reason);
	printf(", \"file\": ");
	tell_json(r->file);
	printf(", \"line\": %d, \"wall_ms\": %u, \"cpu_ms\": %u", r->line,
	       r->wall_ms, r->cpu_ms);
	printf(", \"refused\": ");
	tell_json(r->refused);
	printf(", \"printed\": %llu, \"log\": ",
	       (unsigned long long)r->printed);
	tell_json(r->log);
	putchar('}');
}

static void show_text(const struct statement *one, const struct result *r)
{
	printf("%-5s %c  %s", one->id, one->group, words[r->verdict]);
	if (r->reason[0]) {
		printf(": ");
		tell_plain(r->reason);
	}
	if (r->line)
		printf(" (%s:%d)", r->file, r->line);
	putchar('\n');
	fflush(stdout);
}

static void show_totals(const struct options *options, const struct totals *t)
{
	if (options->json) {
		printf("\n  ],\n  \"passed\": %u, \"failed\": %u, "
		       "\"choices\": %u, \"not_claimed\": %u, "
		       "\"skipped\": %u, \"errors\": %u\n}\n",
		       t->of[VERDICT_PASS], t->of[VERDICT_FAIL], t->choices,
		       t->of[VERDICT_UNCLAIMED], t->of[VERDICT_SKIPPED],
		       t->of[VERDICT_ERROR]);
		return;
	}
	printf("%u passed, %u failed", t->of[VERDICT_PASS],
	       t->of[VERDICT_FAIL]);
	if (t->choices)
		printf(", %u choices of the course not kept", t->choices);
	if (t->of[VERDICT_UNCLAIMED])
		printf(", %u not claimed", t->of[VERDICT_UNCLAIMED]);
	if (t->of[VERDICT_SKIPPED])
		printf(", %u skipped", t->of[VERDICT_SKIPPED]);
	if (t->of[VERDICT_ERROR])
		printf(", %u errors", t->of[VERDICT_ERROR]);
	printf("\n");
}

static int list(void)
{
	static const char *const caps[] = {
		"cancel",	"timers",      "io",
		"channel",	"stalled",     "remote-spawn",
		"virtual-time", "catch-panic", "join",
	};
	const struct statement *one;

	for (size_t i = 1; (one = statement_at(i)); i++) {
		printf("%s %c", one->id, one->group);
		for (size_t bit = 0; bit < 9; bit++) {
			if (one->needs & 1u << bit)
				printf(" %s", caps[bit]);
		}
		putchar('\n');
	}
	return 0;
}

/* ---- running */

static void count(struct totals *totals, const struct statement *one,
		  const struct result *r)
{
	if (one->group == 'K' && r->verdict == VERDICT_FAIL)
		totals->choices++;
	else
		totals->of[r->verdict]++;
}

/* Limits hold everywhere; the filter is not to be had everywhere. */
static void tell_confinement(const struct result *r)
{
#ifndef SANITIZED
	if (!r->confined && r->verdict != VERDICT_ERROR)
		fprintf(stderr, "suite_executor: no seccomp here: what the "
				"library asks of the system is not refused\n");
#else
	(void)r;
#endif
}

static int run_all(const struct options *options, const char *library)
{
	struct totals totals = { { 0 }, 0 };
	const struct statement *one;
	struct result result;
	bool loads;

	os_adopt_orphans();
	watch("load", library, &options->limits, &result);
	loads = result.verdict == VERDICT_PASS;
	tell_confinement(&result);
	if (options->json) {
		printf("{\n  \"schema\": 1, \"library\": ");
		tell_json(result.name);
		printf(", \"confined\": %s",
		       result.confined ? "true" : "false");
		printf(",\n  \"statements\": [");
		show_json(statement_at(0), &result, true);
	} else {
		show_text(statement_at(0), &result);
	}
	totals.of[VERDICT_FAIL] += !loads;
	for (size_t i = 1; (one = statement_at(i)); i++) {
		if (options->only && !is_among(one->id, options->only))
			continue;
		if (loads) {
			watch(one->id, library, &options->limits, &result);
		} else {
			result = (struct result){ .verdict = VERDICT_SKIPPED };
			snprintf(result.reason, sizeof(result.reason),
				 "the library does not load");
		}
		count(&totals, one, &result);
		if (options->json)
			show_json(one, &result, false);
		else if (loads)
			show_text(one, &result);
	}
	show_totals(options, &totals);
	if (fflush(stdout) != 0 || ferror(stdout))
		return 6;
	return totals.of[VERDICT_FAIL] > 0 || totals.of[VERDICT_ERROR] > 0;
}

/* ---- the command line */

static int complain(const char *what, const char *about)
{
	fprintf(stderr, "suite_executor: %s '%s'\n%s", what, about, usage);
	return 2;
}

static bool read_ms(const char *text, unsigned int *ms)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 1 || value > 3600000)
		return false;
	*ms = (unsigned int)value;
	return true;
}

/* One option that has a value; false: it is none, or VALUE is wrong. */
static bool read_pair(struct options *o, const char *name, const char *value)
{
	if (!value)
		return false;
	if (strcmp(name, "--only") == 0) {
		o->only = value;
		return true;
	}
	if (strcmp(name, "--here") == 0) {
		o->here = value;
		return statement_find(value);
	}
	if (strcmp(name, "--cpu-limit") == 0)
		return read_ms(value, &o->limits.cpu_ms);
	if (strcmp(name, "--idle-limit") == 0)
		return read_ms(value, &o->limits.idle_ms);
	if (strcmp(name, "--wall-limit") == 0)
		return read_ms(value, &o->limits.wall_ms);
	return false;
}

static int read_options(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--list") == 0)
			o->list = true;
		else if (strcmp(argv[i], "--json") == 0)
			o->json = true;
		else if (argv[i][0] != '-' && !o->library)
			o->library = argv[i];
		else if (read_pair(o, argv[i], argv[i + 1]))
			i++;
		else
			return complain("cannot use", argv[i]);
	}
	return 0;
}

/* Is every word of LIST a statement? */
static const char *unknown(const char *ids, char *word, size_t size)
{
	while (ids && *ids) {
		size_t len = strcspn(ids, ",");

		snprintf(word, size, "%.*s", (int)len, ids);
		if (!statement_find(word))
			return word;
		ids += len + (ids[len] == ',');
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct options o = { .limits = { 3000, 20000, 120000 } };
	char library[PATH_MAX];
	char word[32];
	int rc;

	if (argc == 5 && strcmp(argv[1], "--child") == 0 &&
	    statement_find(argv[3]))
		child_run(statement_find(argv[3]), argv[4],
			  (int)strtol(argv[2], NULL, 10));
	rc = read_options(argc, argv, &o);
	if (rc != 0)
		return rc;
	if (o.list)
		return list();
	if (!o.library)
		return complain("there is no", "LIBRARY");
	if (unknown(o.only, word, sizeof(word)))
		return complain("there is no statement", word);
	/* dlopen looks elsewhere for a name without a folder */
	snprintf(library, sizeof(library), "%s%s",
		 strchr(o.library, '/') ? "" : "./", o.library);
	if (access(library, R_OK) < 0) {
		fprintf(stderr, "suite_executor: no such file '%s'\n",
			o.library);
		return 6;
	}
	if (o.here)
		child_run(statement_find(o.here), library, -1);
	return run_all(&o, library);
}
