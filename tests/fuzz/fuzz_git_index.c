/* git's index, which anything on the machine may have written. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "io/index_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct index_edit edits[] = {
		{ .path = "artifacts/artifact_01/ada.json" },
		{ .path = "config/roster.yaml", .oid = { { 1 } } },
	};
	struct strbuf out = { 0 };
	struct err err = { 0 };

	(void)index_file_edit(data, size, edits, ARRAY_LEN(edits), &out, &err);
	strbuf_release(&out);
	return 0;
}
