#include "base/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

void findings_release(struct findings *f)
{
	if (!f)
		return;
	free(f->items);
	arena_release(&f->arena);
	*f = (struct findings){ 0 };
}

/* NULL stays NULL; false without memory. */
static bool copy(struct arena *a, const char **s)
{
	if (!*s)
		return true;
	*s = arena_strdup(a, *s);
	return *s != NULL;
}

int findings_add(struct findings *f, const struct finding *finding)
{
	struct finding *grown =
		vec_grow(f->items, &f->cap, f->count + 1, sizeof(*grown));
	struct finding own = *finding;

	if (!grown)
		return -1;
	f->items = grown;
	if (!copy(&f->arena, &own.id) || !copy(&f->arena, &own.file) ||
	    !copy(&f->arena, &own.was_file) || !copy(&f->arena, &own.subject) ||
	    !copy(&f->arena, &own.why) || !copy(&f->arena, &own.mend) ||
	    !copy(&f->arena, &own.allowed))
		return -1;
	f->items[f->count++] = own;
	return 0;
}

size_t findings_at_level(const struct findings *f, enum finding_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++)
		count += f->items[i].level == level;
	return count;
}

static const char *const level_names[] = { "allow", "warn", "deny" };

const char *finding_level_name(enum finding_level level)
{
	return level_names[level];
}

bool finding_level_parse(const char *s, enum finding_level *out)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (strcmp(s, level_names[i]) == 0) {
			*out = (enum finding_level)i;
			return true;
		}
	}
	return false;
}
