#include "course/render.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/path.h"
#include "base/share.h"
#include "base/str.h"
#include "io/aside.h"
#include "io/file.h"

enum {
	TEMPLATE_MAX = 4 << 20,
	DEPTH_MAX = 16
};

struct render {
	const struct render_var *vars;
	size_t count;
	struct err *err;
};

static const char *value_of(const struct render_var *vars, size_t count,
			    const char *key, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(vars[i].key) == len &&
		    memcmp(vars[i].key, key, len) == 0)
			return vars[i].value;
	}
	return NULL;
}

static size_t line_of(const char *text, const char *at)
{
	size_t line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* What is rendered, and from where. */
struct source {
	const char *name;
	const char *text;
	const char *end;
	const struct render_var *vars;
	size_t count;
};

/*
 * The marker at OPEN, "{{key}}" or "{{?key}}": its value, and where it ends.
 * NULL for a key that nobody knows.
 */
static const char *read_marker(const struct source *s, const char *open,
			       const char **after)
{
	const char *key = open + 2 + (open[2] == '?');
	const char *close = strstr(key, "}}");

	if (!close)
		return NULL;
	*after = close + 2;
	return value_of(s->vars, s->count, key, (size_t)(close - key));
}

static const char *next_line(const struct source *s, const char *p)
{
	const char *end = memchr(p, '\n', (size_t)(s->end - p));

	return end ? end + 1 : s->end;
}

int render_text(const char *name, const char *text, size_t len,
		const struct render_var *vars, size_t count, struct strbuf *out,
		struct err *err)
{
	const struct source s = { name, text, text + len, vars, count };
	const char *p = text;

	while (p < s.end) {
		const char *open = strstr(p, "{{"), *after, *value;

		if (!open) {
			strbuf_add(out, p, (size_t)(s.end - p));
			break;
		}
		strbuf_add(out, p, (size_t)(open - p));
		value = read_marker(&s, open, &after);
		if (!value)
			return err_set(err, ERR_BUG,
				       "%s:%zu: unknown marker '%.32s'", name,
				       line_of(text, open), open);
		if (open[2] != '?')
			strbuf_adds(out, value);
		p = open[2] == '?' && !*value ? next_line(&s, open) : after;
	}
	return strbuf_check(out, err);
}

/* "dot-gitignore.in" is written as ".gitignore". */
static int render_name(struct render *r, const char *name, struct strbuf *out)
{
	static const char dot[] = "dot-", suffix[] = ".in";
	size_t len;

	if (strncmp(name, dot, sizeof(dot) - 1) == 0) {
		strbuf_addc(out, '.');
		name += sizeof(dot) - 1;
	}
	if (render_text(name, name, strlen(name), r->vars, r->count, out,
			r->err) < 0)
		return r->err->code;
	len = sizeof(suffix) - 1;
	if (out->len > len &&
	    strcmp(strbuf_str(out) + out->len - len, suffix) == 0)
		strbuf_truncate(out, out->len - len);
	return 0;
}

static int render_file(struct render *r, const char *from, const char *to)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct stat st;

	if (file_read(from, TEMPLATE_MAX, &text, r->err) < 0 ||
	    render_text(from, strbuf_str(&text), text.len, r->vars, r->count,
			&out, r->err) < 0)
		return r->err->code;
	if (stat(from, &st) != 0)
		return err_errno(r->err, errno, "read", from);
	return file_write(to, strbuf_str(&out), out.len,
			  st.st_mode & S_IXUSR ? 0755 : 0644, r->err);
}

static int render_dir(struct render *r, const char *from, const char *to,
		      int depth);

static int render_entry(struct render *r, const char *from, const char *to,
			const char *name, int depth)
{
	AUTO(strbuf_releasep) struct strbuf source = { 0 };
	AUTO(strbuf_releasep) struct strbuf target = { 0 };
	AUTO(strbuf_releasep) struct strbuf own = { 0 };

	if (render_name(r, name, &own) < 0)
		return r->err->code;
	path_join(&source, from, name);
	path_join(&target, to, strbuf_str(&own));
	if (strbuf_check(&source, r->err) < 0 ||
	    strbuf_check(&target, r->err) < 0)
		return r->err->code;
	if (file_is_dir(strbuf_str(&source)))
		return render_dir(r, strbuf_str(&source), strbuf_str(&target),
				  depth + 1);
	return render_file(r, strbuf_str(&source), strbuf_str(&target));
}

static int render_dir(struct render *r, const char *from, const char *to,
		      int depth)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };

	if (depth > DEPTH_MAX)
		return err_set(r->err, ERR_LIMIT,
			       "template nests more than %d deep", DEPTH_MAX);
	if (file_make_dirs(to, r->err) < 0 ||
	    file_names_read(from, &names, r->err) < 0)
		return r->err->code;
	for (size_t i = 0; i < names.count; i++) {
		if (render_entry(r, from, to, names.items[i], depth) < 0)
			return r->err->code;
	}
	return 0;
}

static int parent_of(const char *dir, struct strbuf *out, struct err *err)
{
	size_t len = strlen(dir);
	size_t base;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	base = len;
	while (base > 0 && dir[base - 1] != '/')
		base--;
	if (base == 0)
		strbuf_adds(out, ".");
	else
		strbuf_add(out, dir, base > 1 ? base - 1 : 1);
	return strbuf_check(out, err);
}

static int must_be_free(const char *dir, struct err *err)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };

	if (!file_exists(dir))
		return 0;
	if (!file_is_dir(dir))
		return err_set(err, ERR_EXISTS, "'%s' exists", dir);
	if (file_names_read(dir, &names, err) < 0)
		return err->code;
	if (names.count > 0)
		return err_set(err, ERR_EXISTS, "'%s' is not empty", dir);
	return 0;
}

/* Made aside, so that DIR is there whole or not at all. */
static int render_aside(struct render *r, const char *source,
			const char *parent, const char *dir)
{
	AUTO(aside_releasep) struct aside aside = { 0 };

	if (file_make_dirs(parent, r->err) < 0 ||
	    aside_make(parent, ".cohort-new.", &aside, r->err) < 0 ||
	    render_dir(r, source, aside.path, 0) < 0)
		return r->err->code;
	if (chmod(aside.path, 0755) != 0 || rename(aside.path, dir) != 0)
		return err_errno(r->err, errno, "make", dir);
	return file_sync_dir(parent, r->err);
}

int render_tree(const char *template_name, const char *dir,
		const struct render_var *vars, size_t count, struct err *err)
{
	struct render r = { vars, count, err };
	AUTO(strbuf_releasep) struct strbuf parent = { 0 };
	AUTO(str_freep) char *source = NULL;

	if (must_be_free(dir, err) < 0 || parent_of(dir, &parent, err) < 0 ||
	    share_path(template_name, &source, err) < 0)
		return err->code;
	return render_aside(&r, source, strbuf_str(&parent), dir);
}
