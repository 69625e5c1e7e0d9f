#ifndef MODEL_COHORT_KEYS_H
#define MODEL_COHORT_KEYS_H

#include "base/schema.h"
#include "model/cohort.h"

/*
 * The keys of config/cohort.yaml, and the struct that they are read into
 * before model/cohort.c judges what only the whole can tell.
 */
enum {
	COHORT_SCHEMA = 1
};

struct cohort_slot {
	int day; /* 0 is Sunday */
	struct schema_clock at;
	int minutes;
};

struct cohort_registry_file {
	const char *name;
	int kind;
	const char *path;
	const char *domain;
};

struct cohort_due_file {
	int week;
	struct schema_clock at;
};

struct cohort_collect_file {
	uint32_t jobs;
	uint32_t per_host;
	uint64_t max_bytes;
	uint32_t max_refs;
	uint32_t timeout_s;
	uint32_t low_speed_s;
};

struct cohort_file {
	int schema;
	const char *id;
	const char *name;
	struct civil first_day;
	int weeks;
	const char *zone;
	struct schema_list live; /* struct cohort_slot */
	struct cohort_slot office_hours;
	uint32_t seats;
	const char *price;
	const char *refund;
	const char *chat;
	struct cohort_due_file due[ARTIFACT_COUNT];
	struct schema_strs url_schemes;
	struct cohort_collect_file collect;
	struct schema_list registries; /* struct cohort_registry_file */
};

extern const struct key cohort_keys[];

struct slot cohort_slot_value(const struct cohort_slot *s);

#endif
