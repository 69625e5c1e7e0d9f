#ifndef CRATE_MANIFEST_MANIFEST_H
#define CRATE_MANIFEST_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct node;

/*
 * A Cargo.toml (doc.rust-lang.org/cargo/reference/manifest.html) as far as
 * publishing cares: the normalised one of a packed crate, or the one that a
 * student wrote.  In the latter a value may be inherited from a workspace that
 * is not at hand; that is flagged, not refused.
 *
 * All of it lives in the arena it was read into and is immutable; any thread.
 * Each part keeps the node it came from, for its place.
 */
struct manifest_text {
	const char *value;	 /* NULL: not there, or inherited */
	const struct node *node; /* NULL: not there */
	bool inherited;		 /* `x.workspace = true` */
};

struct manifest_words {
	const char *const *items;
	const struct node *const *nodes; /* of the items */
	size_t count;
	const struct node *node; /* of the list; NULL: not there */
	bool inherited;
};

enum dep_kind {
	DEP_NORMAL,
	DEP_DEV,
	DEP_BUILD
};

struct manifest_dep {
	const char *key;     /* what the manifest calls it */
	const char *package; /* the crate's name; KEY unless renamed */
	bool renamed;
	enum dep_kind kind;
	const char *target; /* "cfg(unix)", a triple, or NULL */
	struct manifest_text req;
	struct manifest_text registry; /* a name in someone's configuration */
	struct manifest_text registry_index; /* a URL, in a packed manifest */
	struct manifest_text path; /* below the manifest's folder, or above */
	bool has_git;
	bool inherited; /* from the workspace; req and package are unknown */
	bool optional;
	bool default_features;
	struct manifest_words features;
	const struct node *key_node;
};

struct manifest_feature {
	const char *name;
	const struct node *key_node;
	struct manifest_words values;
};

/* A [[bin]], or [lib]. */
struct manifest_target {
	struct manifest_text name;
	struct manifest_text path;
	bool proc_macro;
	const struct node *node; /* NULL: no such table */
};

struct manifest {
	const struct node *root;
	const struct node *package; /* NULL: there is no [package] */
	struct manifest_text name;
	struct manifest_text version;
	struct manifest_text edition;
	struct manifest_text rust_version;
	struct manifest_text description;
	struct manifest_text license;
	struct manifest_text license_file;
	struct manifest_text readme;
	bool readme_off; /* `readme = false` */
	struct manifest_text homepage;
	struct manifest_text documentation;
	struct manifest_text repository;
	struct manifest_text links;
	struct manifest_words authors;
	struct manifest_words keywords;
	struct manifest_words categories;
	struct manifest_words include;
	struct manifest_words exclude;
	bool publish_off;	       /* `publish = false` */
	struct manifest_words publish; /* registries; empty list: nowhere */
	struct manifest_target lib;
	const struct manifest_target *bins;
	size_t bin_count;
	const struct manifest_dep *deps; /* normal, dev, build; then targets' */
	size_t dep_count;
	const struct manifest_feature *features; /* in the order of the file */
	size_t feature_count;
	const struct node *patch;     /* [patch], or NULL */
	const struct node *workspace; /* [workspace], or NULL */
};

/*
 * Read the LEN bytes of a manifest, called FILE in messages.  ERR_FORMAT with
 * the place for what is no TOML or has a value of the wrong kind; keys that
 * are not known are cargo's business.
 */
int manifest_read(const char *bytes, size_t len, const char *file,
		  struct arena *arena, struct manifest *out, struct err *err);

/* The dependency like DEP (kind, target and key) in M, or NULL. */
const struct manifest_dep *manifest_find_dep(const struct manifest *m,
					     const struct manifest_dep *dep);

const struct manifest_feature *manifest_find_feature(const struct manifest *m,
						     const char *name);

/* "normal", "dev", "build", as in the index. */
const char *dep_kind_name(enum dep_kind kind);

/* ---- names of crates, by crates.io's rules */

enum {
	CRATE_NAME_MAX = 64,
	CRATE_NAME_SIZE = CRATE_NAME_MAX + 1
};

/* 1 to 64 of ASCII letters, digits, '-', '_'; a letter first. */
bool crate_name_is_valid(const char *name);

/* The same, but '_' may come first: what a dependency may be renamed to. */
bool dep_key_is_valid(const char *key);

/*
 * Names that are one to crates.io are equal in canonical form: lower case,
 * '-' written '_'.
 */
bool crate_name_same(const char *a, const char *b);

/* Cut at CRATE_NAME_MAX bytes. */
void crate_name_canonical(const char *name, char out[CRATE_NAME_SIZE]);

#endif
