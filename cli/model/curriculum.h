#ifndef MODEL_CURRICULUM_H
#define MODEL_CURRICULUM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/finding.h"
#include "base/schema.h"
#include "model/artifact.h"

struct err;
struct node;

/*
 * config/curriculum.yaml: what is taught when.  3 phases of 4 weeks, 4 lessons
 * a week, 2 live sessions a week that cover them; guests, a paper club, labs,
 * and what ships.  Immutable; any thread.
 */
enum {
	CURRICULUM_PHASES = 3,
	CURRICULUM_WEEKS = 12,
	CURRICULUM_LESSONS = 4,	 /* a week */
	CURRICULUM_SESSIONS = 2, /* a week */
	CURRICULUM_SCHEMA = 1
};

struct lesson {
	int number; /* 1 to 48, through the course */
	const char *title;
	const char *text; /* two or three sentences */
};

struct live_session {
	int number; /* 1 to 24 */
	const char *title;
	const struct lesson *const *covers; /* of its week */
	size_t cover_count;
};

/* Something a week has besides lessons; `title` "" where it has none. */
struct week_extra {
	const char *who; /* guest: the name; club: the paper's authors */
	const char *title;
	const char *text;
	const struct lesson *lesson; /* the lesson it is, or NULL */
};

struct week {
	int number; /* 1 to 12 */
	int phase;  /* 1 to 3 */
	const char *title;
	const char *text;
	struct lesson lessons[CURRICULUM_LESSONS];
	struct live_session sessions[CURRICULUM_SESSIONS];
	struct week_extra lab;
	struct week_extra guest;
	struct week_extra club; /* the paper club, on its Friday */
	const char *ships;	/* what leaves the house this week, or "" */
};

struct phase {
	int number;
	const char *title;
	const char *text;
	enum artifact artifact;
	int first_week;
	int last_week;
};

struct curriculum {
	struct arena arena;
	const char *file;
	struct phase phases[CURRICULUM_PHASES];
	struct week weeks[CURRICULUM_WEEKS];
};

int curriculum_read(const struct node *root, struct curriculum **out,
		    struct err *err);
void curriculum_free(struct curriculum *c);
AUTO_DEFINE(struct curriculum *, curriculum_free)

extern const struct key curriculum_keys[];

/*
 * The lint that no slot is empty: `empty-slot` for a text too short to say
 * anything, a week without lab, and a phase without anything that ships;
 * `uncovered-lesson` for a lesson that no session, lab, guest or club takes
 * up; `missing-guest` for weeks 5 and 11 and `missing-club` for week 6
 * without one.  The subject is the slot: "week 5: lesson 18: text".
 */
int curriculum_lint(const struct curriculum *c, struct findings *out,
		    struct err *err);

/* NUMBER 1 to 12, else NULL. */
const struct week *curriculum_week(const struct curriculum *c, int number);

/* Live session NUMBER, 1 to 24, else NULL. */
const struct live_session *curriculum_session(const struct curriculum *c,
					      int number);

#endif
