#ifndef MODEL_ROSTER_H
#define MODEL_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "model/artifact.h"
#include "model/handle.h"

struct err;
struct node;

enum seat_status {
	SEAT_ENROLLED,
	SEAT_INVITED,
	SEAT_WITHDRAWN
};
enum seat_mode {
	SEAT_SYNC,
	SEAT_ASYNC
};

enum {
	SUFFIX_MAX = 48
};

/*
 * One student's seat.  Strings belong to the roster.  Nothing private is in
 * here: e-mail, legal name and address live in config/contacts.yaml.
 */
struct seat {
	uint32_t number; /* 1 to cohort.seats; 0 once withdrawn */
	const char *handle;
	const char *name; /* as the student chose to show it */
	enum seat_mode mode;
	enum seat_status status;
	const char *zone;   /* IANA name, or "" */
	const char *repo;   /* URL of the repository, or "" */
	const char *suffix; /* crates are kov-SUFFIX, ... */
	const char *artifact_repo[ARTIFACT_COUNT]; /* or NULL: `repo` */
};

/* config/roster.yaml, read and validated, in the file's order. */
struct roster {
	struct arena arena;
	struct seat *seats;
	size_t count;
	struct map by_handle; /* handle -> struct seat */
};

/*
 * From the nodes of roster.yaml.  Handles, seat numbers, and crate names in
 * crates.io's canonical form (case, '-' and '_') are each unique, or
 * ERR_FORMAT names both places.  SEATS is the highest seat number.
 */
int roster_read(const struct node *root, uint32_t seats, struct roster **out,
		struct err *err);
void roster_free(struct roster *r);
AUTO_DEFINE(struct roster *, roster_free)

/* NULL if there is none.  Accepts "ada" and "@ada". */
const struct seat *roster_find(const struct roster *r, const char *handle);

/* The URL asked for an artifact of a seat; "" if the roster has none. */
const char *seat_repo(const struct seat *s, enum artifact a);

/* "kov-ada" into OUT. */
void seat_crate_name(const struct seat *s, enum artifact a, char *out,
		     size_t size);

/*
 * The end of a crate's name, as in kov-SUFFIX, and its canonical form, in which
 * crates.io compares names: lower case, '-' as '_'.
 */
bool suffix_is_valid(const char *suffix);
void suffix_canonical(const char *suffix, char out[SUFFIX_MAX + 1]);

const char *seat_status_name(enum seat_status s);
const char *seat_mode_name(enum seat_mode m);

#endif
