#ifndef GATE_FETCHED_CRATE_H
#define GATE_FETCHED_CRATE_H

#include "gate/gate.h"

/*
 * What crates.io has of a crate, by the ordinary cargo client: a placeholder
 * that depends on it is fetched into env->cargo_home, its dependencies with
 * it.  Nothing is built.
 */
struct fetched_crate {
	char *folder;	   /* it, unpacked, cargo's own: to be read only */
	char version[151]; /* its own */
};
void fetched_crate_release(struct fetched_crate *p);
AUTO_RELEASE(struct fetched_crate, fetched_crate_release)

/*
 * The highest version of CRATE that meets REQUIREMENT ("=1.2.3", "*") and is
 * neither yanked nor, unless it is asked for, a pre-release.
 *   ERR_NOT_FOUND	there is none, or no such crate
 *   ERR_NET		it could not be asked
 */
int fetched_crate_get(const struct gate_env *env, const char *work,
		      const char *crate, const char *requirement,
		      struct fetched_crate *out, struct err *err);

#endif
