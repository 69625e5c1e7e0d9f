/* In the process that measures. */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "speed.h"
#include "suite/api.h"
#include "suite/record.h"
#include "suite/suite.h"

enum {
	HOPELESS = 20, /* times the reference */
	ROUNDS_THEN = 3,
	ALONE_ROUNDS = 15,
	ALONE_FACTOR = 10, /* steps */
	FLOOR_ROUNDS = 15,
	FLOOR_STEPS = 2000,
};

/* What a round leaves is there for the next, without page faults. */
static void keep_memory(void)
{
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
}

/* ---- two libraries in turn */

static const struct shape *current;

static double round_of(struct cx_exec *ex, const char *who)
{
	long before = interruptions();
	double figure = current->run(ex, current->steps);
	char text[80];

	if (!who)
		return figure;
	snprintf(text, sizeof(text), "%s %.4f %ld", who, figure,
		 interruptions() - before);
	child_figure(text);
	return figure;
}

static void tell_floor(void)
{
	char text[80];

	snprintf(text, sizeof(text), "floor %.4f 0",
		 current->floor(current->steps));
	child_figure(text);
}

/* The library is loaded; the reference is about to be, and comes first. */
static void run_rounds(void)
{
	const char *path = getenv("SPEED_REFERENCE");
	const char *count = getenv("SPEED_ROUNDS");
	long rounds = count ? strtol(count, NULL, 10) : 1;
	struct cx_exec *reference;
	struct cx_exec *library;
	double first;

	keep_memory();
	library = exec_new();
	api_swap();
	api_load(path ? path : "");
	reference = exec_new();
	first = round_of(reference, NULL);
	api_swap();
	if (round_of(library, NULL) > HOPELESS * first && rounds > ROUNDS_THEN)
		rounds = ROUNDS_THEN;
	for (long i = 0; i < rounds; i++) {
		api_swap();
		round_of(reference, "reference");
		api_swap();
		round_of(library, "library");
		if (current->floor)
			tell_floor();
	}
	cx_free(library);
}

_Noreturn void rounds_child(const struct shape *shape, const char *library,
			    int fd)
{
	struct statement one = { shape->id, 'G', false, shape->needs,
				 run_rounds };

	current = shape;
	pin();
	child_run(&one, library, fd);
}

/* The runner's process calls these of a statement; there are none here. */
void poison_start(void)
{
}

void poison_check(void)
{
}

void io_prepare(const char *id)
{
	(void)id;
}

/* ---- one alone */

int rounds_alone(const struct shape *shape, const char *library)
{
	bool floor = strcmp(library, "floor") == 0;
	struct series series = { 0 };
	struct cx_exec *ex = NULL;

	if (floor && !shape->floor)
		return 2;
	keep_memory();
	shapes_count_cpu();
	if (!floor) {
		api_load(library);
		ex = exec_new();
	}
	while (series.count < ALONE_ROUNDS) {
		long steps = shape->steps * ALONE_FACTOR;

		/* many short rounds: some are not disturbed */
		if (shape->floor || strcmp(shape->unit, "ns") != 0)
			steps = shape->steps;
		series.at[series.count++] =
			floor ? shape->floor(steps) : shape->run(ex, steps);
	}
	if (ex)
		cx_free(ex);
	printf("%.1f %.1f\n", series_least(&series), series_median(&series));
	return 0;
}

/* ---- what the machine takes */

static double wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void add_atomically(void)
{
	static _Atomic uint64_t word;

	word++;
}

static void allocate(void)
{
	void *volatile block = malloc(64);

	free(block);
}

static void tell_time(void)
{
	wall();
}

static void call_the_system(void)
{
	(void)getppid();
}

void floor_measure(struct speed *speed)
{
	static void (*const items[4])(void) = {
		add_atomically,
		allocate,
		tell_time,
		call_the_system,
	};

	for (int i = 0; i < 4; i++) {
		speed->floor[i] = INFINITY;
		for (int round = 0; round < FLOOR_ROUNDS; round++) {
			double began = wall();

			for (int n = 0; n < FLOOR_STEPS; n++)
				items[i]();
			began = (wall() - began) / FLOOR_STEPS;
			if (began < speed->floor[i])
				speed->floor[i] = began;
		}
	}
}
