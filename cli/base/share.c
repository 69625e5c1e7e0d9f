#include "base/share.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"

/* Cut the last COUNT components off PATH; false if it has fewer. */
static bool cut(char *path, int count)
{
	while (count-- > 0) {
		char *slash = strrchr(path, '/');

		if (!slash || slash == path)
			return false;
		*slash = '\0';
	}
	return true;
}

static int join_existing(const char *dir, const char *name, char **out)
{
	char *path = path_joined(dir, name);

	if (!path)
		return ERR_NOMEM;
	if (access(path, F_OK) != 0) {
		free(path);
		return ERR_NOT_FOUND;
	}
	*out = path;
	return 0;
}

/*
 * Look for NAME below BASE/SUBDIR, where BASE is the binary's path less UP
 * components.
 */
static int look(int up, const char *subdir, const char *name, char **out)
{
	struct err ignored = { 0 };
	char base[PATH_MAX];
	char *dir;
	int rc;

	if (os_self_path(base, sizeof(base), &ignored) < 0 || !cut(base, up))
		return ERR_NOT_FOUND;
	dir = path_joined(base, subdir);
	if (!dir)
		return ERR_NOMEM;
	rc = join_existing(dir, name, out);
	free(dir);
	return rc;
}

static int give_up(int rc, const char *name, struct err *err)
{
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	(void)err_set(err, ERR_MISSING,
		      "cannot find '%s', which ships with cohort", name);
	return err_hint(err, "run cohort from its checkout, or 'make install'");
}

int share_path(const char *name, char **out, struct err *err)
{
	/* PREFIX/bin/cohort: two up.  build/VARIANT/bin/cohort: four. */
	int rc = look(2, "share/cohort", name, out);

	if (rc == ERR_NOT_FOUND)
		rc = look(4, "", name, out);
	return rc < 0 ? give_up(rc, name, err) : 0;
}

int share_program(const char *name, char **out, struct err *err)
{
	int rc = look(2, "libexec/cohort", name, out);

	if (rc == ERR_NOT_FOUND)
		rc = look(1, "", name, out);
	return rc < 0 ? give_up(rc, name, err) : 0;
}
