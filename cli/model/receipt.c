#include "model/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "model/handle.h"

enum {
	SCHEMA = 1,
	ID_DIGITS = 8,
	OID_DIGITS = 40
};

int receipt_message(const char *cohort, const char *handle, enum artifact a,
		    const char *crate, const char *version, struct strbuf *out,
		    struct err *err)
{
	strbuf_addf(out,
		    "%s %s\n\ncohort: %s\nhandle: %s\nartifact: %s\n"
		    "crate: %s\nversion: %s\n",
		    crate, version, cohort, handle, artifact_id(a), crate,
		    version);
	return strbuf_check(out, err);
}

/* ---- reading a tag object: headers, an empty line, the message */

/* What follows "KEY" and a space at the beginning of a line before END. */
static const char *header(struct arena *a, const char *object, const char *end,
			  const char *key)
{
	size_t len = strlen(key);

	for (const char *p = object; p < end;) {
		size_t line = strcspn(p, "\n");

		if (line > len && memcmp(p, key, len) == 0 && p[len] == ' ')
			return arena_strndup(a, p + len + 1, line - len - 1);
		p += line + 1;
	}
	return NULL;
}

/* The value of "KEY: " in the message. */
static const char *field(struct arena *a, const char *message, const char *key)
{
	char start[32];
	const char *at;

	snprintf(start, sizeof(start), "\n%s: ", key);
	at = strstr(message, start);
	if (!at)
		return NULL;
	at += strlen(start);
	return arena_strndup(a, at, strcspn(at, "\n"));
}

static bool is_oid(const char *s)
{
	return s && strlen(s) == OID_DIGITS &&
	       strspn(s, "0123456789abcdef") == OID_DIGITS;
}

/* "Ada <ada@x> 1806000000 -0800": the instant before the zone. */
static const char *tagged_at(struct arena *a, const char *tagger)
{
	const char *zone = tagger ? strrchr(tagger, ' ') : NULL;
	const char *start = zone;
	char stamp[CLOCK_STAMP_SIZE];
	uint64_t t;

	if (!zone)
		return NULL;
	while (start > tagger && start[-1] != ' ')
		start--;
	if (!parse_u64_n(start, (size_t)(zone - start), &t) || t > INT64_MAX)
		return NULL;
	stamp_format((int64_t)t, stamp);
	return arena_strdup(a, stamp);
}

static bool fill_fields(struct receipt *r, const char *message)
{
	const char *artifact = field(&r->arena, message, "artifact");

	r->cohort = field(&r->arena, message, "cohort");
	r->handle = field(&r->arena, message, "handle");
	r->crate = field(&r->arena, message, "crate");
	r->version = field(&r->arena, message, "version");
	return r->cohort && r->handle && r->crate && r->version && artifact &&
	       artifact_parse(artifact, &r->artifact) &&
	       handle_is_valid(r->handle);
}

static bool fill(struct receipt *r, const char *tag_object)
{
	const char *end = strstr(r->object, "\n\n");
	const char *type;

	if (!end)
		return false;
	type = header(&r->arena, r->object, end, "type");
	r->commit = header(&r->arena, r->object, end, "object");
	r->tag = header(&r->arena, r->object, end, "tag");
	r->tagged_at = tagged_at(&r->arena,
				 header(&r->arena, r->object, end, "tagger"));
	r->tag_object = arena_strdup(&r->arena, tag_object);
	if (!type || strcmp(type, "commit") != 0 || !is_oid(r->commit) ||
	    !r->tag || !r->tagged_at || !is_oid(r->tag_object) ||
	    !fill_fields(r, end + 1))
		return false;
	snprintf(r->id, sizeof(r->id), "R-%s-%s-%.24s-%.*s", r->handle,
		 artifact_id(r->artifact), r->version, ID_DIGITS,
		 r->tag_object);
	return true;
}

int receipt_from_tag(const char *object, size_t len, const char *tag_object,
		     struct receipt **out, struct err *err)
{
	AUTO(receipt_freep) struct receipt *r = calloc(1, sizeof(*r));

	if (!r)
		return err_nomem(err);
	if (len > RECEIPT_OBJECT_MAX || memchr(object, '\0', len) ||
	    !text_is_utf8(object, len))
		return err_set(err, ERR_FORMAT,
			       "the tag is not one that 'cohort submit' makes");
	r->object = arena_strndup(&r->arena, object, len);
	if (!r->object)
		return err_nomem(err);
	if (!fill(r, tag_object))
		return err_set(err, ERR_FORMAT,
			       "the tag is not one that 'cohort submit' makes");
	*out = r;
	r = NULL;
	return 0;
}

void receipt_free(struct receipt *r)
{
	if (!r)
		return;
	arena_release(&r->arena);
	free(r);
}

/* ---- its file */

int receipt_write(const struct receipt *r, struct strbuf *out, struct err *err)
{
	AUTO(json_decrefp)
	json_t *view = json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
		"schema", SCHEMA, "receipt", r->id, "cohort", r->cohort,
		"handle", r->handle, "artifact", artifact_id(r->artifact),
		"crate", r->crate, "version", r->version, "tag", r->tag,
		"commit", r->commit, "tag_object", r->tag_object, "tagged_at",
		r->tagged_at, "object", r->object);

	if (!view)
		return err_nomem(err);
	return json_write(view, out, err);
}

static const char *const keys[] = { "schema",	  "receipt",   "cohort",
				    "handle",	  "artifact",  "crate",
				    "version",	  "tag",       "commit",
				    "tag_object", "tagged_at", "object" };

static int read_head(const struct node *root, struct err *err)
{
	int64_t schema;

	if (node_int(root, "schema", 1, INT32_MAX, &schema, err) < 0)
		return err->code;
	if (schema > SCHEMA) {
		(void)node_err(root, err, ERR_FORMAT,
			       "schema %lld is newer than this cohort knows",
			       (long long)schema);
		return err_hint(err, "install a newer cohort");
	}
	return node_only(root, keys, ARRAY_LEN(keys), err);
}

/* The value of KEY, copied; all of a receipt's are strings. */
static int take(struct receipt *r, const struct node *root, const char *key,
		const char **out, struct err *err)
{
	const char *s = NULL;

	if (node_str(root, key, &s, err) < 0)
		return err->code;
	*out = arena_strdup(&r->arena, s);
	return *out ? 0 : err_nomem(err);
}

int receipt_read(const struct node *root, struct receipt **out, struct err *err)
{
	AUTO(receipt_freep) struct receipt *r = calloc(1, sizeof(*r));
	const char *id = NULL, *artifact = NULL;

	if (!r)
		return err_nomem(err);
	if (read_head(root, err) < 0 ||
	    node_str(root, "receipt", &id, err) < 0 ||
	    take(r, root, "cohort", &r->cohort, err) < 0 ||
	    take(r, root, "handle", &r->handle, err) < 0 ||
	    node_str(root, "artifact", &artifact, err) < 0 ||
	    take(r, root, "crate", &r->crate, err) < 0 ||
	    take(r, root, "version", &r->version, err) < 0 ||
	    take(r, root, "tag", &r->tag, err) < 0 ||
	    take(r, root, "commit", &r->commit, err) < 0 ||
	    take(r, root, "tag_object", &r->tag_object, err) < 0 ||
	    take(r, root, "tagged_at", &r->tagged_at, err) < 0 ||
	    take(r, root, "object", &r->object, err) < 0)
		return err->code;
	if (!artifact_parse(artifact, &r->artifact))
		return err_set(err, ERR_FORMAT, "there is no artifact '%s'",
			       artifact);
	if (strlen(id) >= sizeof(r->id))
		return err_set(err, ERR_FORMAT, "the receipt's id is too long");
	memcpy(r->id, id, strlen(id) + 1);
	*out = r;
	r = NULL;
	return 0;
}

/* ---- does it hold? */

static int same(const char *what, const char *said, const char *is,
		struct err *err)
{
	if (strcmp(said, is) == 0)
		return 0;
	return err_set(err, ERR_REFUSED,
		       "the receipt says %s '%s', but its tag says '%s'", what,
		       said, is);
}

int receipt_check(const struct receipt *r, const char *object_name,
		  struct err *err)
{
	AUTO(receipt_freep) struct receipt *is = NULL;

	if (strcmp(r->tag_object, object_name) != 0)
		return err_set(err, ERR_REFUSED,
			       "the receipt's tag is %.12s, but its text "
			       "hashes to %.12s: it was changed",
			       r->tag_object, object_name);
	if (receipt_from_tag(r->object, strlen(r->object), r->tag_object, &is,
			     err) < 0) {
		if (err->code == ERR_FORMAT)
			err->code = ERR_REFUSED;
		return err->code;
	}
	if (same("receipt", r->id, is->id, err) < 0 ||
	    same("cohort", r->cohort, is->cohort, err) < 0 ||
	    same("handle", r->handle, is->handle, err) < 0 ||
	    same("artifact", artifact_id(r->artifact),
		 artifact_id(is->artifact), err) < 0 ||
	    same("crate", r->crate, is->crate, err) < 0 ||
	    same("version", r->version, is->version, err) < 0 ||
	    same("tag", r->tag, is->tag, err) < 0 ||
	    same("commit", r->commit, is->commit, err) < 0)
		return err->code;
	return same("time", r->tagged_at, is->tagged_at, err);
}
