/*
 * Stands in for libFuzzer where a target is run as a test: every file of the
 * folders named, and every beginning of it, goes through the target once.
 * One TAP line a file.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FILE_MAX = 1 << 20,
	PREFIX_MAX = 4096 /* beginnings tried of one file, evenly spread */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The target gets a block of exactly that size, so that a read beyond shows. */
static void give(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int replay(const char *path)
{
	static uint8_t data[FILE_MAX];
	FILE *file = fopen(path, "rb");
	size_t size, step;

	if (!file)
		return -1;
	size = fread(data, 1, sizeof(data), file);
	if (ferror(file) || !feof(file)) {
		fclose(file);
		return -1;
	}
	fclose(file);
	step = size / PREFIX_MAX + 1;
	for (size_t len = 0; len < size; len += step)
		give(data, len);
	give(data, size);
	return 0;
}

static int replay_folder(const char *folder, int *count)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort);
	int failed = 0;

	for (int i = 0; i < n; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.') {
			/* after a crash this is the last line */
			printf("# %s\n", path);
			fflush(stdout);
			if (replay(path) < 0)
				failed++;
			printf("%s %d - %s\n", failed ? "not ok" : "ok",
			       ++*count, path);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return n < 0 ? -1 : failed;
}

int main(int argc, char **argv)
{
	int count = 0, failed = 0;

	for (int i = 1; i < argc; i++) {
		if (replay_folder(argv[i], &count) != 0)
			failed++;
	}
	printf("1..%d\n", count);
	return failed ? 1 : 0;
}
