/*
 * Any text as a student's tree, one entry a line: "PATH" is a file,
 * "PATH>TARGET" a link, "PATH>" a submodule.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/finding.h"
#include "crate/package/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	ENTRIES = 64
};

static size_t split(char *text, struct source_entry entries[ENTRIES])
{
	size_t count = 0;

	while (*text && count < ENTRIES) {
		struct source_entry *e = &entries[count++];
		size_t len = strcspn(text, "\n");
		char *next = text + len + (text[len] == '\n');
		char *arrow;

		text[len] = '\0';
		*e = (struct source_entry){ text, SOURCE_FILE, NULL, len };
		arrow = strchr(text, '>');
		if (arrow) {
			*arrow = '\0';
			e->kind = arrow[1] ? SOURCE_LINK : SOURCE_SUBMODULE;
			e->target = arrow + 1;
		}
		text = next;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_entry entries[ENTRIES];
	char *text = malloc(size + 1);
	struct err err = { 0 };
	size_t count;

	if (!text)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	count = split(text, entries);
	for (int i = 0; i < 2; i++) {
		AUTO(findings_releasep) struct findings found = { 0 };

		if (tree_lint(entries, count, i ? "kov" : "", &found, &err) < 0)
			abort();
	}
	free(text);
	return 0;
}
