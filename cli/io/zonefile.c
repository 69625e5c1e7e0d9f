#include "io/zonefile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "io/file.h"

static const char *zone_dir(void)
{
	const char *dir = getenv("TZDIR");

	return dir && *dir ? dir : "/usr/share/zoneinfo";
}

int zonefile_read(const char *name, struct strbuf *out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	if (!path_is_safe(name))
		return err_set(err, ERR_UNSAFE, "'%s' is not a time zone",
			       name);
	path_join(&path, zone_dir(), name);
	if (strbuf_check(&path, err) < 0)
		return err->code;
	if (file_is_dir(strbuf_str(&path)) || !file_exists(strbuf_str(&path))) {
		(void)err_set(err, ERR_NOT_FOUND, "there is no time zone '%s'",
			      name);
		return err_hint(err, "use an IANA name such as Asia/Kolkata");
	}
	return file_read(strbuf_str(&path), ZONEFILE_MAX, out, err);
}

void zonefile_release_name(char out[ZONE_RELEASE_SIZE])
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char line[64] = "";
	FILE *f;

	out[0] = '\0';
	path_join(&path, zone_dir(), "tzdata.zi");
	f = strbuf_ok(&path) ? fopen(strbuf_str(&path), "r") : NULL;
	if (!f)
		return;
	if (fgets(line, sizeof(line), f))
		(void)sscanf(line, "# version %15s", out);
	fclose(f);
}
