#ifndef TESTS_GATE_RUNS_H
#define TESTS_GATE_RUNS_H

/*
 * The gates are run on small crates: each test gets a folder of its own, and
 * a toolchain and a sandbox where the machine has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crates.h"
#include "io/sandbox.h"

/* What the Cargo.toml of a crate has at the least. */
#define PACKAGE                                                \
	"[package]\nname = \"kov-ada\"\nversion = \"0.1.0\"\n" \
	"edition = \"2021\"\n"

#define NEEDS(what)     \
	if (!(what)) {  \
		skip(); \
	}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

static struct crates c;
static bool have_cargo;
static bool have_sandbox;

static int enter(void **state)
{
	struct err err = { 0 };

	(void)state;
	have_cargo = crates_begin(&c);
	have_sandbox = sandbox_check(&err) == 0;
	/* where everything is installed, nothing is left out in silence */
	return getenv("CI") && !have_cargo ? -1 : 0;
}

static int leave(void **state)
{
	(void)state;
	crates_end(&c);
	return 0;
}

/* A crate that passes every gate, for a test to spoil. */
static void make_kov(void)
{
	crates_make(&c, "kov", "kov-ada", "0.1.0");
}

static struct gate_subject subject(const char *folder)
{
	static char *dir;
	struct gate_subject s = { .label = folder, .week = 1 };

	free(dir);
	dir = path_joined(c.dir, folder);
	s.source_dir = s.root_dir = dir;
	return s;
}

static struct gate_report run(const struct gate_subject *s)
{
	struct gate_report r = { 0 };
	struct err err = { 0 };

	if (gate_run(&c.env, s, &r, &err) < 0)
		fail_msg("%s", err.msg);
	return r;
}

static struct gate_report run_in(const char *folder)
{
	struct gate_subject s = subject(folder);

	return run(&s);
}

static const struct gate_outcome *gate(const struct gate_report *r,
				       const char *name)
{
	for (size_t i = 0; i < r->gate_count; i++)
		if (strcmp(r->gates[i].gate, name) == 0)
			return &r->gates[i];
	fail_msg("there is no gate %s", name);
	return NULL;
}

static const struct finding *find(const struct gate_report *r, const char *id)
{
	for (size_t i = 0; i < r->findings.count; i++)
		if (strcmp(r->findings.items[i].id, id) == 0)
			return &r->findings.items[i];
	return NULL;
}

static void print_all(const struct gate_report *r)
{
	for (size_t i = 0; i < r->gate_count; i++)
		print_message("%s: %s %s\n", r->gates[i].gate,
			      verdict_name(r->gates[i].verdict),
			      r->gates[i].reason);
	for (size_t i = 0; i < r->findings.count; i++)
		print_message("  %s %s: %s\n", r->findings.items[i].id,
			      r->findings.items[i].subject,
			      r->findings.items[i].why);
}

static void expect(const struct gate_report *r, const char *name,
		   enum verdict verdict, const char *id)
{
	if (gate(r, name)->verdict != verdict || (id && !find(r, id))) {
		print_all(r);
		fail_msg("%s should be %s with %s", name, verdict_name(verdict),
			 id ? id : "nothing");
	}
}

#endif
