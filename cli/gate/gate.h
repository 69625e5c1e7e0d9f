#ifndef GATE_GATE_H
#define GATE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/finding.h"
#include "model/record.h"

struct err;
struct progress;

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
	const char *source_dir; /* the crate's own folder, checked out */
	const char *root_dir;	/* the repository's root; links stay below it */
	const char *package;  /* the .crate if it is packed already, or NULL */
	const char *baseline; /* the previous version's .crate, or NULL */
	const char *expected_name; /* crate name by roster or invite, or NULL */
	const char *expected_version; /* of the tag, or NULL */
	const char *const *taken;     /* crate names of the other seats */
	size_t taken_count;
	bool moved_tag;		 /* the tag was moved or deleted since */
	const char *tag;	 /* or NULL */
	const char *kept_commit; /* of the submission that is kept, or NULL */
};

/* Where the pipeline works; shared by all subjects of a run. */
struct gate_env {
	const char *cache_dir;	/* results and logs, NULL: no cache */
	const char *cargo_home; /* fetched dependencies */
	const char *data_dir;	/* the shipped config/: SPDX, categories, ... */
	const char *const *hidden; /* paths that must not be seen by builds */
	size_t hidden_count;
	bool offline;
	const struct progress *progress;
	const struct policy *policy; /* levels and allowances, or NULL */
};

struct gate_outcome {
	const char *gate; /* static */
	enum verdict verdict;
	char reason[256]; /* for skipped and error */
	char tool[96];	  /* "cargo 1.95.0" */
	char log[512];	  /* path, or "" */
	int64_t ms;
	bool cached;
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

#endif
