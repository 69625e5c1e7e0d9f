#ifndef WORKSPACE_CONFIG_H
#define WORKSPACE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "io/git.h"

struct cohort;
struct curriculum;
struct err;
struct policy;
struct roster;
struct snapshot;
struct workspace;

/* The files that people edit, as they are now and as HEAD has them. */
#define CONFIG_COHORT_PATH "config/cohort.yaml"

enum config_file {
	CONFIG_COHORT,
	CONFIG_POLICY,
	CONFIG_CURRICULUM,
	CONFIG_ROSTER
};

enum {
	CONFIG_COUNT = 4,
	CONFIG_SIZE_MAX = 64 << 20
};

/* What changes when somebody writes the file; zeros: there is no file. */
struct file_key {
	uint64_t ino;
	uint64_t size;
	int64_t mtime_ns;
	int64_t ctime_ns;
};

struct config_seen {
	struct file_key key;
	uint64_t sum;	 /* snapshot_sum() of the file's bytes */
	struct oid seen; /* the blob it would be; zero: no file */
	struct oid head; /* the blob in HEAD; zero: not there */
	/*
	 * The file is what it was before a commit whose checkout was killed:
	 * no hand edit, and HEAD's text counts.
	 */
	bool behind;
	bool loaded;
	struct strbuf text; /* the text that counts, once loaded */
};

struct config {
	struct config_seen files[CONFIG_COUNT];
};

void config_release(struct config *c);

const char *config_path(enum config_file f);
bool config_is_path(const char *path, enum config_file *out);

/*
 * Look at the four files; OLD (or NULL) spares reading what has not changed
 * since it was made.  ws->head is known.
 */
int config_look(struct workspace *ws, const struct snapshot *old,
		struct err *err);

/* A hand edit that no commit has yet, a deletion included. */
bool config_is_edited(const struct config_seen *f);

/* A commit has just put OID there. */
void config_committed(struct workspace *ws, enum config_file f,
		      const struct oid *oid);

/* The text that counts, in ws->config; ERR_NOT_FOUND if it was deleted. */
int config_text(struct workspace *ws, enum config_file f,
		const struct strbuf **out, struct err *err);

/* ---- the values in them */

/* Any of them may be NULL; free with config_values_release(). */
struct config_values {
	struct cohort *cohort;
	struct policy *policy;
	struct curriculum *curriculum;
	struct roster *roster;
};

void config_values_release(struct config_values *v);
AUTO_RELEASE(struct config_values, config_values_release)

/*
 * Parse and validate TEXT as file F into OUT.  A roster needs out->cohort for
 * its number of seats.  Errors begin with "config/x.yaml:LINE:COLUMN: ".
 */
int config_parse(enum config_file f, const char *text, size_t len,
		 struct config_values *out, struct err *err);

#endif
