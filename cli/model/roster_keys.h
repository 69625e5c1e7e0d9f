#ifndef MODEL_ROSTER_KEYS_H
#define MODEL_ROSTER_KEYS_H

#include "base/schema.h"
#include "model/roster.h"

/* The keys of config/roster.yaml, and what they are read into. */
enum {
	ROSTER_SCHEMA = 1
};

struct roster_seat_file {
	const char *handle;
	uint32_t number;
	const char *name;
	int mode;
	int status;
	const char *zone;
	const char *repo;
	const char *suffix;
	const char *artifact_repo[ARTIFACT_COUNT];
};

struct roster_file {
	int schema;
	struct schema_list seats; /* struct roster_seat_file */
};

extern const struct key roster_keys[];

#endif
