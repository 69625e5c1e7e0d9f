/* Any bytes as CSV: a table that is whole, or an error with a place. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "model/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(csv_freep) struct csv *c = NULL;
	struct err err = { 0 };
	size_t total = 0;

	if (csv_read((const char *)data, size, "f.csv", &c, &err) < 0) {
		if (!err.msg[0])
			__builtin_trap();
		return 0;
	}
	for (size_t i = 0; i < c->count; i++) {
		for (size_t k = 0; k < c->columns; k++)
			total += strlen(c->rows[i].cells[k]);
	}
	if (total > size)
		__builtin_trap();
	return 0;
}
