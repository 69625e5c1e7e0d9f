#ifndef ARTIFACT_01_SPEED_H
#define ARTIFACT_01_SPEED_H

/*
 * speed_executor: how fast a library is beside the reference executor.
 *
 * Both are loaded into one process, which is watched and confined as that of
 * a statement is (suite/watch.h), and run the same shapes through the same
 * header, in turn: reference, library, reference, library.  What is graded is
 * the ratio of the two medians, of the four shapes that are stable on a small
 * machine; all else is printed and never graded.  On a machine that has other
 * work nothing is graded, as a load does not add noise but changes ranks.
 *
 *	speed_executor LIBRARY [--json] [--only SHAPE[,SHAPE...]]
 *
 * Other options:
 *	--reference FILE	instead of reference-executor.so beside the
 *				program; it has to be readable in the sandbox
 *	--rounds N		of each library and shape; 15, at most 99
 *	--warn-above RATIO	2
 *	--fail-above RATIO	4
 *	--patience SECONDS	wait so long for the load to go; 0
 *	--idle-limit MS --cpu-limit MS --wall-limit MS
 *				of one shape: 3000, 10000, 30000
 *	--any-load		measure, and grade nothing
 *	--load FIGURE		take it for the load; for tests
 *	--samples FILE		judge these and measure nothing; for tests
 *	--alone SHAPE		the library alone, in this process: prints the
 *				least figure and the median; for `make bench`
 *	--list			the shapes: id, unit, graded or not
 *
 * Ends with 0 if the speed passes, warns or was not graded, 1 if it fails, 2
 * for wrong usage, 6 if a file is not there.
 *
 * With --json it prints one object:
 *
 *	schema		1
 *	verdict		"pass", "warn" (a graded ratio is above warn_above),
 *			"fail" (above fail_above, or a graded shape crashed,
 *			hung or was not done), "skipped" (not graded: see
 *			reason), "error" (trouble of the program itself)
 *	reason		a sentence; "" for pass.  "machine busy: ..." where it
 *			was not graded
 *	library		as it calls itself; "" if it was not loaded
 *	reference	the same of the reference
 *	load		average of the last minute, before; -1: not known
 *	disturbed	share of the reference's rounds that were interrupted,
 *			in the shapes that are graded
 *	rounds		of each
 *	limits		{warn_above, fail_above, load, disturbed}
 *	floor		{atomic_ns, malloc_ns, clock_ns, syscall_ns}: what this
 *			machine takes for them; the least
 *	shapes		an array, in the order they were run; of each
 *	  id, title	"spawn", "spawn a task and run it"
 *	  unit		"ns" or "B", of one step
 *	  graded	true or false
 *	  verdict	as above, and "not claimed" (the library lacks what
 *			the shape needs) and "shown" (not graded)
 *	  reason	what went wrong, or ""
 *	  reference, library
 *			{median, mad, rounds} or null where there is none
 *	  floor		median of the bare system calls, or null
 *	  ratio		library to reference, or null
 *	  wall_ms	how long it took altogether
 *
 * Nothing of it is to be believed more than a library's own word goes: it ran
 * beside.  Figures that are not above zero, or verdicts that do not follow
 * from them, are not from this program.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cohort_executor.h"

/* ---- shapes */

struct shape {
	const char *id;
	const char *title;
	const char *unit;
	bool graded;
	uint64_t needs; /* enum cx_cap */
	long steps;	/* of a round; of one with --alone, ten times as many */

	/* The cost of one of STEPS.  Fails by CHECK if the work is not done. */
	double (*run)(struct cx_exec *ex, long steps);
	double (*floor)(long steps); /* or NULL */
};

extern const struct shape shapes[]; /* ends with an id of NULL */

const struct shape *shape_find(const char *id);

/*
 * What shapes read the time from: the wall, unless this is called; then it is
 * what the process takes, with all its threads.
 */
void shapes_count_cpu(void);

/* ---- what was measured (figures.c): no call of the system */

enum {
	MOST_ROUNDS = 99,
	MOST_SHAPES = 16
};

struct series {
	double at[MOST_ROUNDS];
	size_t count;
};

double series_median(const struct series *s); /* 0 if there is none */
double series_mad(const struct series *s);    /* deviation from it, median */
double series_least(const struct series *s);

enum grade {
	GRADE_PASS,
	GRADE_SHOWN,
	GRADE_UNCLAIMED,
	GRADE_SKIPPED,
	GRADE_WARN,
	GRADE_ERROR,
	GRADE_FAIL, /* the worst is the last */
};

struct measured {
	const struct shape *shape;
	struct series reference;
	struct series library;
	struct series floor;
	size_t interrupted; /* rounds of the reference */
	enum grade grade;   /* set before: it could not be measured */
	char reason[512];
	unsigned int wall_ms;
};

struct speed {
	char library[64];
	char reference[64];
	double load;
	double warn_above;
	double fail_above;
	bool any_load;
	unsigned int rounds;
	double floor[4]; /* atomic, malloc, clock, system call */
	size_t count;
	struct measured of[MOST_SHAPES];

	/* filled by speed_judge */
	double disturbed;
	enum grade grade;
	char reason[160];
};

extern const double MOST_DISTURBED; /* share of rounds */

/* Library to reference; 0 if there is no such figure. */
double measured_ratio(const struct measured *m);

/* One line as a process tells it: "library 35.21 0".  False: it is none. */
bool measured_take(struct measured *m, const char *line);

/* The grade of each shape that has none, and of all. */
void speed_judge(struct speed *speed);

/* ---- measuring (rounds.c) */

/*
 * In the process of a shape: run it and tell the figures.  The reference's
 * path and the rounds come through the environment.
 */
_Noreturn void rounds_child(const struct shape *shape, const char *library,
			    int fd);

/* Print the least figure of LIBRARY; "floor": of SHAPE's system calls. */
int rounds_alone(const struct shape *shape, const char *library);

/* Fills speed->floor. */
void floor_measure(struct speed *speed);

/* On one processor, all threads to come: the last that is allowed. */
void pin(void);

/* How often the thread was interrupted, so far. */
long interruptions(void);

/* ---- telling (report.c) */

const char *grade_word(enum grade grade);
void report_json(const struct speed *speed);
void report_text(const struct speed *speed);

#endif
