#include "course/new.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "course/render.h"
#include "io/file.h"
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

/* The folder's last component, without trailing slashes. */
static int folder_name(const char *dir, char *out, size_t size, struct err *err)
{
	size_t len = strlen(dir), start;

	while (len > 0 && dir[len - 1] == '/')
		len--;
	start = len;
	while (start > 0 && dir[start - 1] != '/')
		start--;
	if (len == start || len - start >= size)
		return err_set(err, ERR_USAGE, "'%s' cannot name a crate", dir);
	memcpy(out, dir + start, len - start);
	out[len - start] = '\0';
	return 0;
}

/* "kov-ada", or "ada", in the folder's name: ada's. */
static int guess(enum artifact a, const char *dir, struct new_crate *out,
		 struct err *err)
{
	const char *prefix = artifact_crate_prefix(a);
	size_t len = strlen(prefix);
	char name[65];
	const char *handle = name;

	if (folder_name(dir, name, sizeof(name), err) < 0)
		return err->code;
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

/*
 * What goes into YAML and TOML strings must not end them.  A person's name goes
 * into plain text only, so it may have quotes, as some have.
 */
static int quotable(const char *what, const char *s, struct err *err)
{
	bool is_text = strcmp(what, "name") == 0;

	if (!strpbrk(s, is_text ? "\n\r\t" : "\"\\\n\r\t"))
		return 0;
	return err_set(err, ERR_FORMAT, "invitation: '%s' holds a %s", what,
		       is_text ? "control character"
			       : "quote, a backslash or a control character");
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
		{ "name", i ? i->name : c->handle },
		{ "cohort", i ? i->cohort : "" },
		{ "artifact", artifact_id(a) },
		{ "zone", i ? i->zone : "" },
		{ "due", i ? i->artifact[a].due : "" },
		{ "repository", i ? i->repository : "" },
		{ "year", year },
		{ "license", "MIT OR Apache-2.0" },
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
	for (size_t k = 0; k < ARRAY_LEN(own); k++) {
		if (quotable(own[k].key, own[k].value, err) < 0)
			return err->code;
	}
	snprintf(template_name, sizeof(template_name), "templates/%s",
		 artifact_id(a));
	return render_tree(template_name, dir, own, ARRAY_LEN(own), err);
}

int new_crate(enum artifact a, const char *dir, const char *invite,
	      struct new_crate *out, struct err *err)
{
	AUTO(invite_freep) struct invite *i = NULL;
	struct new_crate c = { .is_invited = invite != NULL };

	if (invite) {
		if (read_invite(invite, &i, err) < 0)
			return err->code;
		snprintf(c.handle, sizeof(c.handle), "%s", i->handle);
		snprintf(c.crate, sizeof(c.crate), "%s", i->artifact[a].crate);
	} else if (guess(a, dir, &c, err) < 0) {
		return err->code;
	}
	if (render(a, dir, &c, i, err) < 0)
		return err->code;
	*out = c;
	return 0;
}
