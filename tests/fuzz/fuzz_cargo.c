/* What a build prints is a student's: any bytes, and a bounded answer. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"
#include "gate/gate_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(strbuf_releasep) struct strbuf log = { 0 };
	struct cargo_error e;

	strbuf_add(&log, data, size);
	if (!cargo_first_error(strbuf_str(&log), &e))
		return 0;
	assert(memchr(e.message, '\0', sizeof(e.message)));
	assert(memchr(e.file, '\0', sizeof(e.file)));
	assert(!strchr(e.message, '\n') && !strchr(e.file, '\n'));
	return 0;
}
