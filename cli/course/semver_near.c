/* The Cargo.toml that a rustdoc document was made from, where cargo left it. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "course/semver_internal.h"
#include "crate/manifest/manifest.h"
#include "io/file.h"

enum {
	MANIFEST_MAX = 1 << 20,
	JSON_SUFFIX = 5 /* ".json" */
};

/* Cut the last name off PATH; false if it is not NAME (NULL: any). */
static bool cut_last(char *path, const char *name)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path || (name && strcmp(slash + 1, name) != 0))
		return false;
	*slash = '\0';
	return true;
}

/* The name of the package, or of its library, as rustdoc calls the file. */
static bool is_of(const struct manifest *m, const char *file)
{
	size_t len = strlen(file);
	AUTO(str_freep) char *name = NULL;

	if (!m->name.value || len <= JSON_SUFFIX)
		return false;
	name = strndup(file, len - JSON_SUFFIX);
	return name && crate_name_same(m->name.value, name);
}

static bool is_manifest_of(const char *path, const char *file)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct manifest m = { 0 };
	struct err err = { 0 };

	return file_read(path, MANIFEST_MAX, &text, &err) == 0 &&
	       manifest_read(strbuf_str(&text), text.len, path, &arena, &m,
			     &err) == 0 &&
	       is_of(&m, file);
}

/* FOLDER/target/doc/NAME.json, or FOLDER/target/TRIPLE/doc/NAME.json */
char *semver_near_manifest(const char *json)
{
	AUTO(str_freep) char *dir = os_real_path(json);
	AUTO(str_freep) char *path = NULL;

	if (!dir || !cut_last(dir, NULL) || !cut_last(dir, "doc"))
		return NULL;
	if (!cut_last(dir, "target") &&
	    (!cut_last(dir, NULL) || !cut_last(dir, "target")))
		return NULL;
	path = path_joined(dir, "Cargo.toml");
	if (!path || !is_manifest_of(path, path_base(json)))
		return NULL;
	return strdup(path);
}
