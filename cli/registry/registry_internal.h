#ifndef REGISTRY_REGISTRY_INTERNAL_H
#define REGISTRY_REGISTRY_INTERNAL_H

#include "registry/registry.h"

/* What each kind of registry brings; SELF is its own. */
struct registry_kind_ops {
	int (*look)(void *self, const struct registry_crate *crate,
		    enum registry_state *out, struct err *err);
	int (*publish)(void *self, const struct registry_crate *crate,
		       struct err *err);
	int (*finish)(void *self, const char *message, struct err *err);
	const char *(*location)(const void *self);
	void (*free)(void *self);
};

/* A directory, made if it is not there. */
int disk_registry_open(const char *root, void **self,
		       const struct registry_kind_ops **ops, struct err *err);

#endif
