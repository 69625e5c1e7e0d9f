#ifndef CRATE_PACKAGE_TREE_H
#define CRATE_PACKAGE_TREE_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct findings;

/*
 * What must hold of a student's tree before cargo packs it.  cargo follows
 * symbolic links and packs what they point to, so a link out of the
 * repository would put a file of the packing machine into the crate: that is
 * looked for here, before anything is read through a link.
 */
enum tree_kind {
	TREE_FILE,
	TREE_LINK,
	TREE_SUBMODULE
};

struct tree_entry {
	const char *path; /* from the root of the repository; not trusted */
	enum tree_kind kind;
	const char *target; /* of a link */
	uint64_t size;	    /* bytes of a file; 0: not known */
};

enum {
	TREE_ENTRIES_MAX = 100000,
	TREE_BYTES_MAX = 512 << 20 /* of the crate's folder */
};

/*
 * ENTRIES are all COUNT of the repository (a link may lead through any of
 * them); CRATE_DIR is the folder of the crate in it, "" for the root, and
 * only what is below it is judged.  Findings are appended; 0 or ERR_NOMEM.
 */
int tree_lint(const struct tree_entry *entries, size_t count,
	      const char *crate_dir, struct findings *out, struct err *err);

#endif
