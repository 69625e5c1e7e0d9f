#ifndef GATE_GATE_INTERNAL_H
#define GATE_GATE_INTERNAL_H

#include "gate/gate.h"

#include "crate/package/listing.h"
#include "io/process.h"
#include "io/sandbox.h"

struct arena;
struct manifest;

/* One run of the pipeline, for the gates.  One thread. */
struct pipeline {
	const struct gate_env *env;
	const struct gate_subject *subject;
	struct gate_report *report;
	char *work;    /* a private folder, gone when the run is over */
	char *package; /* the .crate, once there is one */
	char *crate;   /* it, unpacked */
	struct package_listing listing;
	bool has_listing;
	bool has_library;
	bool failed_build; /* why semver has nothing to compare */
};

/* Each sets the outcome's verdict; an error only if nothing can be said. */
typedef int gate_step(struct pipeline *p, struct gate_outcome *o,
		      struct err *err);
gate_step gate_step_tree;
gate_step gate_step_pack;
gate_step gate_step_metadata;
gate_step gate_step_build;
gate_step gate_step_semver;

/* ROOT/NAME in the work folder, to be free()d; ERR_NOMEM as NULL. */
char *pipeline_path(const struct pipeline *p, const char *name);

/* Append a copy, its texts made UTF-8 where a student's are not. */
int pipeline_find(struct pipeline *p, const struct finding *f, struct err *err);

/* The outcome of a gate that cannot or need not run. */
int outcome_skip(struct gate_outcome *o, const char *fmt, ...)
	ATTR_PRINTF(2, 3);
int outcome_error(struct gate_outcome *o, const char *fmt, ...)
	ATTR_PRINTF(2, 3);

/* One more note; what is no plain text in it becomes `?`. */
void outcome_note(struct gate_outcome *o, const char *fmt, ...)
	ATTR_PRINTF(2, 3);

/* Keep TEXT as the gate's log; NAME is unique for the subject. */
int outcome_log(const struct pipeline *p, struct gate_outcome *o,
		const char *name, const struct strbuf *text, struct err *err);

/* ---- cargo.c: cargo in a neutral place */

/*
 * Run cargo with ARGS (NULL-terminated, without argv[0]) in "/", where no
 * configuration but root's is found, with an empty HOME and env->cargo_home.
 * NETWORK passes the proxy settings on.  Nothing is run for the student but
 * cargo's own reading.
 */
int cargo_run(const struct gate_env *env, const char *work,
	      const char *const *args, bool network, struct process_result *out,
	      struct err *err);

/*
 * The same for an answer in JSON: standard output and standard error are kept
 * apart, and there is no network.
 */
int cargo_ask(const struct gate_env *env, const char *work,
	      const char *const *args, struct process_result *out,
	      struct err *err);

/*
 * cargo's own first error in LOG, without colours: the message, and its place
 * if it has one.  False if there is none.
 */
struct cargo_error {
	char message[400];
	char file[256]; /* "" without a place */
	uint32_t line;
	uint32_t column;
};
bool cargo_first_error(const char *log, struct cargo_error *out);

/*
 * cargo begins with what it wanted and ends with what was in its way: the last
 * cause in LOG, if it gives any, becomes E's message.
 */
void cargo_last_cause(const char *log, struct cargo_error *e);

/*
 * DIR/Cargo.toml, its texts in ARENA; false if there is none that can be read,
 * which another gate says.
 */
bool gate_manifest(const char *dir, struct arena *arena, struct manifest *out);

/* ---- build.c, for document.c too: cargo in the sandbox */

/*
 * Run SCRIPT by /bin/sh with the crate at DIR read-only in the working
 * directory, cargo on PATH, fetched dependencies and a target folder in
 * memory.  OUT_FD as in sandbox_spec.
 */
struct build_spec {
	const char *dir;
	const char *script;
	const char *const *env; /* more variables, or NULL */
	const struct sandbox_bind *binds;
	size_t bind_count;
	int out_fd;
};
int build_run(const struct gate_env *env, const char *work,
	      const struct build_spec *spec, struct process_result *out,
	      struct err *err);

/* ---- cache.c */

/* KEY's report, or false.  The strings live in the report. */
bool cache_read(const struct gate_env *env, const char *key,
		struct gate_report *out);
void cache_write(const struct gate_env *env, const char *key,
		 const struct gate_report *report);

#endif
