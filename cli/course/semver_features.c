/* Which features are on when a crate is documented. */
#include <stdarg.h>
#include <string.h>

#include "base/strbuf.h"
#include "course/semver_internal.h"
#include "gate/document.h"

enum {
	NOTES_MAX = 32,
	NAME_MAX_BYTES = 256
};

int semver_item_note(struct semver_run *run, struct semver_item *item,
		     struct err *err, const char *fmt, ...)
{
	struct arena *arena = &run->answer->arena;
	char line[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!item->notes)
		item->notes =
			arena_calloc(arena, NOTES_MAX, sizeof(*item->notes));
	if (!item->notes)
		return err_nomem(err);
	if (item->note_count == NOTES_MAX)
		return 0;
	item->notes[item->note_count] = arena_strdup(arena, line);
	if (!item->notes[item->note_count])
		return err_nomem(err);
	item->note_count++;
	return 0;
}

struct choice {
	struct semver_run *run;
	const struct package *package;
	bool is_baseline;
	struct semver_item *item;
	struct strbuf list;
};

static void choice_release(struct choice *c)
{
	strbuf_release(&c->list);
}
AUTO_RELEASE(struct choice, choice_release)

static void add(struct choice *c, const char *name)
{
	if (c->list.len > 0)
		strbuf_addc(&c->list, ',');
	strbuf_adds(&c->list, name);
}

/* `x/y` and `x?/y` are a dependency's, which cargo knows. */
static int ask(struct choice *c, const char *name, struct err *err)
{
	const char *crate = c->package->name;

	if (strchr(name, '/') || package_has_feature(c->package, name)) {
		add(c, name);
		return 0;
	}
	if (c->is_baseline)
		return semver_item_note(c->run, c->item, err,
					"the baseline of '%s' has no feature "
					"'%s'",
					crate, name);
	(void)err_set(err, ERR_USAGE, "'%s' has no feature '%s'", crate, name);
	return err->code;
}

static int ask_words(struct choice *c, const struct semver_words *words,
		     struct err *err)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *p = words->items[i];

		while (*p) {
			size_t len = strcspn(p, ", ");
			char name[NAME_MAX_BYTES];

			if (len >= sizeof(name))
				return err_set(err, ERR_USAGE,
					       "'%s' is no list of features",
					       words->items[i]);
			memcpy(name, p, len);
			name[len] = '\0';
			if (len > 0 && ask(c, name, err) < 0)
				return err->code;
			p += len + (p[len] != '\0');
		}
	}
	return 0;
}

static void add_by_mode(struct choice *c)
{
	enum semver_features_mode mode = c->run->request->features_mode;

	for (size_t i = 0; i < c->package->feature_count; i++) {
		const char *name = c->package->features[i];

		if (mode == SEMVER_FEATURES_ALL ||
		    (mode == SEMVER_FEATURES_STABLE &&
		     !feature_is_unstable(name)) ||
		    (mode == SEMVER_FEATURES_DEFAULT &&
		     strcmp(name, "default") == 0))
			add(c, name);
	}
}

int semver_features_choose(struct semver_run *run, const struct package *p,
			   bool is_baseline, struct semver_item *item,
			   const char **out, struct err *err)
{
	const struct semver_request *r = run->request;
	AUTO(choice_releasep)
	struct choice c = { .run = run,
			    .package = p,
			    .is_baseline = is_baseline,
			    .item = item };

	add_by_mode(&c);
	if (ask_words(&c, &r->features, err) < 0 ||
	    ask_words(&c,
		      is_baseline ? &r->baseline_features
				  : &r->current_features,
		      err) < 0 ||
	    strbuf_check(&c.list, err) < 0)
		return err->code;
	*out = arena_strdup(&run->answer->arena, strbuf_str(&c.list));
	return *out ? 0 : err_nomem(err);
}
