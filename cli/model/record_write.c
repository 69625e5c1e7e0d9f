#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "model/record.h"

/* ---- writing: what is empty or has not happened is left out */

/* A JSON object being filled; a failure anywhere sticks. */
struct fill {
	json_t *into;
	bool *ok;
};

static void put(struct fill f, const char *key, json_t *value)
{
	if (json_object_set_new(f.into, key, value) < 0)
		*f.ok = false;
}

static void put_text(struct fill f, const char *key, const char *s)
{
	if (s && *s)
		put(f, key, json_string(s));
}

static void put_int(struct fill f, const char *key, int64_t value)
{
	if (value)
		put(f, key, json_integer(value));
}

static void put_instant(struct fill f, const char *key, int64_t t)
{
	char text[CLOCK_STAMP_SIZE];

	if (t == RECORD_NEVER)
		return;
	stamp_format(t, text);
	put(f, key, json_string(text));
}

/* An object at the end of LIST; LIST owns it. */
static struct fill append(json_t *list, bool *ok)
{
	struct fill f = { json_object(), ok };

	if (json_array_append_new(list, f.into) < 0) {
		f.into = NULL;
		*ok = false;
	}
	return f;
}

static void put_submission(struct fill f, const struct submission *s)
{
	put_int(f, "n", s->n);
	put_text(f, "tag", s->tag);
	put_text(f, "version", s->version);
	put_text(f, "tag_object", s->tag_object);
	put_text(f, "commit", s->commit);
	put_instant(f, "claimed_at", s->claimed_at);
	put_instant(f, "not_seen_at", s->not_seen_at);
	put_instant(f, "first_seen_at", s->first_seen_at);
	put_int(f, "late_s", s->late_s);
	put_int(f, "moved_from", s->moved_from);
	put_instant(f, "gone_at", s->gone_at);
	put_text(f, "package_sha256", s->package_sha256);
	put_int(f, "package_size", (int64_t)s->package_size);
	if (s->checked)
		put_text(f, "verdict", verdict_name(s->verdict));
}

static void put_publication(struct fill f, const struct publication *p)
{
	put_text(f, "registry", p->registry);
	put_text(f, "crate", p->crate);
	put_text(f, "version", p->version);
	put_text(f, "sha256", p->sha256);
	put_text(f, "commit", p->commit);
	put_instant(f, "at", p->at);
}

static void put_check(struct fill f, const struct check *c)
{
	json_t *gates = json_array();

	put_int(f, "n", c->n);
	put_instant(f, "at", c->at);
	put_text(f, "verdict", verdict_name(c->verdict));
	put(f, "gates", gates);
	for (size_t i = 0; i < c->gate_count; i++) {
		const struct gate_result *g = &c->gates[i];
		struct fill gate = append(gates, f.ok);

		put_text(gate, "gate", g->gate);
		put_text(gate, "verdict", verdict_name(g->verdict));
		put_text(gate, "reason", g->reason);
		put_text(gate, "tool", g->tool);
		put_int(gate, "deny", g->deny);
		put_int(gate, "warn", g->warn);
	}
}

static void put_conformance(struct fill f, const struct conformance *c)
{
	put_int(f, "n", c->n);
	put_instant(f, "at", c->at);
	put_text(f, "verdict", verdict_name(c->verdict));
	put_int(f, "points", c->points);
	put_int(f, "of_points", c->of_points);
	put_text(f, "reason", c->reason);
}

int record_write(const struct record *r, struct strbuf *out, struct err *err)
{
	AUTO(json_decrefp) json_t *root = json_object();
	bool ok = root != NULL;
	struct fill f = { root, &ok };
	json_t *list = json_array();

	put_int(f, "schema", RECORD_SCHEMA);
	put_text(f, "artifact", artifact_id(r->artifact));
	put_text(f, "handle", r->handle);
	put(f, "submissions", list);
	for (size_t i = 0; i < r->submission_count; i++)
		put_submission(append(list, &ok), &r->submissions[i]);
	if (r->publication_count) {
		list = json_array();
		put(f, "publications", list);
		for (size_t i = 0; i < r->publication_count; i++)
			put_publication(append(list, &ok), &r->publications[i]);
	}
	if (r->check.n) {
		json_t *check = json_object();

		put(f, "check", check);
		put_check((struct fill){ check, &ok }, &r->check);
	}
	if (r->conformance.n) {
		json_t *validation = json_object();

		put(f, "validation", validation);
		put_conformance((struct fill){ validation, &ok },
				&r->conformance);
	}
	return ok ? json_write(root, out, err) : err_nomem(err);
}
