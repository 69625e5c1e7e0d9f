/* The snapshot: sealed again, so that sense is tested and not the checksum. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "workspace/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t sink; /* so that every string is really read */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + 1);
	struct snapshot s;
	struct seat_state state;
	struct roster *r = NULL;
	struct err err = { 0 };

	if (!bytes)
		return 0;
	if (size > 0)
		memcpy(bytes, data, size);
	snapshot_seal(bytes, size);
	if (snapshot_open(bytes, size, &s) &&
	    snapshot_roster(&s, &r, &err) == 0) {
		size_t total = 0;

		for (size_t i = 0; i < r->count; i++) {
			const struct seat *seat = &r->seats[i];

			total += strlen(seat->handle) + strlen(seat->name) +
				 strlen(seat->zone) + strlen(seat->repo) +
				 strlen(seat->suffix) +
				 strlen(seat_repo(seat, ARTIFACT_03)) +
				 strlen(seat_mode_name(seat->mode)) +
				 strlen(seat_status_name(seat->status));
			snapshot_state(&s, i, &state);
			total += strlen(state.summary[0].version) +
				 strlen(state.summary[0].commit) +
				 strlen(verdict_name(state.summary[0].verdict));
		}
		sink = total;
	}
	roster_free(r);
	free(bytes);
	return 0;
}
