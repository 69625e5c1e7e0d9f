/*
 * Time a command, or weigh it.
 *
 *	measure [-m s|ms|cpu|MB] [-n TIMES] [-x STATUS] LABEL COMMAND...
 *
 * Runs COMMAND TIMES times (1), its output going nowhere, and prints one line
 * "LABEL FIGURE" each time: seconds or milliseconds on the wall, seconds of
 * processor time, or the most memory that it, or a child it waited for, held.
 * Another exit status than STATUS (0) is an error, and ends it with 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

struct figures {
	double wall_s;
	double cpu_s;
	double peak_mb;
	int status;
};

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static int run(char **argv, struct figures *f)
{
	posix_spawn_file_actions_t files;
	struct rusage used;
	double began = now_s();
	int status, rc;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (rc != 0) {
		fprintf(stderr, "measure: %s: %s\n", argv[0], strerror(rc));
		return -1;
	}
	while (wait4(pid, &status, 0, &used) < 0) {
		if (errno != EINTR)
			return -1;
	}
	f->wall_s = now_s() - began;
	f->cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
	f->peak_mb = (double)used.ru_maxrss / 1024;
	f->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					: WEXITSTATUS(status);
	return 0;
}

static void print(const char *label, const char *metric,
		  const struct figures *f)
{
	if (strcmp(metric, "ms") == 0)
		printf("%s %.3f\n", label, f->wall_s * 1000);
	else if (strcmp(metric, "cpu") == 0)
		printf("%s %.4f\n", label, f->cpu_s);
	else if (strcmp(metric, "MB") == 0)
		printf("%s %.2f\n", label, f->peak_mb);
	else
		printf("%s %.4f\n", label, f->wall_s);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *metric = "s";
	long times = 1, expected = 0;
	int opt;

	while ((opt = getopt(argc, argv, "+m:n:x:")) != -1) {
		if (opt == 'm')
			metric = optarg;
		else if (opt == 'n')
			times = strtol(optarg, NULL, 10);
		else if (opt == 'x')
			expected = strtol(optarg, NULL, 10);
		else
			return 2;
	}
	if (argc - optind < 2) {
		fprintf(stderr, "usage: measure [-m s|ms|cpu|MB] [-n TIMES] "
				"[-x STATUS] LABEL COMMAND...\n");
		return 2;
	}
	for (long i = 0; i < times; i++) {
		struct figures f = { 0 };

		if (run(argv + optind + 1, &f) < 0)
			return 1;
		if (f.status != expected) {
			fprintf(stderr, "measure: %s ended with %d\n",
				argv[optind + 1], f.status);
			return 1;
		}
		print(argv[optind], metric, &f);
	}
	return 0;
}
