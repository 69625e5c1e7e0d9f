#ifndef MODEL_CURRICULUM_KEYS_H
#define MODEL_CURRICULUM_KEYS_H

#include "base/schema.h"

/* The keys of config/curriculum.yaml, and what they are read into. */
struct lesson_file {
	const char *title;
	const char *text;
};

struct live_file {
	const char *title;
	struct schema_ints covers;
};

struct extra_file {
	const char *who;
	const char *title;
	const char *text;
	int lesson; /* 0: none */
};

struct week_file {
	const char *title;
	const char *text;
	struct schema_list lessons; /* struct lesson_file */
	struct schema_list live;    /* struct live_file */
	struct extra_file lab;
	struct extra_file guest;
	struct extra_file club;
	const char *ships;
};

struct phase_file {
	const char *title;
	const char *text;
	int artifact;
	struct schema_list weeks; /* struct week_file */
};

struct curriculum_file {
	int schema;
	struct schema_list phases; /* struct phase_file */
};

#endif
