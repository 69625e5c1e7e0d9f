#include "model/receipt.h"

#include <stdio.h>
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
	ID_DIGITS = 8,
	OID_DIGITS = 40
};

int receipt_message(const struct receipt *r, struct strbuf *out,
		    struct err *err)
{
	strbuf_addf(out,
		    "%s %s\n\ncohort: %s\nhandle: %s\nartifact: %s\n"
		    "crate: %s\nversion: %s\n",
		    r->crate, r->version, r->cohort, r->handle,
		    artifact_id(r->artifact), r->crate, r->version);
	if (r->previous && *r->previous)
		strbuf_addf(out, "previous: %s\n", r->previous);
	return strbuf_check(out, err);
}

/* ---- reading a tag object: headers, an empty line, the message */

struct reading {
	struct receipt *receipt;
	const char *message; /* with the newline before it */
	bool no_memory;
};

static const char *keep(struct reading *in, const char *s, size_t len)
{
	const char *copy = arena_strndup(&in->receipt->arena, s, len);

	if (!copy)
		in->no_memory = true;
	return copy;
}

/* What follows KEY and a space at the beginning of a header's line, or NULL. */
static const char *header(struct reading *in, const char *key)
{
	size_t len = strlen(key);

	for (const char *p = in->receipt->object; p < in->message;) {
		size_t line = strcspn(p, "\n");

		if (line > len && memcmp(p, key, len) == 0 && p[len] == ' ')
			return keep(in, p + len + 1, line - len - 1);
		p += line + 1;
	}
	return NULL;
}

/* The value of "KEY: " in the message, or NULL. */
static const char *field(struct reading *in, const char *key)
{
	char start[32];
	const char *at;

	snprintf(start, sizeof(start), "\n%s: ", key);
	at = strstr(in->message, start);
	if (!at)
		return NULL;
	at += strlen(start);
	return keep(in, at, strcspn(at, "\n"));
}

static bool is_oid(const char *s)
{
	return s && strlen(s) == OID_DIGITS &&
	       strspn(s, "0123456789abcdef") == OID_DIGITS;
}

/* Its id as it is written in files, not as people may type it. */
static bool is_artifact(const char *id, enum artifact *out)
{
	return artifact_parse(id, out) && strcmp(id, artifact_id(*out)) == 0;
}

/* "Ada <ada@x> 1806000000 -0800": the instant before the zone. */
static const char *tagged_at(struct reading *in)
{
	const char *tagger = header(in, "tagger");
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
	return keep(in, stamp, strlen(stamp));
}

/* The tag is of that version of that artifact. */
static bool fits_tag(const struct receipt *r)
{
	const char *version;
	enum artifact a;

	return strncmp(r->tag, "refs/", 5) != 0 &&
	       artifact_tag_parse(r->tag, &a, &version) && a == r->artifact &&
	       strcmp(version, r->version) == 0;
}

static bool fill_headers(struct reading *in)
{
	struct receipt *r = in->receipt;
	const char *type = header(in, "type");

	r->commit = header(in, "object");
	r->tag = header(in, "tag");
	r->tagged_at = tagged_at(in);
	return type && strcmp(type, "commit") == 0 && is_oid(r->commit) &&
	       r->tag && r->tagged_at;
}

static bool fill_fields(struct reading *in)
{
	struct receipt *r = in->receipt;
	const char *artifact = field(in, "artifact");
	const char *previous = field(in, "previous");

	r->cohort = field(in, "cohort");
	r->handle = field(in, "handle");
	r->crate = field(in, "crate");
	r->version = field(in, "version");
	r->previous = previous ? previous : "";
	return r->cohort && r->handle && r->crate && r->version && artifact &&
	       is_artifact(artifact, &r->artifact) &&
	       handle_is_valid(r->handle) && fits_tag(r) &&
	       (!previous || is_oid(previous));
}

static int not_ours(struct err *err)
{
	return err_set(err, ERR_FORMAT,
		       "the tag is not one that 'cohort submit' makes");
}

static int fill(struct receipt *r, const char *tag_object, struct err *err)
{
	const char *end = strstr(r->object, "\n\n");
	struct reading in = { .receipt = r, .message = end ? end + 1 : "" };
	bool is_ours = end && is_oid(tag_object) && fill_headers(&in) &&
		       fill_fields(&in);

	r->tag_object = keep(&in, tag_object, strlen(tag_object));
	if (in.no_memory)
		return err_nomem(err);
	if (!is_ours)
		return not_ours(err);
	snprintf(r->id, sizeof(r->id), "R-%s-%s-%.24s-%.*s", r->handle,
		 artifact_id(r->artifact), r->version, ID_DIGITS,
		 r->tag_object);
	return 0;
}

int receipt_from_tag(const char *object, size_t len, const char *tag_object,
		     struct receipt **out, struct err *err)
{
	AUTO(receipt_freep) struct receipt *r = calloc(1, sizeof(*r));

	if (!r)
		return err_nomem(err);
	if (len > RECEIPT_OBJECT_MAX || memchr(object, '\0', len) ||
	    !text_is_utf8(object, len))
		return not_ours(err);
	r->object = arena_strndup(&r->arena, object, len);
	if (!r->object)
		return err_nomem(err);
	if (fill(r, tag_object, err) < 0)
		return err->code;
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
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
		"s:s}",
		"schema", SCHEMA, "receipt", r->id, "cohort", r->cohort,
		"handle", r->handle, "artifact", artifact_id(r->artifact),
		"crate", r->crate, "version", r->version, "previous",
		r->previous, "tag", r->tag, "commit", r->commit, "tag_object",
		r->tag_object, "tagged_at", r->tagged_at, "object", r->object);

	if (!view)
		return err_nomem(err);
	return json_write(view, out, err);
}

static const char *const keys[] = { "schema",  "receipt",    "cohort",
				    "handle",  "artifact",   "crate",
				    "version", "previous",   "tag",
				    "commit",  "tag_object", "tagged_at",
				    "object" };

static int read_head(const struct node *root, struct err *err)
{
	if (schema_version(root, SCHEMA, err) < 0)
		return err->code;
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
	    take(r, root, "previous", &r->previous, err) < 0 ||
	    take(r, root, "tag", &r->tag, err) < 0 ||
	    take(r, root, "commit", &r->commit, err) < 0 ||
	    take(r, root, "tag_object", &r->tag_object, err) < 0 ||
	    take(r, root, "tagged_at", &r->tagged_at, err) < 0 ||
	    take(r, root, "object", &r->object, err) < 0)
		return err->code;
	if (!is_artifact(artifact, &r->artifact))
		return node_err(node_get(root, "artifact"), err, ERR_FORMAT,
				"there is no artifact '%s'", artifact);
	if (strlen(id) >= sizeof(r->id))
		return node_err(node_get(root, "receipt"), err, ERR_FORMAT,
				"the receipt's id is too long");
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
	    same("previous", r->previous, is->previous, err) < 0 ||
	    same("tag", r->tag, is->tag, err) < 0 ||
	    same("commit", r->commit, is->commit, err) < 0)
		return err->code;
	return same("time", r->tagged_at, is->tagged_at, err);
}
