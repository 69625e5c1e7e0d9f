#include "course/clockface.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "io/file.h"
#include "io/zonefile.h"

enum {
	NAME_MAX_BYTES = 512
};

/* TZif, version 1: no transitions, one type of offset 0 called UTC. */
static const unsigned char utc[] = {
	'T', 'Z', 'i', 'f', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,   0,   0,	 0,
	0,   0,	  0,   0,   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,   0,   0,	 0,
	0,   0,	  0,   1,   0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 'U', 'T', 'C', 0
};

int clockface_zone(const char *name, struct zone **out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };

	/* a machine without zone files still knows this one */
	if (strcmp(name, "UTC") == 0 || strcmp(name, "Etc/UTC") == 0)
		return zone_read(name, utc, sizeof(utc), out, err);
	if (zonefile_read(name, &bytes, err) < 0)
		return err->code;
	return zone_read(name, strbuf_str(&bytes), bytes.len, out, err);
}

/* /etc/localtime is a link to .../zoneinfo/Asia/Kolkata as a rule. */
static bool linked_name(char *out, size_t size)
{
	static const char marker[] = "zoneinfo/";
	char target[NAME_MAX_BYTES];
	ssize_t len = readlink("/etc/localtime", target, sizeof(target) - 1);
	const char *name;

	if (len <= 0)
		return false;
	target[len] = '\0';
	name = strstr(target, marker);
	if (!name || strlen(name) - (sizeof(marker) - 1) >= size)
		return false;
	memcpy(out, name + sizeof(marker) - 1,
	       strlen(name) - (sizeof(marker) - 1) + 1);
	return true;
}

static bool written_name(char *out, size_t size)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct err ignored = { 0 };
	size_t len;

	if (file_read("/etc/timezone", NAME_MAX_BYTES, &text, &ignored) < 0)
		return false;
	len = strcspn(strbuf_str(&text), "\n");
	if (len == 0 || len >= size)
		return false;
	memcpy(out, strbuf_str(&text), len);
	out[len] = '\0';
	return true;
}

static bool reader_name(char *out, size_t size)
{
	const char *tz = getenv("TZ");

	if (tz && *tz) {
		tz += *tz == ':';
		if (strlen(tz) >= size)
			return false;
		memcpy(out, tz, strlen(tz) + 1);
		return true;
	}
	return linked_name(out, size) || written_name(out, size);
}

int clockface_reader(struct zone **out, struct err *err)
{
	char name[ZONE_NAME_MAX];

	if (reader_name(name, sizeof(name))) {
		if (clockface_zone(name, out, err) == 0)
			return 0;
		if (err->code == ERR_NOMEM)
			return err->code;
		err_clear(err); /* a TZ that is no zone's name */
	}
	return clockface_zone("UTC", out, err);
}
