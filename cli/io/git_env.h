#ifndef IO_GIT_ENV_H
#define IO_GIT_ENV_H

#include "base/attr.h"

struct err;

/*
 * The environment in which git or ssh work for the person who runs us: where
 * their home, agent and configuration are, and that nobody may be asked
 * anything.  Nothing else of ours goes along.
 */
struct git_env {
	char **items; /* "KEY=value", NULL-terminated */
};

/* EXTRA ("GIT_PROTOCOL=version=2", ...; NULL-terminated) may be NULL. */
int git_env_init(struct git_env *env, const char *const *extra,
		 struct err *err);
void git_env_release(struct git_env *env);
AUTO_RELEASE(struct git_env, git_env_release)

#endif
