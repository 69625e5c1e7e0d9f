/* The person's own git configuration: who they are, and what they ignore. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "io/git_commit.h"
#include "io/git_internal.h"

enum {
	CONFIGS = 2
};

static bool is_absolute(const char *path)
{
	return path && path[0] == '/';
}

/* NAME below $XDG_CONFIG_HOME, else below ~/.config; false: neither is set. */
static bool xdg_path(const char *name, struct strbuf *out)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	if (is_absolute(xdg))
		path_join(out, xdg, name);
	else if (is_absolute(home))
		strbuf_addf(out, "%s/.config/%s", home, name);
	return out->len > 0 && strbuf_ok(out);
}

/* git-config(1): GIT_CONFIG_GLOBAL stands in for both files. */
static bool config_path(size_t n, struct strbuf *out)
{
	const char *instead = getenv("GIT_CONFIG_GLOBAL");
	const char *home = getenv("HOME");

	if (instead && n > 0)
		return false;
	if (n > 0)
		return xdg_path("git/config", out);
	if (instead)
		strbuf_adds(out, instead);
	else if (is_absolute(home))
		path_join(out, home, ".gitconfig");
	return out->len > 0 && strbuf_ok(out);
}

/* The one that counts more first; NULL if it is not there. */
static git_config *user_config(size_t n)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	git_config *config = NULL;

	if (!config_path(n, &path) || access(strbuf_str(&path), R_OK) < 0 ||
	    git_config_open_ondisk(&config, strbuf_str(&path)) < 0)
		return NULL;
	return config;
}

/* ---- who */

/* VALUE, cut between characters if it is too long. */
static void copy_cut(char *out, size_t size, const char *value)
{
	size_t len = strlen(value);

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)value[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(out, value, len);
	out[len] = '\0';
}

bool git_name_take(char *out, size_t size, const char *value)
{
	bool is_utf8;

	if (!value || !value[strspn(value, " \t\r\n")])
		return false;
	copy_cut(out, size, value + strspn(value, " \t\r\n"));
	is_utf8 = text_is_utf8(out, strlen(out));
	for (char *p = out; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '<' ||
		    *p == '>')
			*p = ' ';
		else if ((unsigned char)*p >= 0x80 && !is_utf8)
			*p = '?';
	}
	for (size_t len = strlen(out); len > 0 && out[len - 1] == ' '; len--)
		out[len - 1] = '\0';
	/* git takes these off both ends, and then nothing may be left */
	return out[strspn(out, " .,:;\"\\'")] != '\0';
}

static bool take_config(git_config *config, const char *key, char *out,
			size_t size)
{
	git_buf value = { 0 };
	bool taken = config &&
		     git_config_get_string_buf(&value, config, key) == 0 &&
		     git_name_take(out, size, value.ptr);

	git_buf_dispose(&value);
	return taken;
}

bool repo_identity(struct repo *r, struct repo_identity *out)
{
	AUTO(git_config_freep) git_config *own = NULL;
	AUTO(git_config_freep) git_config *first = user_config(0);
	AUTO(git_config_freep) git_config *second = user_config(1);
	git_config *configs[] = { NULL, first, second };
	bool named = git_name_take(out->name, sizeof(out->name),
				   getenv("GIT_AUTHOR_NAME"));
	bool mailed = git_name_take(out->email, sizeof(out->email),
				    getenv("GIT_AUTHOR_EMAIL"));

	if (git_repository_config(&own, r->raw) == 0)
		configs[0] = own;
	for (size_t i = 0; i < ARRAY_LEN(configs); i++) {
		named = named || take_config(configs[i], "user.name", out->name,
					     sizeof(out->name));
		mailed = mailed || take_config(configs[i], "user.email",
					       out->email, sizeof(out->email));
	}
	if (!named)
		snprintf(out->name, sizeof(out->name), "cohort");
	if (!mailed)
		snprintf(out->email, sizeof(out->email), "cohort@localhost");
	return named && mailed;
}

/* ---- what they ignore */

/* libgit2 would look for "~" in search paths that we have emptied. */
static void add_path(const char *path, struct strbuf *out)
{
	const char *home = getenv("HOME");

	if (path[0] == '/')
		strbuf_adds(out, path);
	else if (path[0] == '~' && path[1] == '/' && is_absolute(home))
		path_join(out, home, path + 2);
}

bool git_user_excludes(struct strbuf *out)
{
	for (size_t i = 0; i < CONFIGS; i++) {
		AUTO(git_config_freep) git_config *config = user_config(i);
		git_buf value = { 0 };

		if (config && git_config_get_string_buf(
				      &value, config, "core.excludesfile") == 0)
			add_path(value.ptr, out);
		git_buf_dispose(&value);
		if (out->len > 0)
			return strbuf_ok(out);
	}
	return xdg_path("git/ignore", out);
}
