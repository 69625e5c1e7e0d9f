/* Any bytes as TOML, of both versions: an answer, and no more than that. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "crate/manifest/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int version = TOML_1_0; version <= TOML_1_1; version++) {
		AUTO(arena_releasep) struct arena arena = { .max = 64 << 20 };
		const struct node *n = NULL;
		struct err err = { 0 };
		int rc =
			toml_read((const char *)data, size, "f",
				  (enum toml_version)version, &arena, &n, &err);

		assert(rc == (int)err.code);
		assert((rc == 0) == (n != NULL));
		assert(rc == 0 || err.msg[0] != '\0');
	}
	return 0;
}
