/* Any bytes as TZif: offsets stay sane and civil times come back. */
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(zone_freep) struct zone *z = NULL;
	struct err err = { 0 };

	if (zone_read("fuzz", data, size, &z, &err) < 0)
		return 0;
	for (int64_t t = -4000000000; t < 8000000000; t += 777777777) {
		int32_t offset = zone_offset(z, t);
		struct civil c = zone_local(z, t);
		int64_t at[2];

		if (offset < -26 * 3600 || offset > 26 * 3600 ||
		    zone_instants(z, &c, at) > 2)
			__builtin_trap();
	}
	return 0;
}
