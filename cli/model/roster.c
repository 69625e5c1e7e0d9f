#include "model/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "model/roster_keys.h"

/* What was seen so far, to find what stands twice. */
struct checks {
	struct map seats;    /* number in decimal -> node of the seat */
	struct map suffixes; /* canonical suffix -> node of the seat */
	struct map handles;  /* handle -> node of the seat */
	struct arena arena;  /* of the keys */
	uint32_t max_seat;
	struct err *err;
};

static void checks_release(struct checks *k)
{
	map_release(&k->seats);
	map_release(&k->suffixes);
	map_release(&k->handles);
	arena_release(&k->arena);
}
AUTO_RELEASE(struct checks, checks_release)

const char *seat_status_name(enum seat_status s)
{
	static const char *const names[] = { "enrolled", "invited",
					     "withdrawn" };

	return names[s];
}

const char *seat_mode_name(enum seat_mode m)
{
	return m == SEAT_SYNC ? "sync" : "async";
}

bool suffix_is_valid(const char *suffix)
{
	size_t len = strlen(suffix);

	if (len == 0 || len > SUFFIX_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = suffix[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return true;
}

void suffix_canonical(const char *suffix, char out[SUFFIX_MAX + 1])
{
	size_t i = 0;

	for (; suffix[i] && i < SUFFIX_MAX; i++) {
		char c = suffix[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		out[i] = c == '-' ? '_' : c;
	}
	out[i] = '\0';
}

/* The place of KEY in the seat N, or of the seat. */
static const struct node *at(const struct node *n, const char *key)
{
	const struct node *value = node_get(n, key);

	return value ? value : n;
}

static int must_be_new(struct checks *k, struct map *seen, const char *key,
		       const struct node *seat, const char *where,
		       const char *what)
{
	const struct node *first = map_get(seen, key);
	const char *own;

	if (first)
		return node_err(at(seat, where), k->err, ERR_FORMAT,
				"%s '%s' stands twice, first in line %u", what,
				key, (unsigned)at(first, where)->line);
	own = arena_strdup(&k->arena, key);
	if (!own || map_put(seen, own, (void *)(uintptr_t)seat) < 0)
		return err_nomem(k->err);
	return 0;
}

static int check_seat_number(struct checks *k, const struct seat *s,
			     const struct node *n)
{
	char number[16];

	if (s->status == SEAT_WITHDRAWN) {
		if (s->number == 0)
			return 0;
		return node_err(at(n, "seat"), k->err, ERR_FORMAT,
				"'%s' has withdrawn and can have no seat",
				s->handle);
	}
	if (s->number == 0)
		return node_err(n, k->err, ERR_FORMAT, "'%s' has no 'seat'",
				s->handle);
	if (s->number > k->max_seat) {
		(void)node_err(at(n, "seat"), k->err, ERR_FORMAT,
			       "seat %u of '%s': there are %u",
			       (unsigned)s->number, s->handle,
			       (unsigned)k->max_seat);
		return err_hint(k->err, "'seats' in config/cohort.yaml says "
					"how many");
	}
	snprintf(number, sizeof(number), "%u", (unsigned)s->number);
	return must_be_new(k, &k->seats, number, n, "seat", "seat");
}

static int check_seat(struct checks *k, const struct seat *s,
		      const struct node *n)
{
	char canonical[SUFFIX_MAX + 1];

	if (!handle_is_valid(s->handle))
		return node_err(at(n, "handle"), k->err, ERR_FORMAT,
				"'%s' is not a handle: lower-case letters, "
				"digits and '-', begun by a letter",
				s->handle);
	if (must_be_new(k, &k->handles, s->handle, n, "handle", "handle") < 0)
		return k->err->code;
	if (!suffix_is_valid(s->suffix))
		return node_err(at(n, "suffix"), k->err, ERR_FORMAT,
				"'%s' cannot end a crate's name: lower-case "
				"letters, digits, '-' and '_'",
				s->suffix);
	suffix_canonical(s->suffix, canonical);
	if (must_be_new(k, &k->suffixes, canonical, n, "suffix",
			"crate suffix") < 0)
		return k->err->code;
	return check_seat_number(k, s, n);
}

static struct seat seat_value(const struct roster_seat_file *f)
{
	struct seat s = { .number = f->number,
			  .handle = f->handle,
			  .name = f->name,
			  .mode = (enum seat_mode)f->mode,
			  .status = (enum seat_status)f->status,
			  .zone = f->zone,
			  .repo = f->repo,
			  .suffix = f->suffix ? f->suffix : f->handle };

	for (int a = 0; a < ARTIFACT_COUNT; a++)
		s.artifact_repo[a] = f->artifact_repo[a];
	return s;
}

static int take_seats(struct roster *r, const struct schema_list *list,
		      struct checks *k)
{
	const struct roster_seat_file *from = list->items;

	r->seats = arena_calloc(&r->arena, list->count, sizeof(*r->seats));
	if (!r->seats)
		return err_nomem(k->err);
	for (size_t i = 0; i < list->count; i++) {
		struct seat *s = &r->seats[i];

		*s = seat_value(&from[i]);
		if (check_seat(k, s, list->node->as.list.items[i]) < 0)
			return k->err->code;
		if (map_put(&r->by_handle, s->handle, s) < 0)
			return err_nomem(k->err);
		r->count++;
	}
	return 0;
}

int roster_read(const struct node *root, uint32_t seats, struct roster **out,
		struct err *err)
{
	AUTO(checks_releasep)
	struct checks k = { .max_seat = seats, .err = err };
	AUTO(roster_freep) struct roster *r = calloc(1, sizeof(*r));
	struct roster_file f = { 0 };

	if (!r)
		return err_nomem(err);
	if (schema_version(root, ROSTER_SCHEMA, err) < 0 ||
	    schema_read(root, roster_keys, &r->arena, &f, err) < 0 ||
	    take_seats(r, &f.seats, &k) < 0)
		return err->code;
	*out = r;
	r = NULL;
	return 0;
}

void roster_free(struct roster *r)
{
	if (!r)
		return;
	map_release(&r->by_handle);
	arena_release(&r->arena);
	free(r);
}

const struct seat *roster_find(const struct roster *r, const char *handle)
{
	return map_get(&r->by_handle, handle + (handle[0] == '@'));
}

const char *seat_repo(const struct seat *s, enum artifact a)
{
	return s->artifact_repo[a] ? s->artifact_repo[a] : s->repo;
}

void seat_crate_name(const struct seat *s, enum artifact a, char *out,
		     size_t size)
{
	snprintf(out, size, "%s-%s", artifact_crate_prefix(a), s->suffix);
}
