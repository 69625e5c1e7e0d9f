#include "base/path.h"

#include <string.h>

static bool component_is_safe(const char *s, size_t len)
{
	if (len == 0 || (len == 1 && s[0] == '.') ||
	    (len == 2 && s[0] == '.' && s[1] == '.'))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == 0x7f || c == '\\')
			return false;
	}
	return true;
}

bool path_is_safe(const char *path)
{
	if (path[0] == '\0')
		return false;
	for (;;) {
		size_t len = strcspn(path, "/");

		if (!component_is_safe(path, len))
			return false;
		if (path[len] == '\0')
			return true;
		path += len + 1;
	}
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void path_join(struct strbuf *out, const char *dir, const char *name)
{
	size_t len = strlen(dir);

	strbuf_adds(out, dir);
	if (len > 0 && dir[len - 1] != '/')
		strbuf_addc(out, '/');
	strbuf_adds(out, name);
}

char *path_joined(const char *dir, const char *name)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };

	path_join(&out, dir, name);
	return strbuf_take(&out);
}
