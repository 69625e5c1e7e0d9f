#ifndef COURSE_VALIDATE_H
#define COURSE_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "gate/library.h"
#include "model/artifact.h"
#include "model/speed_result.h"
#include "model/suite_result.h"

struct progress;
struct workspace;

/*
 * cohort validate: which promises of its artifact's contract a crate keeps.
 * The crate is built as a library and handed to the artifact's suite.
 */
struct validate_options {
	enum artifact artifact;
	const char *const *only; /* ids of statements; none: all */
	size_t only_count;
	const char *const *handles; /* of validate_seats(); none: every seat */
	size_t handle_count;
	unsigned jobs; /* builds at once; 0: as many as processors */
	bool speed;    /* measure it beside the reference, too */
	bool offline;
	bool no_sandbox;
	uint32_t build_timeout_s; /* 0: gate_env's own */
	const struct progress *progress;
};

/* One thing that was validated. */
struct validated {
	const char *label;
	const char *handle; /* or NULL */
	const char *tag;    /* or NULL */
	const char *commit; /* or NULL */
	const char *path;   /* the folder, or NULL */
	bool is_reference;
	bool missing; /* nothing was submitted */
	struct library library;
	struct suite_result result;
	struct suite_score score;
	bool has_speed;
	struct speed_result speed;
	enum finding_level
		*levels; /* of the statements, as the spec has them */
	enum verdict verdict;
	struct err err; /* nothing could be said, and why */
};

struct validation {
	struct arena arena;
	struct suite_spec *spec;
	bool *wanted;
	char *program;	 /* the suite */
	char *adapter;	 /* its template's folder */
	char *speed;	 /* what measures, or NULL: not asked for */
	char *reference; /* the library that ships with cohort */
	bool partial;	 /* not all statements were asked for */
	struct validated *items;
	size_t count;
	size_t passed;
	size_t failed;
	size_t errors;
	size_t missing;
};
void validation_release(struct validation *v);
AUTO_RELEASE(struct validation, validation_release)

/* The crate in the folder PATH; no workspace is needed. */
int validate_folder(const char *path, const struct validate_options *options,
		    struct validation *out, struct err *err);

/* The reference that ships with cohort. */
int validate_reference(const struct validate_options *options,
		       struct validation *out, struct err *err);

/*
 * What was collected from seats of WS, which is opened for writing.  What the
 * suite said of them is recorded, in one commit, unless a few statements were
 * asked for or it said the same before.
 */
int validate_seats(struct workspace *ws, const struct validate_options *options,
		   struct validation *out, struct err *err);

/*
 * The statements of artifact A, for suite_spec_free().  ERR_NOT_FOUND: it has
 * no suite.
 */
int validate_spec(enum artifact a, struct suite_spec **out, struct err *err);

#endif
