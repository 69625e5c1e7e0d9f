#include "course/new.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "course/render.h"
#include "io/file.h"
#include "io/git.h"
#include "io/yaml.h"
#include "model/dotcohort.h"
#include "model/handle.h"

enum {
	INVITE_MAX = 1 << 20
};

static int read_invite(const char *path, struct invite **out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;

	if (file_read(path, INVITE_MAX, &text, err) < 0)
		return err->code;
	if (yaml_read(strbuf_str(&text), text.len, path, &arena, &root, err) <
	    0)
		return err->code;
	return invite_read(root, out, err);
}

/* The folder's last component, without trailing slashes; not "." or "..". */
static int folder_name(const char *dir, char *out, size_t size, struct err *err)
{
	size_t len = strlen(dir), start;

	while (len > 0 && dir[len - 1] == '/')
		len--;
	start = len;
	while (start > 0 && dir[start - 1] != '/')
		start--;
	if (len == start || len - start >= size ||
	    strncmp(dir + start, "..", len - start) == 0)
		return err_set(err, ERR_USAGE, "'%s' cannot name a crate", dir);
	memcpy(out, dir + start, len - start);
	out[len - start] = '\0';
	return 0;
}

/* "kov-ada", or "ada", in the folder's NAME: ada's. */
static int guess(enum artifact a, const char *name, struct new_crate *out,
		 struct err *err)
{
	const char *prefix = artifact_crate_prefix(a);
	size_t len = strlen(prefix);
	const char *handle = name;

	if (strncmp(name, prefix, len) == 0 && name[len] == '-')
		handle = name + len + 1;
	if (!handle_is_valid(handle)) {
		(void)err_set(err, ERR_USAGE, "'%s' cannot name a crate", name);
		return err_hint(err,
				"name the folder %s-YOURHANDLE, or give "
				"--invite FILE",
				prefix);
	}
	snprintf(out->handle, sizeof(out->handle), "%.39s", handle);
	snprintf(out->crate, sizeof(out->crate), "%s-%.39s", prefix, handle);
	return 0;
}

/* What goes between quotes in YAML and TOML must not end them. */
static int check_quotable(const struct render_var *v, struct err *err)
{
	if (!strpbrk(v->value, "\"\\"))
		return 0;
	return err_set(err, ERR_FORMAT,
		       "invitation: '%s' has a quote or a backslash in it",
		       v->key);
}

static int render(enum artifact a, const char *dir, const struct new_crate *c,
		  const struct invite *i, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf ident = { 0 };
	char year[8];
	const struct render_var vars[] = {
		{ "crate_name", c->crate },
		{ "crate_ident", NULL },
		{ "handle", c->handle },
		{ "cohort", i ? i->cohort : "" },
		{ "artifact", artifact_id(a) },
		{ "zone", i ? i->zone : "" },
		{ "due", i ? i->artifact[a].due : "" },
		{ "repository", i ? i->repository : "" },
		{ "year", year },
		{ "license", "MIT OR Apache-2.0" },
		/* stands in texts alone, and may have any character */
		{ "name", i ? i->name : c->handle },
	};
	struct render_var own[ARRAY_LEN(vars)];
	char template_name[64];

	memcpy(own, vars, sizeof(own));
	for (const char *p = c->crate; *p; p++)
		strbuf_addc(&ident, *p == '-' ? '_' : *p);
	if (strbuf_check(&ident, err) < 0)
		return err->code;
	own[1].value = strbuf_str(&ident);
	snprintf(year, sizeof(year), "%d", civil_from_unix(clock_now()).year);
	for (size_t k = 0; k + 1 < ARRAY_LEN(own); k++) {
		if (check_quotable(&own[k], err) < 0)
			return err->code;
	}
	snprintf(template_name, sizeof(template_name), "templates/%s",
		 artifact_id(a));
	return render_tree(template_name, dir, own, ARRAY_LEN(own), err);
}

/* A second crate often goes beside the first. */
static bool is_in_repository(const char *dir)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	struct err ignored = { 0 };

	return repo_discover(dir, &repo, &ignored) == 0;
}

int new_crate(enum artifact a, const char *dir, const char *invite,
	      struct new_crate *out, struct err *err)
{
	AUTO(invite_freep) struct invite *i = NULL;
	struct new_crate c = { .is_invited = invite != NULL };
	char name[256];

	if (folder_name(dir, name, sizeof(name), err) < 0)
		return err->code;
	if (invite) {
		if (read_invite(invite, &i, err) < 0)
			return err->code;
		snprintf(c.handle, sizeof(c.handle), "%s", i->handle);
		snprintf(c.crate, sizeof(c.crate), "%s", i->artifact[a].crate);
		snprintf(c.repository, sizeof(c.repository), "%s",
			 i->repository);
	} else if (guess(a, name, &c, err) < 0) {
		return err->code;
	}
	if (render(a, dir, &c, i, err) < 0)
		return err->code;
	c.in_repository = is_in_repository(dir);
	*out = c;
	return 0;
}
