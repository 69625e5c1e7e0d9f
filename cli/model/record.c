#include "model/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/schema.h"
#include "base/semver.h"
#include "model/handle.h"

enum {
	GATES_MAX = 64
};

static const char *const verdicts[] = { "pass", "fail", "skipped", "error" };

const char *verdict_name(enum verdict v)
{
	return verdicts[v];
}

bool verdict_parse(const char *s, enum verdict *out)
{
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		if (strcmp(s, verdicts[i]) == 0) {
			*out = (enum verdict)i;
			return true;
		}
	}
	return false;
}

int record_new(enum artifact a, const char *handle, struct record **out,
	       struct err *err)
{
	struct record *r = calloc(1, sizeof(*r));

	if (!r)
		return err_nomem(err);
	r->artifact = a;
	r->handle = arena_strdup(&r->arena, handle);
	r->check.at = r->conformance.at = RECORD_NEVER;
	if (!r->handle) {
		record_free(r);
		return err_nomem(err);
	}
	*out = r;
	return 0;
}

void record_free(struct record *r)
{
	if (!r)
		return;
	arena_release(&r->arena);
	free(r);
}

/* ---- changing */

/* A copy in the arena; "" for NULL.  Clears *OK without memory. */
static const char *keep(struct record *r, const char *s, bool *ok)
{
	const char *own = arena_strdup(&r->arena, s ? s : "");

	*ok = *ok && own;
	return own;
}

/*
 * The arena has no realloc: an array of COUNT elements is copied into a bigger
 * one when COUNT is a power of two, so appending stays cheap.
 */
static void *room_for_one(struct record *r, void *items, size_t count,
			  size_t size)
{
	size_t cap = count ? count * 2 : 2;
	void *grown;

	if (count > 1 && (count & (count - 1)) != 0)
		return items;
	if (count == 1)
		return items; /* the first room was for two */
	grown = arena_calloc(&r->arena, cap, size);
	if (grown && count)
		memcpy(grown, items, count * size);
	return grown;
}

int record_add_submission(struct record *r, const struct submission *s,
			  struct err *err)
{
	struct submission *grown = room_for_one(
		r, r->submissions, r->submission_count, sizeof(*grown));
	struct submission own = *s;
	bool ok = grown != NULL;

	own.tag = keep(r, s->tag, &ok);
	own.version = keep(r, s->version, &ok);
	if (!ok)
		return err_nomem(err);
	r->submissions = grown;
	r->submissions[r->submission_count++] = own;
	return 0;
}

int record_add_publication(struct record *r, const struct publication *p,
			   struct err *err)
{
	struct publication *grown = room_for_one(
		r, r->publications, r->publication_count, sizeof(*grown));
	struct publication own = *p;
	bool ok = grown != NULL;

	own.registry = keep(r, p->registry, &ok);
	own.crate = keep(r, p->crate, &ok);
	own.version = keep(r, p->version, &ok);
	if (!ok)
		return err_nomem(err);
	r->publications = grown;
	r->publications[r->publication_count++] = own;
	return 0;
}

int record_set_check(struct record *r, const struct check *c, struct err *err)
{
	struct check own = *c;
	bool ok = true;

	own.gates = arena_calloc(&r->arena, c->gate_count, sizeof(*own.gates));
	if (!own.gates)
		return err_nomem(err);
	for (size_t i = 0; i < c->gate_count; i++) {
		struct gate_result *g = &own.gates[i];

		*g = c->gates[i];
		g->gate = keep(r, g->gate, &ok);
		g->reason = keep(r, g->reason, &ok);
		g->tool = keep(r, g->tool, &ok);
	}
	if (!ok)
		return err_nomem(err);
	r->check = own;
	if (c->n > 0 && c->n <= r->submission_count) {
		r->submissions[c->n - 1].checked = true;
		r->submissions[c->n - 1].verdict = c->verdict;
	}
	return 0;
}

int record_set_conformance(struct record *r, const struct conformance *c,
			   struct err *err)
{
	struct conformance own = *c;
	bool ok = true;

	own.reason = keep(r, c->reason, &ok);
	if (!ok)
		return err_nomem(err);
	r->conformance = own;
	return 0;
}

/* ---- asking */

/* A is not above B; what is no version counts by its place alone. */
static bool precedes(const char *a, const char *b)
{
	struct semver va, vb;
	struct err ignored = { 0 };

	if (semver_parse(a, &va, &ignored) < 0 ||
	    semver_parse(b, &vb, &ignored) < 0)
		return true;
	return semver_compare(&va, &vb) <= 0;
}

const struct submission *record_baseline(const struct record *r,
					 const struct submission *of)
{
	const struct submission *best = NULL;

	for (size_t i = 0; i < r->submission_count; i++) {
		const struct submission *s = &r->submissions[i];

		if (s->moved_from != 0 ||
		    (s->checked && s->verdict == VERDICT_FAIL) ||
		    !precedes(s->version, of->version) ||
		    precedes(of->version, s->version))
			continue;
		if (!best || precedes(best->version, s->version))
			best = s;
	}
	return best;
}

const struct submission *record_current(const struct record *r)
{
	const struct submission *best = NULL;

	for (size_t i = 0; i < r->submission_count; i++) {
		const struct submission *s = &r->submissions[i];

		if (s->moved_from == 0 &&
		    (!best || precedes(best->version, s->version)))
			best = s;
	}
	return best;
}

const struct publication *record_publication(const struct record *r,
					     const char *registry,
					     const char *version)
{
	for (size_t i = r->publication_count; i > 0; i--) {
		const struct publication *p = &r->publications[i - 1];

		if (strcmp(p->version, version) == 0 &&
		    (!registry || strcmp(p->registry, registry) == 0))
			return p;
	}
	return NULL;
}

bool record_is_moved(const struct record *r)
{
	const struct submission *current = record_current(r);

	return current && current->gone_at != RECORD_NEVER;
}

/* ---- reading */

static int read_instant(const struct node *map, const char *key, int64_t *out,
			struct err *err)
{
	const char *s = NULL;

	if (node_str_or(map, key, NULL, &s, err) < 0)
		return err->code;
	if (!s) {
		*out = RECORD_NEVER;
		return 0;
	}
	if (!stamp_parse(s, out))
		return node_err(node_get(map, key), err, ERR_FORMAT,
				"'%s' is not an instant: '%s'", key, s);
	return 0;
}

/* SIZE - 1 hex digits, or nothing where that is allowed. */
static int read_hex(const struct node *map, const char *key, bool optional,
		    char *out, size_t size, struct err *err)
{
	const char *s = NULL;
	int rc = optional ? node_str_or(map, key, "", &s, err)
			  : node_str(map, key, &s, err);

	if (rc < 0)
		return rc;
	if (!(optional && !*s) && (strlen(s) != size - 1 ||
				   strspn(s, "0123456789abcdef") != size - 1))
		return node_err(node_get(map, key), err, ERR_FORMAT,
				"'%s' must be %zu hexadecimal digits", key,
				size - 1);
	memcpy(out, s, strlen(s) + 1);
	return 0;
}

static int read_u32(const struct node *map, const char *key, uint32_t *out,
		    struct err *err)
{
	int64_t value;

	if (node_int_or(map, key, 0, UINT32_MAX, 0, &value, err) < 0)
		return err->code;
	*out = (uint32_t)value;
	return 0;
}

static int read_verdict(const struct node *n, enum verdict *out,
			struct err *err)
{
	const char *s = NULL;

	if (node_str(n, "verdict", &s, err) < 0)
		return err->code;
	if (!verdict_parse(s, out))
		return node_err(node_get(n, "verdict"), err, ERR_FORMAT,
				"'%s' is not a verdict", s);
	return 0;
}

static int read_submission(struct record *r, const struct node *n,
			   struct err *err)
{
	static const char *const keys[] = { "n",
					    "tag",
					    "version",
					    "tag_object",
					    "commit",
					    "claimed_at",
					    "not_seen_at",
					    "first_seen_at",
					    "late_s",
					    "moved_from",
					    "gone_at",
					    "package_sha256",
					    "package_size",
					    "verdict" };
	struct submission s = { 0 };
	int64_t size = 0;

	if (n->kind != NODE_MAP)
		return node_err(n, err, ERR_FORMAT,
				"a submission must be a map");
	if (node_only(n, keys, ARRAY_LEN(keys), err) < 0 ||
	    read_u32(n, "n", &s.n, err) < 0 ||
	    node_str(n, "tag", &s.tag, err) < 0 ||
	    node_str(n, "version", &s.version, err) < 0 ||
	    read_hex(n, "tag_object", false, s.tag_object, sizeof(s.tag_object),
		     err) < 0 ||
	    read_hex(n, "commit", false, s.commit, sizeof(s.commit), err) < 0 ||
	    read_instant(n, "claimed_at", &s.claimed_at, err) < 0 ||
	    read_instant(n, "not_seen_at", &s.not_seen_at, err) < 0 ||
	    read_instant(n, "first_seen_at", &s.first_seen_at, err) < 0 ||
	    node_int_or(n, "late_s", 0, INT64_MAX, 0, &s.late_s, err) < 0 ||
	    read_u32(n, "moved_from", &s.moved_from, err) < 0 ||
	    read_instant(n, "gone_at", &s.gone_at, err) < 0 ||
	    read_hex(n, "package_sha256", true, s.package_sha256,
		     sizeof(s.package_sha256), err) < 0 ||
	    node_int_or(n, "package_size", 0, INT64_MAX, 0, &size, err) < 0)
		return err->code;
	if (s.n != r->submission_count + 1)
		return node_err(n, err, ERR_FORMAT,
				"submission %u stands where %zu should",
				(unsigned)s.n, r->submission_count + 1);
	s.package_size = (uint64_t)size;
	s.checked = node_get(n, "verdict") != NULL;
	if (s.checked && read_verdict(n, &s.verdict, err) < 0)
		return err->code;
	return record_add_submission(r, &s, err);
}

/* What a file is named after when the crate is published or released. */
static int read_name(const struct node *n, const char *key, const char **out,
		     struct err *err)
{
	if (node_str(n, key, out, err) < 0)
		return err->code;
	if (path_is_safe(*out) && !strchr(*out, '/'))
		return 0;
	return node_err(n, err, ERR_FORMAT,
			"'%s' cannot be part of a file's name: '%s'", key,
			*out);
}

static int read_publication(struct record *r, const struct node *n,
			    struct err *err)
{
	static const char *const keys[] = { "registry", "crate",  "version",
					    "sha256",	"commit", "at" };
	struct publication p = { 0 };

	if (n->kind != NODE_MAP)
		return node_err(n, err, ERR_FORMAT,
				"a publication must be a map");
	if (node_only(n, keys, ARRAY_LEN(keys), err) < 0 ||
	    node_str(n, "registry", &p.registry, err) < 0 ||
	    read_name(n, "crate", &p.crate, err) < 0 ||
	    read_name(n, "version", &p.version, err) < 0 ||
	    read_hex(n, "sha256", false, p.sha256, sizeof(p.sha256), err) < 0 ||
	    read_hex(n, "commit", false, p.commit, sizeof(p.commit), err) < 0 ||
	    read_instant(n, "at", &p.at, err) < 0)
		return err->code;
	return record_add_publication(r, &p, err);
}

static int read_gate(const struct node *n, struct gate_result *g,
		     struct err *err)
{
	static const char *const keys[] = { "gate", "verdict", "reason",
					    "tool", "deny",    "warn" };

	if (n->kind != NODE_MAP)
		return node_err(n, err, ERR_FORMAT, "a gate must be a map");
	if (node_only(n, keys, ARRAY_LEN(keys), err) < 0 ||
	    node_str(n, "gate", &g->gate, err) < 0 ||
	    read_verdict(n, &g->verdict, err) < 0 ||
	    node_str_or(n, "reason", "", &g->reason, err) < 0 ||
	    node_str_or(n, "tool", "", &g->tool, err) < 0 ||
	    read_u32(n, "deny", &g->deny, err) < 0)
		return err->code;
	return read_u32(n, "warn", &g->warn, err);
}

static int read_check(struct record *r, const struct node *n, struct err *err)
{
	static const char *const keys[] = { "n", "at", "verdict", "gates" };
	struct gate_result gates[GATES_MAX] = { 0 };
	struct check c = { .gates = gates };
	const struct node *list = NULL;

	if (node_only(n, keys, ARRAY_LEN(keys), err) < 0 ||
	    read_u32(n, "n", &c.n, err) < 0 ||
	    read_instant(n, "at", &c.at, err) < 0 ||
	    read_verdict(n, &c.verdict, err) < 0 ||
	    node_list(n, "gates", &list, err) < 0)
		return err->code;
	if (list && list->as.list.count > GATES_MAX)
		return node_err(list, err, ERR_LIMIT, "more than %d gates",
				GATES_MAX);
	for (; list && c.gate_count < list->as.list.count; c.gate_count++) {
		if (read_gate(list->as.list.items[c.gate_count],
			      &gates[c.gate_count], err) < 0)
			return err->code;
	}
	return record_set_check(r, &c, err);
}

static int read_conformance(struct record *r, const struct node *n,
			    struct err *err)
{
	static const char *const keys[] = { "n",      "at",	   "verdict",
					    "points", "of_points", "reason" };
	struct conformance c = { 0 };

	if (node_only(n, keys, ARRAY_LEN(keys), err) < 0 ||
	    read_u32(n, "n", &c.n, err) < 0 ||
	    read_instant(n, "at", &c.at, err) < 0 ||
	    read_verdict(n, &c.verdict, err) < 0 ||
	    read_u32(n, "points", &c.points, err) < 0 ||
	    read_u32(n, "of_points", &c.of_points, err) < 0 ||
	    node_str_or(n, "reason", "", &c.reason, err) < 0)
		return err->code;
	return record_set_conformance(r, &c, err);
}

typedef int read_item(struct record *r, const struct node *n, struct err *err);

static int read_each(struct record *r, const struct node *root, const char *key,
		     read_item *read, struct err *err)
{
	const struct node *list = NULL;

	if (node_list(root, key, &list, err) < 0)
		return err->code;
	for (size_t i = 0; list && i < list->as.list.count; i++) {
		if (read(r, list->as.list.items[i], err) < 0)
			return err->code;
	}
	return 0;
}

static int read_head(const struct node *root, struct record **out,
		     struct err *err)
{
	static const char *const keys[] = { "schema",	   "artifact",
					    "handle",	   "submissions",
					    "check",	   "validation",
					    "publications" };
	const char *id = NULL, *handle = NULL;
	enum artifact a;

	if (schema_version(root, RECORD_SCHEMA, err) < 0 ||
	    node_only(root, keys, ARRAY_LEN(keys), err) < 0 ||
	    node_str(root, "artifact", &id, err) < 0 ||
	    node_str(root, "handle", &handle, err) < 0)
		return err->code;
	if (!artifact_parse(id, &a) || strcmp(artifact_id(a), id) != 0)
		return node_err(root, err, ERR_FORMAT,
				"there is no artifact '%s'", id);
	if (!handle_is_valid(handle))
		return node_err(root, err, ERR_FORMAT, "'%s' is not a handle",
				handle);
	return record_new(a, handle, out, err);
}

int record_read(const struct node *root, struct record **out, struct err *err)
{
	AUTO(record_freep) struct record *r = NULL;
	const struct node *check = NULL, *validation = NULL;

	if (read_head(root, &r, err) < 0 ||
	    read_each(r, root, "submissions", read_submission, err) < 0 ||
	    read_each(r, root, "publications", read_publication, err) < 0 ||
	    node_map(root, "check", &check, err) < 0 ||
	    (check && read_check(r, check, err) < 0) ||
	    node_map(root, "validation", &validation, err) < 0 ||
	    (validation && read_conformance(r, validation, err) < 0))
		return err->code;
	*out = r;
	r = NULL;
	return 0;
}
