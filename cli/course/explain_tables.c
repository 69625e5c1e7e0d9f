#include "course/explain_tables.h"

#include "base/err.h"
#include "course/explain.h"
#include "crate/manifest/lint_table.h"
#include "crate/semver/lints.h"

enum {
	CHAPTER_MAX = 256
};

size_t explain_metadata_count(void)
{
	return LINT_COUNT;
}

void explain_metadata(size_t n, struct explained *out)
{
	const struct lint *l = lint_at((enum lint_id)n);

	*out = (struct explained){ .id = l->id,
				   .kind = "metadata",
				   .level = finding_level_name(l->level),
				   .summary = l->summary,
				   .explanation = l->explanation,
				   .source = l->source ? l->source : "" };
}

size_t explain_semver_count(void)
{
	return semver_lint_count();
}

int explain_semver(size_t n, struct arena *arena, struct explained *out,
		   struct err *err)
{
	const struct semver_lint *l = semver_lint_at(n);
	char buf[CHAPTER_MAX];
	const char *chapter = semver_lint_chapter(l, buf, sizeof(buf));
	char *text = arena_printf(arena,
				  "It needs a new %s version. Reason: %s.\n"
				  "%s%s%s",
				  semver_bump_name(l->update), l->why,
				  l->mend ? "To mend it: " : "",
				  l->mend ? l->mend : "", l->mend ? "." : "");
	char *source = arena_strdup(arena, chapter ? chapter : "");

	if (!text || !source)
		return err_nomem(err);
	*out = (struct explained){ .id = l->id,
				   .kind = "semver",
				   .level = finding_level_name(l->level),
				   .summary = l->title,
				   .explanation = text,
				   .source = source };
	return 0;
}
