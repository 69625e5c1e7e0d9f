/* From figures to grades. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "speed.h"
#include "suite/os_linux.h"

const double MOST_DISTURBED = 0.05;

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

double series_median(const struct series *s)
{
	double sorted[MOST_ROUNDS];

	if (s->count == 0)
		return 0;
	memcpy(sorted, s->at, s->count * sizeof(sorted[0]));
	qsort(sorted, s->count, sizeof(sorted[0]), compare);
	if (s->count % 2)
		return sorted[s->count / 2];
	return (sorted[s->count / 2 - 1] + sorted[s->count / 2]) / 2;
}

double series_mad(const struct series *s)
{
	double median = series_median(s);
	struct series away = { .count = s->count };

	for (size_t i = 0; i < s->count; i++)
		away.at[i] = s->at[i] > median ? s->at[i] - median
					       : median - s->at[i];
	return series_median(&away);
}

double series_least(const struct series *s)
{
	double least = s->count ? s->at[0] : 0;

	for (size_t i = 1; i < s->count; i++)
		least = s->at[i] < least ? s->at[i] : least;
	return least;
}

double measured_ratio(const struct measured *m)
{
	double reference = series_median(&m->reference);

	if (reference <= 0 || m->library.count == 0)
		return 0;
	return series_median(&m->library) / reference;
}

bool measured_take(struct measured *m, const char *line)
{
	struct series *to;
	char who[16];
	double figure;
	long interrupted;

	if (sscanf(line, "%15s %lf %ld", who, &figure, &interrupted) != 3)
		return false;
	to = strcmp(who, "reference") == 0 ? &m->reference
	     : strcmp(who, "library") == 0 ? &m->library
	     : strcmp(who, "floor") == 0   ? &m->floor
					   : NULL;
	/* what is not above zero, a NaN among it, was not measured */
	if (!to || !(figure > 0) || figure > 1e15 || to->count == MOST_ROUNDS)
		return false;
	to->at[to->count++] = figure;
	m->interrupted += to == &m->reference && interrupted > 0;
	return true;
}

/* Where a shape has two threads on one processor, they interrupt each other. */
static double disturbed(const struct speed *speed)
{
	size_t interrupted = 0;
	size_t rounds = 0;

	for (size_t i = 0; i < speed->count; i++) {
		if (!speed->of[i].shape->graded)
			continue;
		interrupted += speed->of[i].interrupted;
		rounds += speed->of[i].reference.count;
	}
	return rounds ? (double)interrupted / (double)rounds : 0;
}

/* Why nothing is to be graded; or false. */
static bool is_busy(const struct speed *speed, char *why, size_t size)
{
	if (speed->load < 0)
		snprintf(why, size, "machine busy, or not: no load is known");
	else if (speed->load > OS_QUIET_LOAD)
		snprintf(why, size, "machine busy: load %.2f, above %.1f",
			 speed->load, OS_QUIET_LOAD);
	else if (speed->disturbed > MOST_DISTURBED)
		snprintf(why, size,
			 "machine busy: %.0f %% of the rounds were "
			 "interrupted, above %.0f %%",
			 speed->disturbed * 100, MOST_DISTURBED * 100);
	else
		return false;
	return true;
}

static void grade(const struct speed *speed, struct measured *m, bool busy)
{
	double ratio = measured_ratio(m);

	if (m->grade != GRADE_PASS)
		return;
	if (!m->shape->graded) {
		m->grade = GRADE_SHOWN;
	} else if (ratio <= 0) {
		m->grade = GRADE_ERROR;
		snprintf(m->reason, sizeof(m->reason), "no figures");
	} else if (busy) {
		m->grade = GRADE_SKIPPED;
	} else if (ratio > speed->fail_above) {
		m->grade = GRADE_FAIL;
		snprintf(m->reason, sizeof(m->reason),
			 "%.1f times the reference's time, above %g", ratio,
			 speed->fail_above);
	} else if (ratio > speed->warn_above) {
		m->grade = GRADE_WARN;
		snprintf(m->reason, sizeof(m->reason),
			 "%.1f times the reference's time, above %g", ratio,
			 speed->warn_above);
	}
}

void speed_judge(struct speed *speed)
{
	char why[sizeof(speed->reason)] = "";
	const struct measured *worst = NULL;
	bool busy;

	speed->disturbed = disturbed(speed);
	busy = is_busy(speed, why, sizeof(why));
	for (size_t i = 0; i < speed->count; i++) {
		struct measured *m = &speed->of[i];

		grade(speed, m, busy);
		if (m->shape->graded && (!worst || m->grade > worst->grade))
			worst = m;
	}
	speed->grade = worst ? worst->grade : GRADE_SKIPPED;
	if (speed->grade == GRADE_UNCLAIMED)
		speed->grade = GRADE_PASS; /* of what it claims */
	speed->reason[0] = '\0';
	if (busy && (!worst || worst->grade <= GRADE_SKIPPED)) {
		speed->grade = GRADE_SKIPPED;
		memcpy(speed->reason, why, sizeof(why));
	} else if (!worst) {
		snprintf(speed->reason, sizeof(speed->reason),
			 "no graded shape was asked for");
	} else if (worst->grade > GRADE_SHOWN) {
		snprintf(speed->reason, sizeof(speed->reason), "%s: %.120s",
			 worst->shape->id,
			 worst->grade == GRADE_UNCLAIMED ? "not claimed"
							 : worst->reason);
	}
}
