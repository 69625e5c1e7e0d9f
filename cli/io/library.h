#ifndef IO_LIBRARY_H
#define IO_LIBRARY_H

#include <stddef.h>

struct err;

/*
 * Outside libraries that are loaded when first needed.  libcurl, libgit2,
 * libarchive and libcrypto bring fifty others along, and ld.so takes ten times
 * as long over them as most commands take; libyaml and zlib bring none, and are
 * a tenth of the time of what needs neither.
 *
 * Sources call these libraries as ever.  In the program itself each function
 * of theirs is a jump through a slot, made at link time by cli/io/late for the
 * ABI that pkg-config's library has; library_load() fills the slots.  Whoever
 * begins with a library (git_setup(), http_new(), ...) loads it, and only a
 * call that forgot to does not work: it aborts.  Where they are linked like
 * any other (make LAZY=no; unit tests) library_load() has nothing to do.
 */
enum library {
	LIBRARY_ARCHIVE,
	LIBRARY_CRYPTO,
	LIBRARY_CURL,
	LIBRARY_GIT2,
	LIBRARY_YAML,
	LIBRARY_Z,
	LIBRARY_ZSTD,
	LIBRARIES
};

/*
 * Make WHICH callable, from then on and for all threads; any thread.
 * ERR_MISSING: it is not there, or not the one that we were built for;
 * ERR_NOMEM, ERR_IO: it could not be read, and may be the next time.
 */
int library_load(enum library which, struct err *err);

/* ---- for what cli/io/late writes */

struct late_library {
	const char *name;     /* "git2"; NULL ends the table */
	const char *soname;   /* "libgit2.so.1.5" */
	const char *symbols;  /* each ends with a NUL, and the last with two */
	void (**slots)(void); /* one a symbol, in that order */
};

/* The row of each library that is loaded late. */
extern const struct late_library late_libraries[];

/* What is in a slot until its library is loaded: stops the program. */
void library_absent(void);

#endif
