/* Versions and requirements from anywhere: read, print, read again, compare. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/semver.h"
#include "base/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_version(const char *text)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct semver v, again;
	struct err err = { 0 };

	if (semver_parse(text, &v, &err) < 0) {
		assert(err.msg[0]);
		return;
	}
	semver_format(&v, &out);
	assert(strcmp(strbuf_str(&out), text) == 0);
	assert(semver_parse(strbuf_str(&out), &again, &err) == 0);
	assert(semver_compare(&v, &again) == 0);
	assert(semver_bump(&v, &again) == SEMVER_SAME);
}

static void try_req(const char *text)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 }, twice = { 0 };
	struct semver_req req, again;
	struct err err = { 0 };

	if (semver_req_parse(text, &req, &err) < 0) {
		assert(err.msg[0]);
		return;
	}
	semver_req_format(&req, &out);
	assert(semver_req_parse(strbuf_str(&out), &again, &err) == 0);
	semver_req_format(&again, &twice);
	assert(strcmp(strbuf_str(&out), strbuf_str(&twice)) == 0);
}

/* One line of a requirement, then a version. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *line;

	if (!text)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	line = strchr(text, '\n');
	if (line)
		*line++ = '\0';
	try_req(text);
	try_version(line ? line : text);
	free(text);
	return 0;
}
