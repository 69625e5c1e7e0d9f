#ifndef MODEL_SUITE_SPEC_H
#define MODEL_SUITE_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"

struct err;
struct node;

/*
 * artifacts/ARTIFACT/spec.yaml: the statements that an artifact is held
 * against, in the order in which its suite tests them.  Immutable; any thread.
 */
enum {
	SUITE_SPEC_SCHEMA = 1,
	SUITE_STATEMENTS_MAX = 512,
	STATEMENT_ID_MAX = 15
};

enum statement_class {
	STATEMENT_LANGUAGE, /* any correct one keeps it */
	STATEMENT_GOOD,	    /* mature ones keep it */
	STATEMENT_COURSE,   /* a choice of the course */
	STATEMENT_CLASSES
};

struct statement {
	const char *id; /* "E5b" */
	int class;	/* enum statement_class */
	int points;
	bool is_basic;	  /* hardly anything works without it */
	bool is_optional; /* nobody has to offer what it is about */
	const char *title;
	const char *failure; /* what it means when it is not kept */
	const char *test;    /* what the suite does to find out */
	const char *basis;   /* who says that it has to be so */
};

struct suite_spec {
	struct arena arena;
	const char *artifact;
	const char *suite; /* the program under libexec/cohort/ */
	const struct statement *statements;
	size_t count;
};

/* ERR_FORMAT with the place; also for an id that stands twice. */
int suite_spec_read(const struct node *root, struct suite_spec **out,
		    struct err *err);
void suite_spec_free(struct suite_spec *s);
AUTO_DEFINE(struct suite_spec *, suite_spec_free)

/* The statement's place in SPEC, or its count. */
size_t suite_spec_find(const struct suite_spec *spec, const char *id);

/* ERR_NOT_FOUND with the nearest as hint, unless SPEC has ID. */
int suite_spec_require(const struct suite_spec *spec, const char *id,
		       struct err *err);

/* "L", and "language", as reports have them; and what it is, in a sentence. */
const char *statement_letter(int class);
const char *statement_class_name(int class);
const char *statement_class_text(int class);

#endif
