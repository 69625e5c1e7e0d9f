#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "crate/package/index.h"

void crate_index_release(struct crate_index *f)
{
	if (!f)
		return;
	arena_release(&f->arena);
	*f = (struct crate_index){ 0 };
}

static size_t count_lines(const char *bytes, size_t len)
{
	size_t lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += bytes[i] == '\n';
	return lines;
}

static int read_line(struct crate_index *f, const char *line, size_t len,
		     struct err *err)
{
	struct index_version *v = &f->versions[f->count];
	AUTO(arena_releasep) struct arena scratch = { 0 };
	const struct node *n = NULL;
	const char *name, *version, *sha256;
	int64_t format;

	if (json_read(line, len, "json", &scratch, &n, err) < 0 ||
	    node_int_or(n, "v", 0, INT64_MAX, 1, &format, err) < 0)
		return err->code;
	if (format > 2)
		return 0;
	if (node_str(n, "name", &name, err) < 0 ||
	    node_str(n, "vers", &version, err) < 0 ||
	    node_str(n, "cksum", &sha256, err) < 0 ||
	    node_bool_or(n, "yanked", false, &v->yanked, err) < 0)
		return err->code;
	v->name = arena_strdup(&f->arena, name);
	v->version = arena_strdup(&f->arena, version);
	v->sha256 = arena_strdup(&f->arena, sha256);
	if (!v->name || !v->version || !v->sha256)
		return err_nomem(err);
	f->count++;
	return 0;
}

static int read_lines(struct crate_index *f, const char *bytes, size_t len,
		      const char *file, struct err *err)
{
	size_t number = 0;

	while (len > 0) {
		const char *end = memchr(bytes, '\n', len);
		size_t line_len = end ? (size_t)(end - bytes) : len;
		size_t step = line_len + (end != NULL);

		number++;
		if (line_len > 0 && read_line(f, bytes, line_len, err) < 0)
			return err_context(err, "%s:%zu", file, number);
		bytes += step;
		len -= step;
	}
	return 0;
}

int crate_index_read(const char *bytes, size_t len, const char *file,
		     struct crate_index *out, struct err *err)
{
	size_t lines = len <= INDEX_FILE_MAX ? count_lines(bytes, len) : 0;
	struct crate_index f = { 0 };

	if (lines == 0 || lines > INDEX_VERSIONS_MAX)
		return err_set(err, ERR_LIMIT,
			       "%s: more than %d bytes or %d versions", file,
			       (int)INDEX_FILE_MAX, (int)INDEX_VERSIONS_MAX);
	f.versions = arena_calloc(&f.arena, lines, sizeof(*f.versions));
	if (!f.versions)
		(void)err_nomem(err);
	else
		(void)read_lines(&f, bytes, len, file, err);
	if (err->code) {
		crate_index_release(&f);
		return err->code;
	}
	*out = f;
	return 0;
}

static bool same_version(const char *a, const char *b)
{
	size_t len = strcspn(a, "+");

	return len == strcspn(b, "+") && memcmp(a, b, len) == 0;
}

const struct index_version *crate_index_find(const struct crate_index *f,
					     const char *version)
{
	for (size_t i = 0; i < f->count; i++) {
		if (same_version(f->versions[i].version, version))
			return &f->versions[i];
	}
	return NULL;
}

/* 1 if it is to be added, 0 if it is there, ERR_EXISTS if it differs. */
static int compare(const struct crate_index *f, const struct index_version *new,
		   struct err *err)
{
	const struct index_version *old = crate_index_find(f, new->version);

	if (f->count > 0 && strcmp(f->versions[0].name, new->name) != 0)
		return err_set(err, ERR_EXISTS,
			       "the name of '%s' is taken by '%s'", new->name,
			       f->versions[0].name);
	if (!old)
		return 1;
	if (strcmp(old->version, new->version) != 0)
		return err_set(err, ERR_EXISTS,
			       "'%s' has version %s already, which to a "
			       "registry is the same as %s",
			       new->name, old->version, new->version);
	if (strcmp(old->sha256, new->sha256) == 0)
		return 0;
	return err_set(err, ERR_EXISTS,
		       "'%s' has version %s already, with other bytes "
		       "(checksum %.12s, not %.12s)",
		       new->name, old->version, old->sha256, new->sha256);
}

int crate_index_add(const char *bytes, size_t len, const char *file,
		    const char *line, struct strbuf *out, struct err *err)
{
	AUTO(crate_index_releasep) struct crate_index old = { 0 };
	AUTO(crate_index_releasep) struct crate_index new = { 0 };
	int rc;

	if (crate_index_read(bytes, len, file, &old, err) < 0 ||
	    crate_index_read(line, strlen(line), "the new line", &new, err) < 0)
		return err->code;
	if (new.count != 1 || strchr(line, '\n'))
		return err_set(err, ERR_BUG, "'%.80s' is no line of an index",
			       line);
	rc = compare(&old, &new.versions[0], err);
	if (rc < 0)
		return rc;
	strbuf_add(out, bytes, len);
	if (rc > 0) {
		if (len > 0 && bytes[len - 1] != '\n')
			strbuf_addc(out, '\n');
		strbuf_adds(out, line);
		strbuf_addc(out, '\n');
	}
	return strbuf_check(out, err);
}
