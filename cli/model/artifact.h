#ifndef MODEL_ARTIFACT_H
#define MODEL_ARTIFACT_H

#include <stdbool.h>
#include <stddef.h>

/* The three artifacts that every student ships.  Pure; any thread. */
enum artifact {
	ARTIFACT_01,
	ARTIFACT_02,
	ARTIFACT_03
};

enum {
	ARTIFACT_COUNT = 3,
	ARTIFACT_TAG_SIZE = 192
};

/* "artifact_01": in tags, paths, --json and arguments. */
const char *artifact_id(enum artifact a);

/* "kov", "flume-lock", "hal": a crate is PREFIX-SUFFIX, as in kov-ada. */
const char *artifact_crate_prefix(enum artifact a);

/* Accepts the id, the crate prefix, or "1" to "3". */
bool artifact_parse(const char *s, enum artifact *out);

/*
 * The tag of a submission is ID "/v" VERSION, as in artifact_01/v0.1.0.
 * Parsing accepts a name with or without "refs/tags/"; *VERSION points into
 * TAG.  The version itself is not judged here.
 */
bool artifact_tag_parse(const char *tag, enum artifact *out,
			const char **version);

/* False if it does not fit. */
bool artifact_tag_format(enum artifact a, const char *version,
			 char out[ARTIFACT_TAG_SIZE]);

#endif
