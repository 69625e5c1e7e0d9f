#ifndef GATE_PACKAGES_H
#define GATE_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "gate/gate.h"

struct node;

/*
 * The packages of a cargo workspace, as `cargo metadata --no-deps` has them.
 * Nothing is resolved, fetched or run.  Immutable; all of it lives in the
 * arena.
 */
struct package {
	const char *name;
	const char *version;
	const char *manifest;	/* absolute path of its Cargo.toml */
	uint32_t edition;	/* of Rust; 0: not told */
	bool has_library;	/* a procedural macro is one too */
	const char *unlinkable; /* the library's kind, if Rust cannot link it */
	bool is_published;	/* not `publish = false` */
	bool is_default;	/* what cargo takes at the workspace's root */
	const char *const *features; /* implied ones included; sorted */
	size_t feature_count;
};

struct packages {
	struct arena arena;
	const char *root; /* the workspace's, absolute */
	struct package *items;
	size_t count;
	const struct node *metadata; /* [workspace.metadata], or NULL */
	/* the folders of dependencies by path that are not below the root */
	const char **outside;
	size_t outside_count;
};

/* The workspace of the Cargo.toml at MANIFEST.  ERR_FORMAT: cargo's words. */
int packages_read(const struct gate_env *env, const char *work,
		  const char *manifest, struct packages *out, struct err *err);
void packages_release(struct packages *p);
AUTO_RELEASE(struct packages, packages_release)

/* NULL if there is none. */
const struct package *packages_find(const struct packages *p, const char *name);

bool package_has_feature(const struct package *p, const char *name);

/* Where its Cargo.toml says of what kind the library is; 0 if nowhere. */
uint32_t package_line_of_kind(const struct package *p);

#endif
