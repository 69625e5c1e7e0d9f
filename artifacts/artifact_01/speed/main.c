/* speed_executor: see speed.h. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "speed.h"
#include "suite/os_linux.h"
#include "suite/suite.h"
#include "suite/watch.h"

static const char usage[] =
	"usage: speed_executor LIBRARY [--json] [--only SHAPE[,SHAPE...]]\n"
	"         [--reference FILE] [--rounds N] [--warn-above RATIO]\n"
	"         [--fail-above RATIO] [--patience SECONDS] [--any-load]\n"
	"         [--idle-limit MS] [--cpu-limit MS] [--wall-limit MS]\n"
	"       speed_executor LIBRARY --alone SHAPE\n"
	"       speed_executor --list\n";

enum {
	STATUS_USAGE = 2,
	STATUS_NOT_THERE = 6,
};

struct options {
	const char *library;
	const char *reference;
	const char *only;
	const char *alone;
	const char *samples;
	bool list;
	bool json;
	bool has_load;
	unsigned int patience_s;
	struct limits limits;
};

/* ---- the command line */

static int complain(const char *what, const char *about)
{
	fprintf(stderr, "speed_executor: %s '%s'\n%s", what, about, usage);
	return STATUS_USAGE;
}

static bool read_count(const char *text, unsigned int least, unsigned int most,
		       unsigned int *count)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < (long)least || value > (long)most)
		return false;
	*count = (unsigned int)value;
	return true;
}

static bool read_figure(const char *text, double *figure)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0) || value > 1e6)
		return false;
	*figure = value;
	return true;
}

/* One that has a value; false: it is none, or VALUE is wrong. */
static bool read_pair(struct options *o, struct speed *speed, const char *name,
		      const char *value)
{
	const struct {
		const char *name;
		const char **text;
		double *figure;
		unsigned int *count;
		unsigned int most;
	} pairs[] = {
		{ "--only", .text = &o->only },
		{ "--reference", .text = &o->reference },
		{ "--alone", .text = &o->alone },
		{ "--samples", .text = &o->samples },
		{ "--warn-above", .figure = &speed->warn_above },
		{ "--fail-above", .figure = &speed->fail_above },
		{ "--load", .figure = &speed->load },
		{ "--rounds", .count = &speed->rounds, .most = MOST_ROUNDS },
		{ "--patience", .count = &o->patience_s, .most = 3600 },
		{ "--idle-limit", .count = &o->limits.idle_ms, .most = 600000 },
		{ "--cpu-limit", .count = &o->limits.cpu_ms, .most = 600000 },
		{ "--wall-limit", .count = &o->limits.wall_ms, .most = 600000 },
	};

	o->has_load |= strcmp(name, "--load") == 0;
	for (size_t i = 0; value && i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (strcmp(name, pairs[i].name) != 0)
			continue;
		if (pairs[i].figure)
			return read_figure(value, pairs[i].figure);
		if (pairs[i].count)
			return read_count(value, 1, pairs[i].most,
					  pairs[i].count);
		*pairs[i].text = value;
		return true;
	}
	return false;
}

static int read_options(int argc, char **argv, struct options *o,
			struct speed *speed)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--list") == 0)
			o->list = true;
		else if (strcmp(argv[i], "--json") == 0)
			o->json = true;
		else if (strcmp(argv[i], "--any-load") == 0)
			speed->any_load = true;
		else if (argv[i][0] != '-' && !o->library)
			o->library = argv[i];
		else if (read_pair(o, speed, argv[i], argv[i + 1]))
			i++;
		else
			return complain("cannot use", argv[i]);
	}
	return 0;
}

/* The shapes that LIST names, or all.  Not 0: it names another. */
static int choose(struct speed *speed, const char *list)
{
	char words[256];
	char *rest = words;
	char *word;

	snprintf(words, sizeof(words), "%s", list ? list : "");
	while ((word = strtok_r(rest, ",", &rest))) {
		const struct shape *shape = shape_find(word);

		if (!shape || speed->count == MOST_SHAPES)
			return complain("there is no shape", word);
		speed->of[speed->count++].shape = shape;
	}
	for (const struct shape *one = shapes; !list && one->id; one++)
		speed->of[speed->count++].shape = one;
	return 0;
}

static int list(void)
{
	for (const struct shape *one = shapes; one->id; one++)
		printf("%s %s%s\n", one->id, one->unit,
		       one->graded ? " graded" : "");
	return 0;
}

/* ---- measuring */

/* speed->load once it is low enough, or patience has come to its end. */
static void await_quiet(const struct options *o, struct speed *speed)
{
	uint64_t until = wall_ns() + (uint64_t)o->patience_s * 1000 * MS;

	if (o->has_load)
		return;
	while ((speed->load = os_load()) > OS_QUIET_LOAD && wall_ns() < until)
		doze(1000 * MS);
}

/* Every line that a process told; the rest is what the runner saw. */
static void take_result(struct speed *speed, struct measured *m,
			struct result *result)
{
	char *rest = result->figures;
	char *line;

	while ((line = strtok_r(rest, "\n", &rest)))
		(void)measured_take(m, line);
	m->wall_ms = result->wall_ms;
	if (result->name[0])
		memcpy(speed->library, result->name, sizeof(speed->library));
	switch (result->verdict) {
	case VERDICT_PASS:
		return;
	case VERDICT_UNCLAIMED:
		m->grade = GRADE_UNCLAIMED;
		break;
	case VERDICT_SKIPPED:
		m->grade = GRADE_SKIPPED;
		break;
	case VERDICT_ERROR:
		m->grade = GRADE_ERROR;
		break;
	case VERDICT_FAIL:
		m->grade = GRADE_FAIL;
		break;
	}
	memcpy(m->reason, result->reason, sizeof(m->reason));
}

static void measure(const struct options *o, struct speed *speed,
		    const char *library)
{
	struct result result;

	os_adopt_orphans();
	floor_measure(speed);
	for (size_t i = 0; i < speed->count; i++) {
		watch(speed->of[i].shape->id, library, &o->limits, &result);
		take_result(speed, &speed->of[i], &result);
	}
}

/* Lines "SHAPE WHO FIGURE INTERRUPTED". */
static int take_samples(struct speed *speed, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[160];
	int rc = 0;

	if (!file)
		return STATUS_NOT_THERE;
	while (rc == 0 && fgets(line, sizeof(line), file)) {
		size_t len = strcspn(line, " ");
		size_t i = 0;

		while (i < speed->count &&
		       (strlen(speed->of[i].shape->id) != len ||
			memcmp(speed->of[i].shape->id, line, len) != 0))
			i++;
		if (i == speed->count ||
		    !measured_take(&speed->of[i], line + len))
			rc = complain("cannot use the sample", line);
	}
	fclose(file);
	return rc;
}

/* ---- files */

/* dlopen looks elsewhere for a name without a folder. */
static bool find_file(const char *name, char *path, size_t size)
{
	int len = snprintf(path, size, "%s%s", strchr(name, '/') ? "" : "./",
			   name);

	if (len > 0 && (size_t)len < size && access(path, R_OK) == 0)
		return true;
	fprintf(stderr, "speed_executor: no such file '%s'\n", name);
	return false;
}

/* The reference beside this program, unless another is given. */
static bool find_reference(const char *name, char *path, size_t size)
{
	static const char beside[] = "reference-executor.so";
	ssize_t len;
	char *slash;

	if (name)
		return find_file(name, path, size);
	len = readlink("/proc/self/exe", path, size - 1);
	if (len < 0)
		return find_file(beside, path, size);
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + sizeof(beside) > size)
		return false;
	memcpy(slash + 1, beside, sizeof(beside));
	if (access(path, R_OK) == 0)
		return true;
	fprintf(stderr, "speed_executor: no such file '%s'\n", path);
	return false;
}

static int grade_library(const struct options *o, struct speed *speed)
{
	char library[PATH_MAX];
	char reference[PATH_MAX];
	char rounds[16];

	if (!find_file(o->library, library, sizeof(library)) ||
	    !find_reference(o->reference, reference, sizeof(reference)))
		return STATUS_NOT_THERE;
	await_quiet(o, speed);
	if (!speed->any_load &&
	    (speed->load < 0 || speed->load > OS_QUIET_LOAD)) {
		speed->count = 0;
		return 0;
	}
	snprintf(rounds, sizeof(rounds), "%u", speed->rounds);
	setenv("SPEED_REFERENCE", reference, 1);
	setenv("SPEED_ROUNDS", rounds, 1);
	measure(o, speed, library);
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { .limits = { 3000, 10000, 30000 } };
	static struct speed speed = { .reference = "cohort reference executor",
				      .rounds = 15,
				      .warn_above = 2,
				      .fail_above = 4 };
	int rc;

	if (argc == 5 && strcmp(argv[1], "--child") == 0 && shape_find(argv[3]))
		rounds_child(shape_find(argv[3]), argv[4],
			     (int)strtol(argv[2], NULL, 10));
	rc = read_options(argc, argv, &o, &speed);
	if (rc == 0)
		rc = choose(&speed, o.only);
	if (rc != 0)
		return rc;
	if (o.list)
		return list();
	if (!o.library && !o.samples)
		return complain("there is no", "LIBRARY");
	if (o.alone)
		return shape_find(o.alone)
			       ? rounds_alone(shape_find(o.alone), o.library)
			       : complain("there is no shape", o.alone);
	rc = o.samples ? take_samples(&speed, o.samples)
		       : grade_library(&o, &speed);
	if (rc != 0)
		return rc;
	speed_judge(&speed);
	(o.json ? report_json : report_text)(&speed);
	if (fflush(stdout) != 0 || ferror(stdout))
		return STATUS_NOT_THERE;
	return speed.grade == GRADE_FAIL || speed.grade == GRADE_ERROR;
}
