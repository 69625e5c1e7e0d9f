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
enum source_kind {
	SOURCE_FILE,
	SOURCE_LINK,
	SOURCE_SUBMODULE
};

struct source_entry {
	const char *path; /* from the root of the repository; not trusted */
	enum source_kind kind;
	const char *target; /* of a link */
	uint64_t size;	    /* bytes of a file; 0: not known */
};

enum {
	SOURCE_ENTRIES_MAX = 100000,
	SOURCE_BYTES_MAX = 512 << 20 /* of the crate's folder */
};

/*
 * ENTRIES are all COUNT of the repository (a link may lead through any of
 * them); CRATE_DIR is the folder of the crate in it, "" for the root, and
 * only what is below it is judged.  Findings are appended; 0 or ERR_NOMEM.
 */
int tree_lint(const struct source_entry *entries, size_t count,
	      const char *crate_dir, struct findings *out, struct err *err);

#endif
