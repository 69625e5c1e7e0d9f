#ifndef GATE_RESOLVE_H
#define GATE_RESOLVE_H

#include <stddef.h>

#include "gate/gate.h"

/*
 * The dependencies of a workspace in a tree of ours: its Cargo.lock is made to
 * fit its manifests, changed as little as can be, and what it names is
 * fetched.  Nothing of anybody's is run.
 *
 * Both versions of a crate are documented against one dependency graph: which
 * auto traits a type has depends on the types of its dependencies, and another
 * version of those would look like a change of the crate.
 */
enum resolve_flags {
	RESOLVE_LOCKED = 1, /* Cargo.lock has to fit already */
};

/*
 * For the workspace whose root is DIR; env->offline is honoured.
 *   ERR_NET		the network
 *   ERR_NOT_FOUND	no registry has a dependency
 *   ERR_FORMAT		cargo cannot read a manifest, or the lock does not fit
 */
int resolve(const struct gate_env *env, const char *work, const char *dir,
	    unsigned flags, struct err *err);

/*
 * The same with the versions in the file LOCK, wherever the manifests of DIR
 * allow them.  Where that fails its own Cargo.lock has to do: WHY then says
 * what was in the way, else it is "".
 */
int resolve_like(const struct gate_env *env, const char *work, const char *dir,
		 const char *lock, char *why, size_t size, struct err *err);

#endif
