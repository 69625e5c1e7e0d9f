#ifndef GATE_DOCUMENT_H
#define GATE_DOCUMENT_H

#include "gate/gate.h"

/*
 * rustdoc's JSON of a crate, made in the sandbox by the toolchain at hand:
 * private and hidden items included, as crate/rustdoc/doc.h wants it.  Nothing
 * is fetched and no Cargo.lock is changed: what is missing is a failure.
 */
struct document_spec {
	const char *name;     /* "baseline": in messages and file names */
	const char *dir;      /* the tree; only read */
	const char *folder;   /* of the workspace in it; NULL or "": DIR */
	const char *package;  /* of several; NULL: the only one */
	const char *features; /* "a,b"; all that are on, "default" too */
	const char *target;   /* a triple; NULL: this machine's */
	/* more flags, as struct cargo_flags has them; NULL or "": none */
	const char *rustflags;
	const char *rustdocflags;
	/*
	 * What the document depends on beyond the above and the toolchain: the
	 * tree with its Cargo.lock.  NULL: it is not kept.
	 */
	const char *identity;
};

/*
 * *OUT is the path of the document, to be free()d: in WORK, a private folder,
 * or in the cache, where it may be already.
 *   ERR_REFUSED	the crate does not build: cargo's first error
 *   ERR_LIMIT		it took too long
 */
int document_make(const struct gate_env *env, const char *work,
		  const struct document_spec *spec, char **out,
		  struct err *err);

/*
 * Features that users do not ask for: another compiler's, or private ones.
 * They are off unless asked for by name.
 */
bool feature_is_unstable(const char *name);

#endif
