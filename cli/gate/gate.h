#ifndef GATE_GATE_H
#define GATE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/finding.h"
#include "base/json.h"
#include "model/record.h"

struct err;
struct policy;
struct progress;
struct toolchain;

/*
 * The pipeline that a crate passes, whether it comes from a student's folder
 * or from a collected commit:
 *
 *	tree -> pack -> metadata -> build -> semver
 *
 * Each gate ends in one of pass, fail, skipped (reason), error (reason), names
 * its tool and version, says how long it took and where its log is, and is
 * cached by what it depends on.  A gate whose input is missing because an
 * earlier one failed is skipped and says so.  Never a silent pass.
 */

/* What is looked at. */
struct gate_subject {
	const char *label;	/* "@ada artifact_01/v0.1.0", or a path */
	enum artifact artifact; /* these three choose the policy's levels */
	int week;		/* of the cohort; 0 before it */
	const char *handle;	/* whose it is, or NULL */
	const char *source_dir; /* the crate's own folder, checked out */
	const char *root_dir;	/* the repository's root; links stay below it */
	const char *package;  /* the .crate if it is packed already, or NULL */
	const char *baseline; /* the previous version's .crate, or NULL */
	const char *expected_name; /* crate name by roster or invite, or NULL */
	const char *expected_version; /* of the tag, or NULL */
	const char *const *taken;     /* crate names of the other seats */
	size_t taken_count;
	const char *const *published; /* versions of it that exist already */
	size_t published_count;
	bool moved_tag;		 /* the tag was moved or deleted since */
	const char *tag;	 /* or NULL */
	const char *kept_commit; /* of the submission that is kept, or NULL */
	/*
	 * What the answer depends on beyond the above and the tools: the
	 * commit, or a stamp of the folder.  NULL: nothing is taken from the
	 * cache and nothing goes there.
	 */
	const char *identity;
};

/* Where the pipeline works; shared by all subjects of a run. */
struct gate_env {
	const struct toolchain *toolchain;
	const char *cache_dir;	  /* results and logs, NULL: no cache */
	const char *work_dir;	  /* for what is gone after a run; NULL: /tmp */
	const char *packages_dir; /* keeps packed crates by SHA-256, or NULL */
	/* the crates of the cohort as a local-registry, or NULL */
	const char *siblings_dir;
	const char *cargo_home; /* fetched dependencies */
	const char *data_dir;	/* the shipped config/: SPDX, categories, ... */
	/*
	 * Files that a build must not read.  None is in the sandbox; in its
	 * place stands an empty one that tells when it is opened.
	 */
	const char *const *hidden;
	size_t hidden_count;
	uint32_t build_timeout_s; /* 0: five minutes */
	bool offline;		  /* fetch nothing */
	bool no_sandbox; /* build without one; only when asked for by name */
	const struct progress *progress;
	const struct policy *policy; /* levels and allowances, or NULL */
};

enum {
	GATE_NOTES_MAX = 5,
	GATE_NOTE_SIZE = 200
};

struct gate_outcome {
	const char *gate; /* static */
	enum verdict verdict;
	char reason[256]; /* for skipped and error */
	char tool[96];	  /* "cargo 1.95.0" */
	char log[512];	  /* path, or "" */
	int64_t ms;
	bool cached;
	/* what to know about the result, though it judges nothing */
	char notes[GATE_NOTES_MAX][GATE_NOTE_SIZE];
	size_t note_count;
	size_t first; /* its findings, in report.findings */
	size_t count;
};

enum {
	GATE_COUNT_MAX = 8
};

struct gate_report {
	struct gate_outcome gates[GATE_COUNT_MAX];
	size_t gate_count;
	struct findings findings;
	enum verdict verdict; /* the worst; skipped gates do not fail */
	char crate[65];
	char version[151];
	char package_sha256[65];
	uint64_t package_size;
	char package_path[512]; /* in packages_dir; "" without one */
	bool cached;		/* nothing was run */
};
void gate_report_release(struct gate_report *r);
AUTO_RELEASE(struct gate_report, gate_report_release)

/*
 * Run all gates on one subject.  0 when the report is complete, whatever it
 * says; an error only when nothing could be said (no memory, full disk).  Any
 * thread; subjects of one run may go in parallel.
 */
int gate_run(const struct gate_env *env, const struct gate_subject *subject,
	     struct gate_report *out, struct err *err);

/*
 * What gate_run() would answer without running anything, if that is known;
 * SUBJECT needs no source for it.
 */
bool gate_is_known(const struct gate_env *env,
		   const struct gate_subject *subject, struct gate_report *out);

/*
 * Only tree and pack, which run nothing of the student's.  A subject whose
 * package is given already is 0 at once.
 */
int gate_pack(const struct gate_env *env, const struct gate_subject *subject,
	      struct gate_report *out, struct err *err);

/*
 * Fetch what the crate at SOURCE_DIR depends on into env->cargo_home: the one
 * step with network, which runs nothing of the student's.  Nothing happens if
 * it depends on nothing.  ERR_NET: the network, or a crate that is not there.
 */
int gate_fetch(const struct gate_env *env, const char *source_dir,
	       struct err *err);

/* The report in short, for a record; strings are borrowed from REPORT. */
size_t gate_summary(const struct gate_report *report,
		    struct gate_result out[GATE_COUNT_MAX]);

/* The whole report as a value of --json; NULL without memory. */
json_t *gate_report_view(const struct gate_report *report);

/* ---- what gates themselves find, beside the lints of crate/ */

struct gate_lint {
	const char *id;
	enum finding_level level;
	const char *summary;	 /* one sentence, no full stop */
	const char *explanation; /* paragraphs of plain text */
};

/* All of them, then NULL. */
const struct gate_lint *gate_lint_at(size_t n);

#endif
