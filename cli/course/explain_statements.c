/* The statements of the artifacts, in the shape of explain.h. */
#include "course/explain_tables.h"

#include "base/err.h"
#include "course/explain.h"
#include "course/validate.h"

/* What is said of one; the spec does not outlive it, so texts are copied. */
static int explain_one(const struct statement *s, enum artifact a,
		       struct explained_list *l, struct err *err)
{
	struct arena *to = &l->arena;
	bool has_test = s->test[0] != '\0';
	char *id = arena_strdup(to, s->id);
	char *title = arena_strdup(to, s->title);
	char *source = arena_strdup(to, s->basis);
	char *text = arena_printf(
		to, "When it fails: %s\n%s%s%s%s (%d point%s)", s->failure,
		has_test ? "The test: " : "", s->test, has_test ? "\n" : "",
		statement_class_text(s->class), s->points,
		s->points == 1 ? "" : "s");

	if (!id || !title || !source || !text)
		return err_nomem(err);
	l->items[l->count++] = (struct explained){
		.id = id,
		.kind = artifact_id(a),
		.level = finding_level_name(s->class == STATEMENT_COURSE
						    ? FINDING_WARN
						    : FINDING_DENY),
		.summary = title,
		.explanation = text,
		.source = source,
	};
	return 0;
}

int explain_statements(struct explained_list *l, struct err *err)
{
	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		AUTO(suite_spec_freep) struct suite_spec *spec = NULL;
		struct err why = { 0 };

		if (validate_spec((enum artifact)a, &spec, &why) < 0) {
			if (why.code == ERR_NOT_FOUND)
				continue; /* it has no suite */
			*err = why;
			return (int)err->code;
		}
		for (size_t i = 0; i < spec->count; i++)
			if (explain_one(&spec->statements[i], (enum artifact)a,
					l, err) < 0)
				return (int)err->code;
	}
	return 0;
}
