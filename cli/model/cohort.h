#ifndef MODEL_COHORT_H
#define MODEL_COHORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "model/artifact.h"

struct err;
struct node;

/* A weekly slot, in the civil time of the cohort's zone. */
struct slot {
	int weekday; /* 0 is Sunday */
	int hour;
	int minute;
	int minutes; /* how long */
};

enum registry_kind {
	REGISTRY_DISK, /* a directory: the embedded default */
	REGISTRY_WEB   /* the Registry Web API, as crates.io has it */
};

struct registry_config {
	const char *name; /* "local", "crates.io" */
	enum registry_kind kind;
	const char *path;   /* disk: relative to the workspace, or absolute */
	const char *domain; /* web: the registry's own domain, no host names */
};

/*
 * config/cohort.yaml, read and validated.  Immutable; everything lives in its
 * arena; free with cohort_free().
 */
struct cohort {
	struct arena arena;
	const char *id;	  /* "2027-winter": in tags of mail, file names, uids */
	const char *name; /* for people */
	struct civil first_day;
	const char *zone; /* IANA name */
	int weeks;	  /* 12 */
	const struct slot *live;
	size_t live_count; /* 2 */
	struct slot office_hours;
	uint32_t seats;	   /* 32 */
	const char *price; /* as written: "USD 2400" */
	const char *refund;
	const char *chat; /* where the cohort talks, or "" */
	struct {
		int week; /* due at the end of this week's Sunday */
		int hour;
		int minute;
	} due[ARTIFACT_COUNT];
	const char *const *url_schemes; /* lower case: "https", "ssh" */
	size_t url_scheme_count;
	struct {
		uint32_t jobs;	      /* repositories at once */
		uint32_t per_host;    /* at most so many on one public host */
		uint64_t max_bytes;   /* one repository's fetch */
		uint32_t max_refs;    /* refs looked at in one repository */
		uint32_t timeout_s;   /* one repository, everything */
		uint32_t low_speed_s; /* silence that ends a transfer */
	} collect;
	const struct registry_config *registries;
	size_t registry_count;
};

/* From the nodes of cohort.yaml.  Unknown keys and bad values: ERR_FORMAT. */
int cohort_read(const struct node *root, struct cohort **out, struct err *err);
void cohort_free(struct cohort *c);
AUTO_DEFINE(struct cohort *, cohort_free)

/* NULL if there is none of that name. */
const struct registry_config *cohort_registry(const struct cohort *c,
					      const char *name);

/* The last civil second in which ARTIFACT is not yet late. */
struct civil cohort_due(const struct cohort *c, enum artifact a);

#endif
