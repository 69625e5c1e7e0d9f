/* The figures as JSON, and for people. */
#include <stdio.h>
#include <string.h>

#include "speed.h"
#include "suite/os_linux.h"
#include "suite/tell.h"

static const char *const floor_names[] = { "atomic", "malloc", "clock",
					   "syscall" };

const char *grade_word(enum grade grade)
{
	static const char *const words[] = {
		[GRADE_PASS] = "pass",
		[GRADE_SHOWN] = "shown",
		[GRADE_UNCLAIMED] = "not claimed",
		[GRADE_SKIPPED] = "skipped",
		[GRADE_WARN] = "warn",
		[GRADE_ERROR] = "error",
		[GRADE_FAIL] = "fail",
	};

	return words[grade];
}

/* ---- JSON */

static void put_series(const char *name, const struct series *s)
{
	printf("\n     \"%s\": ", name);
	if (s->count == 0)
		printf("null,");
	else
		printf("{\"median\": %.4f, \"mad\": %.4f, \"rounds\": %zu},",
		       series_median(s), series_mad(s), s->count);
}

static void put_or_null(const char *name, double figure)
{
	if (figure > 0)
		printf(" \"%s\": %.4f,", name, figure);
	else
		printf(" \"%s\": null,", name);
}

static void put_shape(const struct measured *m, bool first)
{
	printf("%s\n    {\"id\": \"%s\", \"title\": \"%s\", \"unit\": \"%s\", "
	       "\"graded\": %s,\n     \"verdict\": \"%s\", \"reason\": ",
	       first ? "" : ",", m->shape->id, m->shape->title, m->shape->unit,
	       m->shape->graded ? "true" : "false", grade_word(m->grade));
	tell_json(m->reason);
	putchar(',');
	put_series("reference", &m->reference);
	put_series("library", &m->library);
	printf("\n    ");
	put_or_null("floor", series_median(&m->floor));
	put_or_null("ratio", measured_ratio(m));
	printf(" \"wall_ms\": %u}", m->wall_ms);
}

void report_json(const struct speed *speed)
{
	printf("{\n  \"schema\": 1, \"verdict\": \"%s\", \"reason\": ",
	       grade_word(speed->grade));
	tell_json(speed->reason);
	printf(",\n  \"library\": ");
	tell_json(speed->library);
	printf(", \"reference\": ");
	tell_json(speed->reference);
	printf(",\n  \"load\": %.2f, \"disturbed\": %.4f, \"rounds\": %u,\n",
	       speed->load, speed->disturbed, speed->rounds);
	printf("  \"limits\": {\"warn_above\": %g, \"fail_above\": %g, "
	       "\"load\": %g, \"disturbed\": %g},\n  \"floor\": {",
	       speed->warn_above, speed->fail_above, OS_QUIET_LOAD,
	       MOST_DISTURBED);
	for (int i = 0; i < 4; i++)
		printf("%s\"%s_ns\": %.2f", i ? ", " : "", floor_names[i],
		       speed->floor[i]);
	printf("},\n  \"shapes\": [");
	for (size_t i = 0; i < speed->count; i++)
		put_shape(&speed->of[i], i == 0);
	printf("\n  ]\n}\n");
}

/* ---- text */

static void print_figure(const struct series *s, const char *unit)
{
	if (s->count == 0)
		printf("  %20s", "-");
	else
		printf("  %8.1f +-%6.1f %s", series_median(s), series_mad(s),
		       unit);
}

static void print_shape(const struct measured *m)
{
	double ratio = measured_ratio(m);

	printf("%-11s", m->shape->id);
	print_figure(&m->reference, m->shape->unit);
	print_figure(&m->library, m->shape->unit);
	if (ratio > 0)
		printf("  %6.2fx", ratio);
	else
		printf("  %7s", "-");
	printf("  %s", grade_word(m->grade));
	if (m->reason[0]) {
		printf(": ");
		tell_plain(m->reason);
	}
	if (m->floor.count > 0)
		printf(" (system calls alone: %.1f %s)",
		       series_median(&m->floor), m->shape->unit);
	putchar('\n');
}

void report_text(const struct speed *speed)
{
	if (speed->count > 0)
		printf("%-11s  %-20s  %-20s  %7s\n", "shape", "reference",
		       "library", "ratio");
	for (size_t i = 0; i < speed->count; i++)
		print_shape(&speed->of[i]);
	printf("floor:");
	for (int i = 0; i < 4; i++)
		printf("%s %s %.1f ns", i ? "," : "", floor_names[i],
		       speed->floor[i]);
	printf("; load %.2f\n%s", speed->load, grade_word(speed->grade));
	if (speed->reason[0]) {
		printf(": ");
		tell_plain(speed->reason);
	}
	putchar('\n');
}
