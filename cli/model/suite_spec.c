#include "model/suite_spec.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "base/parse.h"
#include "base/schema.h"

static const char *const letters[] = { "L", "G", "K", NULL };

struct spec_file {
	int schema;
	const char *artifact;
	const char *suite;
	struct schema_list statements;
};

static const struct statement no_statement = { .test = "", .basis = "" };

static const struct key statement_keys[] = {
	{ .name = "id",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct statement, id),
	  .help = "As the suite knows it" },
	{ .name = "class",
	  .kind = KEY_WORD,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct statement, class),
	  .words = letters,
	  .help = "Whose demand it is" },
	{ .name = "points",
	  .kind = KEY_INT,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct statement, points),
	  .max = 100,
	  .help = "What it is worth" },
	{ .name = "basic",
	  .kind = KEY_BOOL,
	  .offset = offsetof(struct statement, is_basic),
	  .help = "Whether hardly anything works without it" },
	{ .name = "optional",
	  .kind = KEY_BOOL,
	  .offset = offsetof(struct statement, is_optional),
	  .help = "Whether nobody has to offer what it is about" },
	{ .name = "title",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct statement, title),
	  .help = "The statement" },
	{ .name = "failure",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct statement, failure),
	  .help = "What it means when it is not kept" },
	{ .name = "test",
	  .kind = KEY_STR,
	  .offset = offsetof(struct statement, test),
	  .help = "How the suite finds out" },
	{ .name = "basis",
	  .kind = KEY_STR,
	  .offset = offsetof(struct statement, basis),
	  .help = "Who says that it has to be so" },
	{ 0 },
};

static const struct key spec_keys[] = {
	{ .name = "schema",
	  .kind = KEY_INT,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct spec_file, schema),
	  .min = 1,
	  .max = SUITE_SPEC_SCHEMA,
	  .help = "The version of this file's form" },
	{ .name = "artifact",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct spec_file, artifact),
	  .help = "What is held against it" },
	{ .name = "suite",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct spec_file, suite),
	  .help = "The program that tests it" },
	{ .name = "statements",
	  .kind = KEY_LIST,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct spec_file, statements),
	  .sub = statement_keys,
	  .item_size = sizeof(struct statement),
	  .item_defaults = &no_statement,
	  .help = "In the order in which they are tested" },
	{ 0 },
};

/* Letters and digits: ids stand in arguments, paths and pages. */
static bool is_id(const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]))
			return false;
	return len > 0 && len <= STATEMENT_ID_MAX;
}

static bool is_program(const char *s)
{
	return s[0] && s[strspn(s, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

static int check(const struct node *root, const struct suite_spec *s,
		 const struct schema_list *list, struct err *err)
{
	if (!is_program(s->suite))
		return node_err(node_get(root, "suite"), err, ERR_FORMAT,
				"'%s' is no name of a suite", s->suite);
	if (s->count == 0 || s->count > SUITE_STATEMENTS_MAX)
		return node_err(node_get(root, "statements"), err, ERR_FORMAT,
				"there must be 1 to %d statements",
				SUITE_STATEMENTS_MAX);
	for (size_t i = 0; i < s->count; i++) {
		const struct node *n = list->node->as.list.items[i];
		const char *id = s->statements[i].id;

		if (!is_id(id))
			return node_err(node_get(n, "id"), err, ERR_FORMAT,
					"'%s' is no id", id);
		if (suite_spec_find(s, id) < i)
			return node_err(node_get(n, "id"), err, ERR_FORMAT,
					"there are two statements '%s'", id);
	}
	return 0;
}

int suite_spec_read(const struct node *root, struct suite_spec **out,
		    struct err *err)
{
	AUTO(suite_spec_freep) struct suite_spec *s = calloc(1, sizeof(*s));
	struct spec_file f = { 0 };

	if (!s)
		return err_nomem(err);
	if (schema_version(root, SUITE_SPEC_SCHEMA, err) < 0 ||
	    schema_read(root, spec_keys, &s->arena, &f, err) < 0)
		return (int)err->code;
	s->artifact = f.artifact;
	s->suite = f.suite;
	s->statements = f.statements.items;
	s->count = f.statements.count;
	if (check(root, s, &f.statements, err) < 0)
		return (int)err->code;
	*out = s;
	s = NULL; /* handed over */
	return 0;
}

void suite_spec_free(struct suite_spec *s)
{
	if (!s)
		return;
	arena_release(&s->arena);
	free(s);
}

size_t suite_spec_find(const struct suite_spec *spec, const char *id)
{
	size_t i = 0;

	while (i < spec->count && strcmp(spec->statements[i].id, id) != 0)
		i++;
	return i;
}

int suite_spec_require(const struct suite_spec *spec, const char *id,
		       struct err *err)
{
	const char **ids;
	const char *near;

	if (suite_spec_find(spec, id) < spec->count)
		return 0;
	ids = calloc(spec->count + 1, sizeof(*ids));
	(void)err_set(err, ERR_NOT_FOUND, "%s has no statement '%s'",
		      spec->artifact, id);
	for (size_t i = 0; ids && i < spec->count; i++)
		ids[i] = spec->statements[i].id;
	near = ids ? parse_nearest(id, ids, spec->count) : NULL;
	if (near)
		(void)err_hint(err, "did you mean '%s'?", near);
	else
		(void)err_hint(err, "cohort explain");
	free(ids);
	return (int)err->code;
}

const char *statement_letter(int class)
{
	return letters[class];
}

const char *statement_class_name(int class)
{
	static const char *const names[] = { "language", "good", "course" };

	return names[class];
}

const char *statement_class_text(int class)
{
	static const char *const texts[] = {
		[STATEMENT_LANGUAGE] = "The language or the operating system "
				       "demands it; any correct "
				       "implementation keeps it.",
		[STATEMENT_GOOD] = "Mature implementations keep it, though "
				   "nothing forces them.",
		[STATEMENT_COURSE] = "A choice of this course; others may "
				     "choose otherwise.",
	};

	return texts[class];
}
