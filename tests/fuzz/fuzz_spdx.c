/* A licence field from anywhere. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "crate/manifest/spdx.h"
#include "crate/manifest/wordlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char words[] = "MIT\nApache-2.0\nGPL-3.0 deprecated\n"
			    "GPL-3.0-or-later\n";

static struct wordlist licenses, exceptions;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct spdx_lists lists = { &licenses, &exceptions };
	char *text = malloc(size + 1);
	struct wordlist list = { 0 };
	struct err err = { 0 };
	unsigned notes = 0;

	if (!text)
		return 0;
	if (licenses.count == 0) {
		if (wordlist_read(words, strlen(words), "l", &licenses, &err) ||
		    wordlist_read("LLVM-exception", 14, "e", &exceptions, &err))
			abort();
	}
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	assert(spdx_check(text, &lists, &notes, &err) == (int)err.code);
	assert(err.code == 0 || err.msg[0]);
	err_clear(&err);
	if (wordlist_read(text, size, "w", &list, &err) == 0)
		wordlist_release(&list);
	free(text);
	return 0;
}
