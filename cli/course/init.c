#include "course/init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/node.h"
#include "base/share.h"
#include "base/str.h"
#include "course/render.h"
#include "io/file.h"
#include "io/yaml.h"
#include "io/zonefile.h"
#include "model/cohort.h"
#include "workspace/create.h"

enum {
	SHIPPED_MAX = 4 << 20,
	FILE_COUNT = 6
};

/* The shipped file, and its place in the workspace. */
static const struct {
	const char *shipped;
	const char *path;
} files[FILE_COUNT] = {
	{ "config/cohort.yaml", "config/cohort.yaml" },
	{ "config/curriculum.yaml", "config/curriculum.yaml" },
	{ "config/policy.yaml", "config/policy.yaml" },
	{ "config/roster.yaml", "config/roster.yaml" },
	{ "templates/workspace/README.md.in", "README.md" },
	{ "templates/workspace/dot-gitignore", ".gitignore" },
};

struct init {
	const struct init_options *options;
	struct strbuf text[FILE_COUNT];
	struct strbuf hook;
	struct cohort *cohort; /* as text[0] has it now */
	char id[64];	       /* made from the first day */
	char name[96];
	struct err *err;
};

static void init_release(struct init *in)
{
	for (size_t i = 0; i < FILE_COUNT; i++)
		strbuf_release(&in->text[i]);
	strbuf_release(&in->hook);
	cohort_free(in->cohort);
}
AUTO_RELEASE(struct init, init_release)

static int read_shipped(const char *name, struct strbuf *out, struct err *err)
{
	AUTO(str_freep) char *path = NULL;

	return share_path(name, &path, err) < 0
		       ? (int)err->code
		       : file_read(path, SHIPPED_MAX, out, err);
}

static int read_all(struct init *in)
{
	for (size_t i = 0; i < FILE_COUNT; i++) {
		if (read_shipped(files[i].shipped, &in->text[i], in->err) < 0)
			return (int)in->err->code;
	}
	return read_shipped("templates/workspace/pre-commit", &in->hook,
			    in->err);
}

/* Parse text[0], called WHERE in complaints. */
static int read_cohort(struct init *in, const char *where)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root;

	cohort_free(in->cohort);
	in->cohort = NULL;
	if (yaml_read(strbuf_str(&in->text[0]), in->text[0].len, where, &arena,
		      &root, in->err) < 0)
		return (int)in->err->code;
	return cohort_read(root, &in->cohort, in->err);
}

/* Only the bytes of KEY's value change; the comments around it stay. */
static int set(struct init *in, const char *key, struct yaml_value value)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf edited = { 0 };
	const struct strbuf *now = &in->text[0];
	struct yaml_doc doc = { strbuf_str(now), now->len, NULL };
	const struct node *node;

	if (!value.text)
		return 0;
	if (yaml_read(doc.bytes, doc.len, files[0].shipped, &arena, &doc.root,
		      in->err) < 0)
		return (int)in->err->code;
	node = node_get(doc.root, key);
	if (!node)
		return err_set(in->err, ERR_BUG, "%s has no '%s'",
			       files[0].shipped, key);
	if (yaml_set(&doc, node, value, &edited, in->err) < 0)
		return (int)in->err->code;
	strbuf_release(&in->text[0]);
	in->text[0] = edited;
	edited = (struct strbuf){ 0 };
	return 0;
}

static int set_text(struct init *in, const char *key, const char *text)
{
	return set(in, key, (struct yaml_value){ .text = text });
}

/* The day of the first live session of a week; weeks begin on Monday. */
static int first_weekday(const struct cohort *c)
{
	int first = 7;

	for (size_t i = 0; i < c->live_count; i++) {
		int from_monday = (c->live[i].weekday + 6) % 7;

		if (from_monday < first)
			first = from_monday;
	}
	return (first + 1) % 7;
}

static int check_first_day(const struct init *in, struct civil *day)
{
	const char *given = in->options->first_day;
	int want = first_weekday(in->cohort);
	int64_t days;
	int is;

	if (!civil_parse_date(given, day)) {
		(void)err_set(in->err, ERR_USAGE, "'%s' is no date", given);
		return err_hint(in->err, "write it like 2027-01-12");
	}
	days = civil_to_days(day->year, day->month, day->day);
	is = civil_weekday(days);
	if (is == want)
		return 0;
	(void)err_set(in->err, ERR_USAGE,
		      "%s is a %s, and the first live session of a week is on "
		      "%s",
		      given, weekday_name(is), weekday_name(want));
	*day = civil_from_days(days + (want - is + 7) % 7);
	return err_hint(in->err, "--first-day %04d-%02d-%02d", day->year,
			day->month, day->day);
}

/* A cohort is called after the season it begins in, unless told otherwise. */
static void name_season(struct init *in, const struct civil *day)
{
	static const char *const seasons[] = { "winter", "spring", "summer",
					       "autumn" };
	const char *season = seasons[day->month % 12 / 3];
	int year = day->year + (day->month == 12);

	snprintf(in->id, sizeof(in->id), "%04d-%s", year, season);
	snprintf(in->name, sizeof(in->name), "Systems Rust, %s %04d", season,
		 year);
}

static int check_zone(const struct init *in)
{
	AUTO(strbuf_releasep) struct strbuf ignored = { 0 };

	if (!in->options->zone ||
	    zonefile_read(in->options->zone, &ignored, in->err) == 0)
		return 0;
	if (in->err->code != ERR_NOT_FOUND && in->err->code != ERR_FORMAT &&
	    in->err->code != ERR_UNSAFE)
		return (int)in->err->code;
	err_clear(in->err);
	(void)err_set(in->err, ERR_USAGE, "there is no time zone '%s'",
		      in->options->zone);
	return err_hint(in->err, "a name like America/Los_Angeles; "
				 "/usr/share/zoneinfo has them all");
}

static int apply_options(struct init *in)
{
	const struct init_options *o = in->options;
	const struct yaml_value day_value = { o->first_day, true };
	char seats[16];
	struct civil day;

	if (o->first_day) {
		if (check_first_day(in, &day) < 0)
			return (int)in->err->code;
		name_season(in, &day);
	}
	snprintf(seats, sizeof(seats), "%u", (unsigned)o->seats);
	if (check_zone(in) < 0 || set(in, "first_day", day_value) < 0 ||
	    set_text(in, "id", o->id || !in->id[0] ? o->id : in->id) < 0 ||
	    set_text(in, "name", o->name || !in->name[0] ? o->name : in->name) <
		    0 ||
	    set_text(in, "zone", o->zone) < 0 ||
	    (o->seats &&
	     set(in, "seats", (struct yaml_value){ seats, true }) < 0))
		return (int)in->err->code;
	return read_cohort(in, "the options");
}

static int render_readme(struct init *in)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	const struct cohort *c = in->cohort;
	char day[40];
	const struct render_var vars[] = {
		{ "id", c->id },
		{ "name", c->name },
		{ "first_day", day },
		{ "zone", c->zone },
	};

	snprintf(day, sizeof(day), "%s %04d-%02d-%02d",
		 weekday_name(civil_weekday(civil_to_days(c->first_day.year,
							  c->first_day.month,
							  c->first_day.day))),
		 c->first_day.year, c->first_day.month, c->first_day.day);
	if (render_text(files[4].shipped, strbuf_str(&in->text[4]),
			in->text[4].len, vars, ARRAY_LEN(vars), &out,
			in->err) < 0)
		return (int)in->err->code;
	strbuf_release(&in->text[4]);
	in->text[4] = out;
	out = (struct strbuf){ 0 };
	return 0;
}

int init_workspace(const char *dir, const struct init_options *options,
		   char **root, struct err *err)
{
	AUTO(init_releasep) struct init in = { .options = options, .err = err };
	struct new_file made[FILE_COUNT];
	char message[128];

	if (read_all(&in) < 0 || read_cohort(&in, files[0].shipped) < 0 ||
	    apply_options(&in) < 0 || render_readme(&in) < 0)
		return (int)err->code;
	for (size_t i = 0; i < FILE_COUNT; i++)
		made[i] = (struct new_file){ files[i].path,
					     strbuf_str(&in.text[i]),
					     in.text[i].len };
	snprintf(message, sizeof(message), "begin cohort %s", in.cohort->id);
	return workspace_create(dir, made, FILE_COUNT, strbuf_str(&in.hook),
				message, root, err);
}
