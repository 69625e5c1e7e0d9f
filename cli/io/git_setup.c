/* What every use of libgit2 stands on: its start, and its errors. */
#include <pthread.h>
#include <string.h>

#include "base/err.h"
#include "io/git_internal.h"
#include "io/library.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int setup_rc;

/*
 * Nobody's configuration applies: an insteadOf or a filter of the user's would
 * change what we see of a student's repository.
 */
static int forget_config(void)
{
	static const git_config_level_t levels[] = {
		GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
		GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL
	};

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") <
		    0)
			return -1;
	}
	return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 1);
}

static void start(void)
{
	setup_rc = git_bound_memory() < 0 || git_libgit2_init() < 0 ||
				   forget_config() < 0
			   ? -1
			   : 0;
}

int git_setup(struct err *err)
{
	if (library_load(LIBRARY_GIT2, err) < 0)
		return err->code;
	pthread_once(&once, start);
	if (setup_rc < 0)
		return git_failed(setup_rc, "start", "libgit2", err);
	return 0;
}

static enum err_code code_of(int rc, const git_error *e)
{
	if (e && e->klass == GIT_ERROR_NOMEMORY)
		return ERR_NOMEM;
	switch (rc) {
	case GIT_ENOTFOUND:
		return ERR_NOT_FOUND;
	case GIT_EEXISTS:
		return ERR_EXISTS;
	case GIT_ELOCKED:
	case GIT_EMODIFIED:
		return ERR_LOCKED;
	default:
		break;
	}
	if (e && (e->klass == GIT_ERROR_NET || e->klass == GIT_ERROR_SSH ||
		  e->klass == GIT_ERROR_SSL || e->klass == GIT_ERROR_HTTP))
		return ERR_NET;
	if (e && e->klass == GIT_ERROR_OS)
		return ERR_IO;
	return ERR_FORMAT;
}

int git_failed(int rc, const char *verb, const char *subject, struct err *err)
{
	const git_error *e = git_error_last();

	if (err->code) /* a callback of ours has said why already */
		return err->code;
	return err_set(err, code_of(rc, e), "cannot %s '%s': %s", verb, subject,
		       e && e->message ? e->message : "unknown git error");
}
