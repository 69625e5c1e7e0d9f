#include "model/artifact.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *id;
	const char *crate_prefix;
	const char *number;
} artifacts[ARTIFACT_COUNT] = {
	[ARTIFACT_01] = { "artifact_01", "kov", "1" },
	[ARTIFACT_02] = { "artifact_02", "flume-lock", "2" },
	[ARTIFACT_03] = { "artifact_03", "hal", "3" },
};

const char *artifact_id(enum artifact a)
{
	return artifacts[a].id;
}

const char *artifact_crate_prefix(enum artifact a)
{
	return artifacts[a].crate_prefix;
}

bool artifact_parse(const char *s, enum artifact *out)
{
	for (size_t i = 0; i < ARTIFACT_COUNT; i++) {
		if (strcmp(s, artifacts[i].id) == 0 ||
		    strcmp(s, artifacts[i].crate_prefix) == 0 ||
		    strcmp(s, artifacts[i].number) == 0) {
			*out = (enum artifact)i;
			return true;
		}
	}
	return false;
}

bool artifact_tag_parse(const char *tag, enum artifact *out,
			const char **version)
{
	static const char prefix[] = "refs/tags/";

	if (strncmp(tag, prefix, sizeof(prefix) - 1) == 0)
		tag += sizeof(prefix) - 1;
	for (size_t i = 0; i < ARTIFACT_COUNT; i++) {
		size_t len = strlen(artifacts[i].id);

		if (strncmp(tag, artifacts[i].id, len) == 0 &&
		    strncmp(tag + len, "/v", 2) == 0 && tag[len + 2]) {
			*out = (enum artifact)i;
			*version = tag + len + 2;
			return true;
		}
	}
	return false;
}

bool artifact_tag_format(enum artifact a, const char *version,
			 char out[ARTIFACT_TAG_SIZE])
{
	int len = snprintf(out, ARTIFACT_TAG_SIZE, "%s/v%s", artifacts[a].id,
			   version);

	return len > 0 && len < ARTIFACT_TAG_SIZE;
}
