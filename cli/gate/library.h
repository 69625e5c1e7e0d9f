#ifndef GATE_LIBRARY_H
#define GATE_LIBRARY_H

#include "gate/gate.h"

/*
 * A student's crate as the shared library that a suite loads: the crate in a
 * copy of its own, below the adapter that speaks the suite's C interface,
 * built in the sandbox without network.  What was built is kept by what it was
 * made from, so that a second run builds nothing and a debugger finds it.
 */
enum library_state {
	LIBRARY_BUILT,
	LIBRARY_ABSENT,	   /* the crate has none */
	LIBRARY_BROKEN,	   /* it does not build */
	LIBRARY_MISFIT,	   /* it builds, and is not what the adapter expects */
	LIBRARY_TOO_LONG,  /* or too large: the build was ended */
	LIBRARY_UNLINKABLE /* of a kind that the adapter cannot use */
};

struct library_spec {
	const char *dir;     /* of the crate, absolute */
	const char *root;    /* of the repository around it, or NULL */
	const char *adapter; /* its template: Cargo.toml.in, src/ */
	bool stays;	     /* DIR is there after the run, for a debugger */
};

struct library {
	enum library_state state;
	char path[600]; /* of the .so */
	bool kept;	/* it is there after the run */
	bool cached;	/* nothing was built */
	bool own_adapter;
	char crate[65]; /* "" while it is not known */
	char version[151];
	char kind[16];	   /* if UNLINKABLE: "cdylib", "proc-macro", ... */
	char message[512]; /* what is wrong: cargo's first error */
	char file[256];	   /* where, below the copied tree; or "" */
	uint32_t line;
	uint32_t column;
	char log[600]; /* all that cargo said, or "" */
	int64_t ms;
};

/* Where a crate keeps its own part of the adapter. */
#define LIBRARY_OWN_ADAPTER "validate/adapter.rs"

const char *library_state_name(enum library_state s);

/*
 * WORK is a private folder, where the library may be left.  0 with *OUT
 * complete, whatever its state; else
 *   ERR_MISSING	no sandbox, or no linker
 *   ERR_NET		a dependency could not be fetched
 */
int library_build(const struct gate_env *env, const char *work,
		  const struct library_spec *spec, struct library *out,
		  struct err *err);

#endif
