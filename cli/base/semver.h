#ifndef BASE_SEMVER_H
#define BASE_SEMVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct strbuf;

/*
 * Versions (semver.org 2.0.0) and requirements as cargo reads them.  Plain
 * values: nothing is allocated, nothing to release, any thread.
 */
enum {
	SEMVER_MAX = 150,	    /* bytes of a version; crates.io's limit */
	SEMVER_COMPARATORS_MAX = 32 /* in one requirement; cargo's limit */
};

struct semver {
	uint64_t major;
	uint64_t minor;
	uint64_t patch;
	char pre[SEMVER_MAX + 1];   /* "alpha.1", or "" */
	char build[SEMVER_MAX + 1]; /* "20261123", or "" */
};

/*
 * ERR_FORMAT with the reason: "'1.2' is no version: a third number is
 * missing, as in 1.2.0".
 */
int semver_parse(const char *text, struct semver *out, struct err *err);

/*
 * Less than, equal to, or greater than 0, by precedence: the build does not
 * count, and 1.0.0-rc.1 comes before 1.0.0.
 */
int semver_compare(const struct semver *a, const struct semver *b);

void semver_format(const struct semver *v, struct strbuf *out);

/*
 * How far apart two versions are for those who depend on them, as cargo sees
 * it: the leftmost number that is not zero is the major one, so 0.2.0 to
 * 0.3.0 is major, 0.2.0 to 0.2.1 is minor and 0.0.1 to 0.0.2 major again.
 * Where only the pre-release differs anything may have changed: major.
 */
enum semver_bump {
	SEMVER_SAME,
	SEMVER_PATCH,
	SEMVER_MINOR,
	SEMVER_MAJOR,
	SEMVER_BACKWARDS
};

enum semver_bump semver_bump(const struct semver *from,
			     const struct semver *to);

/* "patch", "minor", ...; "no change" for SEMVER_SAME. */
const char *semver_bump_name(enum semver_bump bump);

/* ---- requirements: "1.2", "^0.3, <0.3.7", "=1.0.0", "~1.2", "1.*", "*" */

enum semver_op {
	SEMVER_OP_CARET, /* also a bare version */
	SEMVER_OP_TILDE,
	SEMVER_OP_EXACT,
	SEMVER_OP_GREATER,
	SEMVER_OP_GREATER_EQ,
	SEMVER_OP_LESS,
	SEMVER_OP_LESS_EQ,
	SEMVER_OP_WILDCARD /* "1.*", "1.2.*" */
};

struct semver_comparator {
	enum semver_op op;
	unsigned numbers; /* how many of the three are given: 1 to 3 */
	uint64_t number[3];
	char pre[SEMVER_MAX + 1]; /* only with three numbers */
};

struct semver_req {
	size_t count; /* 0: "*" */
	struct semver_comparator items[SEMVER_COMPARATORS_MAX];
};

int semver_req_parse(const char *text, struct semver_req *out, struct err *err);

/* Everything matches it: it is just "*". */
bool semver_req_is_any(const struct semver_req *req);

/* As cargo writes it into the index: "0.1" becomes "^0.1". */
void semver_req_format(const struct semver_req *req, struct strbuf *out);

#endif
