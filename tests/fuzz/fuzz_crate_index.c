/* Any bytes as a crate's file in an index, and as the line to be added. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "crate/package/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char line[] =
		"{\"name\":\"a\",\"vers\":\"1.0.0\",\"cksum\":\"b\"}";
	AUTO(strbuf_releasep) struct strbuf out = { 0 }, again = { 0 };
	AUTO(crate_index_releasep) struct crate_index f = { 0 };
	const char *bytes = (const char *)data;
	struct err err = { 0 };

	if (crate_index_add(bytes, size, "f", line, &out, &err) < 0) {
		assert(err.msg[0]);
		return 0;
	}
	/* once more changes nothing, and the version is there now */
	if (crate_index_add(out.data, out.len, "f", line, &again, &err) < 0 ||
	    crate_index_read(out.data, out.len, "f", &f, &err) < 0)
		abort();
	assert(out.len == again.len &&
	       memcmp(out.data, again.data, out.len) == 0);
	assert(crate_index_find(&f, "1.0.0"));
	return 0;
}
