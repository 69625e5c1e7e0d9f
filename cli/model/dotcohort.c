#include "model/dotcohort.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/parse.h"
#include "base/schema.h"
#include "base/strbuf.h"
#include "model/handle.h"

enum {
	SCHEMA = 1,
	CRATE_NAME_MAX = 64,
	ALLOWED_LETTERS = 52 /* where the digits begin in what is allowed */
};

/* KEY of MAP, copied; "" where it may be missing. */
static int copy_str(struct arena *a, const struct node *map, const char *key,
		    const char *fallback, const char **out, struct err *err)
{
	size_t max = strcmp(key, "repository") == 0 ? DOTCOHORT_URL_MAX
						    : DOTCOHORT_TEXT_MAX;
	const char *s = NULL;
	int rc = fallback ? node_str_or(map, key, fallback, &s, err)
			  : node_str(map, key, &s, err);

	if (rc < 0)
		return rc;
	if (strlen(s) > max)
		return node_err(node_get(map, key), err, ERR_FORMAT,
				"'%s' is longer than %zu bytes", key, max);
	/* they go on into a tag's lines, and into files of other kinds */
	for (const char *p = s; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return node_err(node_get(map, key), err, ERR_FORMAT,
					"'%s' has a control character in it",
					key);
	}
	*out = arena_strdup(a, s);
	return *out ? 0 : err_nomem(err);
}

static int check_handle(const struct node *map, const char *handle,
			struct err *err)
{
	if (handle_is_valid(handle))
		return 0;
	return node_err(node_get(map, "handle"), err, ERR_FORMAT,
			"'%s' is not a handle: lower-case letters, digits and "
			"'-'",
			handle);
}

/* As crates.io has them; it folds case and '_' itself. */
static int copy_crate(struct arena *a, const struct node *map, const char **out,
		      struct err *err)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_";
	const char *s;

	if (copy_str(a, map, "crate", NULL, out, err) < 0)
		return err->code;
	s = *out;
	if (strspn(s, allowed) == strlen(s) && strlen(s) <= CRATE_NAME_MAX &&
	    strcspn(s, allowed + ALLOWED_LETTERS) > 0)
		return 0;
	return node_err(node_get(map, "crate"), err, ERR_FORMAT,
			"'%s' is no crate's name: a letter, then letters, "
			"digits, '-' and '_', at most %d",
			s, CRATE_NAME_MAX);
}

static int read_artifact(const struct node *root, enum artifact *out,
			 struct err *err)
{
	const char *id = NULL;

	if (node_str(root, "artifact", &id, err) < 0)
		return err->code;
	if (!artifact_parse(id, out))
		return node_err(node_get(root, "artifact"), err, ERR_FORMAT,
				"'artifact' must be artifact_01, artifact_02 "
				"or artifact_03, not '%s'",
				id);
	return 0;
}

int dotcohort_read(const struct node *root, struct dotcohort **out,
		   struct err *err)
{
	static const char *const keys[] = { "schema",	"cohort", "handle",
					    "artifact", "crate",  "zone",
					    "due" };
	AUTO(dotcohort_freep) struct dotcohort *d = calloc(1, sizeof(*d));

	if (!d)
		return err_nomem(err);
	if (schema_version(root, SCHEMA, err) < 0 ||
	    node_only(root, keys, ARRAY_LEN(keys), err) < 0 ||
	    copy_str(&d->arena, root, "cohort", "", &d->cohort, err) < 0 ||
	    copy_str(&d->arena, root, "handle", NULL, &d->handle, err) < 0 ||
	    check_handle(root, d->handle, err) < 0 ||
	    read_artifact(root, &d->artifact, err) < 0 ||
	    copy_crate(&d->arena, root, &d->crate, err) < 0 ||
	    copy_str(&d->arena, root, "zone", "", &d->zone, err) < 0 ||
	    copy_str(&d->arena, root, "due", "", &d->due, err) < 0)
		return err->code;
	*out = d;
	d = NULL;
	return 0;
}

void dotcohort_free(struct dotcohort *d)
{
	if (!d)
		return;
	arena_release(&d->arena);
	free(d);
}

/* Two digits at S that make a number below BELOW. */
static bool two_digits(const char *s, uint64_t below, int *out)
{
	uint64_t n;

	if (!parse_u64_n(s, 2, &n) || n >= below)
		return false;
	*out = (int)n;
	return true;
}

bool dotcohort_due(const struct dotcohort *d, struct civil *out,
		   const char **zone)
{
	enum {
		DATE = 10, /* "2027-02-07" */
		CLOCK = DATE + 1,
		ZONE = CLOCK + 6
	};
	const char *due = d->due;
	struct civil c = { 0 };
	char date[DATE + 1];

	if (strlen(due) <= ZONE || due[DATE] != ' ' || due[CLOCK + 2] != ':' ||
	    due[ZONE - 1] != ' ')
		return false;
	memcpy(date, due, DATE);
	date[DATE] = '\0';
	if (!civil_parse_date(date, &c) ||
	    !two_digits(due + CLOCK, 24, &c.hour) ||
	    !two_digits(due + CLOCK + 3, 60, &c.minute))
		return false;
	c.second = 59;
	*out = c;
	*zone = due + ZONE;
	return true;
}

static int read_invited(struct invite *i, const struct node *root,
			enum artifact a, struct err *err)
{
	static const char *const keys[] = { "crate", "due" };
	const struct node *map = NULL;

	if (node_map(root, artifact_id(a), &map, err) < 0)
		return err->code;
	if (!map)
		return node_err(root, err, ERR_FORMAT, "'%s' is missing",
				artifact_id(a));
	if (node_only(map, keys, ARRAY_LEN(keys), err) < 0 ||
	    copy_crate(&i->arena, map, &i->artifact[a].crate, err) < 0)
		return err->code;
	return copy_str(&i->arena, map, "due", "", &i->artifact[a].due, err);
}

static int read_invite(struct invite *i, const struct node *root,
		       struct err *err)
{
	static const char *const keys[] = { "schema",	   "cohort",
					    "handle",	   "name",
					    "zone",	   "repository",
					    "artifact_01", "artifact_02",
					    "artifact_03" };

	if (schema_version(root, SCHEMA, err) < 0 ||
	    node_only(root, keys, ARRAY_LEN(keys), err) < 0 ||
	    copy_str(&i->arena, root, "cohort", NULL, &i->cohort, err) < 0 ||
	    copy_str(&i->arena, root, "handle", NULL, &i->handle, err) < 0 ||
	    check_handle(root, i->handle, err) < 0 ||
	    copy_str(&i->arena, root, "name", NULL, &i->name, err) < 0 ||
	    copy_str(&i->arena, root, "zone", "", &i->zone, err) < 0 ||
	    copy_str(&i->arena, root, "repository", "", &i->repository, err) <
		    0)
		return err->code;
	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		if (read_invited(i, root, (enum artifact)a, err) < 0)
			return err->code;
	}
	return 0;
}

int invite_read(const struct node *root, struct invite **out, struct err *err)
{
	AUTO(invite_freep) struct invite *i = calloc(1, sizeof(*i));

	if (!i)
		return err_nomem(err);
	if (read_invite(i, root, err) < 0)
		return err->code;
	*out = i;
	i = NULL;
	return 0;
}

void invite_free(struct invite *i)
{
	if (!i)
		return;
	arena_release(&i->arena);
	free(i);
}

/* JSON's strings are YAML's double-quoted ones, escapes and all. */
static void add_line(struct strbuf *out, const char *indent, const char *key,
		     const char *value, struct err *err)
{
	AUTO(json_decrefp) json_t *s = json_string(value);

	strbuf_addf(out, "%s%s: ", indent, key);
	if (!s || err->code || json_write_line(s, out, err) < 0)
		return;
	strbuf_addc(out, '\n');
}

int invite_write(const struct invite *i, struct strbuf *out, struct err *err)
{
	strbuf_adds(out, "# Keep this file; `cohort new ARTIFACT DIR --invite "
			 "FILE` fills your crates from it.\n");
	strbuf_addf(out, "schema: %d\n", SCHEMA);
	add_line(out, "", "cohort", i->cohort, err);
	add_line(out, "", "handle", i->handle, err);
	add_line(out, "", "name", i->name, err);
	add_line(out, "", "zone", i->zone, err);
	add_line(out, "", "repository", i->repository, err);
	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		strbuf_addf(out, "%s:\n", artifact_id((enum artifact)a));
		add_line(out, "  ", "crate", i->artifact[a].crate, err);
		add_line(out, "  ", "due", i->artifact[a].due, err);
	}
	return err->code ? err->code : strbuf_check(out, err);
}
