/* A .crate from a student: whatever the bytes, bounded output and no harm. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/archive.h"

enum {
	UNPACKED_MAX = 1 << 20
};

static int count(void *ctx, const void *bytes, size_t len, struct err *err)
{
	size_t *total = ctx;

	(void)bytes;
	(void)err;
	*total += len;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	size_t total = 0;
	int rc = archive_gunzip(data, size, UNPACKED_MAX, count, &total, &err);

	assert(rc == (int)err.code);
	assert(rc != 0 || total <= UNPACKED_MAX);
	assert(rc == 0 || err.msg[0] != '\0');
	return 0;
}
