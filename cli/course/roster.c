#include "course/roster.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/map.h"
#include "base/parse.h"
#include "course/clockface.h"
#include "course/contacts.h"
#include "course/list_text.h"
#include "course/roster_check.h"
#include "io/file.h"

enum {
	ROSTER_FILE_MAX = 64 << 20
};

struct apply {
	struct workspace *ws;
	unsigned flags;
	struct list_text text;
	struct roster_checks checks;
	struct list_item *added;
	size_t added_count;
	struct contact *contacts;
	struct roster_diff diff;
	struct err *err;
};

static void apply_release(struct apply *a)
{
	list_text_release(&a->text);
	roster_checks_release(&a->checks);
	roster_diff_release(&a->diff);
	free(a->added);
	free(a->contacts);
}
AUTO_RELEASE(struct apply, apply_release)

void roster_diff_release(struct roster_diff *d)
{
	if (!d)
		return;
	arena_release(&d->arena);
	*d = (struct roster_diff){ 0 };
}

/* ---- the file */

static int read_file(struct workspace *ws, struct list_text *t, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
	char *path = workspace_path(ws, "config/roster.yaml");

	if (!path)
		return err_nomem(err);
	(void)file_read(path, ROSTER_FILE_MAX, &bytes, err);
	free(path);
	if (err->code)
		return err->code;
	return list_text_read(t, "config/roster.yaml", "seats", "handle",
			      strbuf_str(&bytes), bytes.len, err);
}

static int put_text(struct change *c, const struct list_text *t,
		    struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	if (list_text_make(t, &text, err) < 0)
		return err->code;
	return change_put(c, "config/roster.yaml", strbuf_str(&text), text.len,
			  err);
}

static int commit(struct workspace *ws, const struct list_text *t,
		  const char *message, struct err *err)
{
	AUTO(change_freep) struct change *c = NULL;

	if (change_new(ws, &c, err) < 0 || put_text(c, t, err) < 0)
		return err->code;
	return change_commit(c, message, err);
}

/* ---- one student */

static int note(struct apply *a, enum roster_kind kind, const char *handle,
		uint32_t seat, const char *what)
{
	struct roster_change *c = &a->diff.items[a->diff.count];

	c->kind = kind;
	c->seat = seat;
	c->handle = arena_strdup(&a->diff.arena, handle);
	c->what = arena_strdup(&a->diff.arena, what);
	if (!c->handle || !c->what)
		return err_nomem(a->err);
	a->diff.count++;
	a->diff.added += kind == ROSTER_ADDED;
	a->diff.changed += kind == ROSTER_CHANGED;
	return 0;
}

static void pair(struct list_item *item, const char *key, const char *value,
		 bool plain)
{
	if (value && *value)
		item->pairs[item->count++] =
			(struct yaml_pair){ key,
					    { .text = value, .plain = plain } };
}

static int add_student(struct apply *a, const struct roster_entry *e,
		       uint32_t seat)
{
	struct list_item *item = &a->added[a->added_count];
	char *number = arena_printf(&a->diff.arena, "%u", (unsigned)seat);

	if (!number)
		return err_nomem(a->err);
	pair(item, "handle", e->handle, false);
	pair(item, "seat", number, true);
	pair(item, "name", e->name && *e->name ? e->name : e->handle, false);
	pair(item, "mode", e->mode, false);
	pair(item, "zone", e->zone, false);
	pair(item, "repo", e->repo, false);
	pair(item, "suffix", e->suffix, false);
	a->added_count++;
	return note(a, ROSTER_ADDED, e->handle, seat, "");
}

/* Set KEY of the student if it is given and differs; say so in WHAT. */
static int set_field(struct apply *a, const char *handle, const char *key,
		     const char *old, const char *value, bool plain,
		     struct strbuf *what)
{
	if (!value || strcmp(old, value) == 0)
		return 0;
	strbuf_addf(what, "%s%s: %s -> %s", what->len ? "; " : "", key,
		    *old ? old : "none", *value ? value : "none");
	return list_text_set(
		&a->text, list_text_find(&a->text, handle), key,
		(struct yaml_value){ .text = value, .plain = plain }, a->err);
}

static int set_seat(struct apply *a, const struct seat *s, uint32_t seat,
		    struct strbuf *what)
{
	char old[16], number[16];

	snprintf(old, sizeof(old), "%u", (unsigned)s->number);
	snprintf(number, sizeof(number), "%u", (unsigned)seat);
	return set_field(a, s->handle, "seat", old, number, true, what);
}

static int change_student(struct apply *a, const struct roster_entry *e,
			  const struct seat *s, uint32_t seat)
{
	AUTO(strbuf_releasep) struct strbuf what = { 0 };
	bool back = s->status == SEAT_WITHDRAWN && (a->flags & ROSTER_MAY_ADD);
	const char *name = e->name && *e->name ? e->name : NULL;
	const char *suffix = e->suffix && *e->suffix ? e->suffix : NULL;
	const char *mode = e->mode && *e->mode ? e->mode : NULL;

	if (set_field(a, s->handle, "name", s->name, name, false, &what) < 0 ||
	    set_field(a, s->handle, "mode", seat_mode_name(s->mode), mode,
		      false, &what) < 0 ||
	    set_field(a, s->handle, "zone", s->zone, e->zone, false, &what) <
		    0 ||
	    set_field(a, s->handle, "repo", s->repo, e->repo, false, &what) <
		    0 ||
	    set_field(a, s->handle, "suffix", s->suffix, suffix, false, &what) <
		    0 ||
	    (back && set_field(a, s->handle, "status", "withdrawn", "enrolled",
			       false, &what) < 0) ||
	    set_seat(a, s, seat, &what) < 0 || strbuf_check(&what, a->err) < 0)
		return a->err->code;
	return note(a, what.len ? ROSTER_CHANGED : ROSTER_UNCHANGED, s->handle,
		    seat, strbuf_str(&what));
}

static int apply_one(struct apply *a, const struct roster_entry *e)
{
	const struct seat *s = roster_find(workspace_roster(a->ws), e->handle);
	bool is_new = !s || s->status == SEAT_WITHDRAWN;
	uint32_t seat = 0;

	if (is_new && !(a->flags & ROSTER_MAY_ADD))
		return roster_complain(e, a->err, ERR_NOT_FOUND,
				       "there is no student '%s'", e->handle);
	if (!is_new && !(a->flags & ROSTER_MAY_CHANGE))
		return roster_complain(e, a->err, ERR_EXISTS,
				       "'%s' has seat %u already", e->handle,
				       (unsigned)s->number);
	if (roster_check_entry(&a->checks, e, s, &seat, a->err) < 0)
		return a->err->code;
	return s ? change_student(a, e, s, seat) : add_student(a, e, seat);
}

/* ---- all of them */

static int prepare(struct apply *a, size_t count)
{
	a->added = calloc(count + 1, sizeof(*a->added));
	a->contacts = calloc(count + 1, sizeof(*a->contacts));
	a->diff.items =
		arena_calloc(&a->diff.arena, count, sizeof(*a->diff.items));
	if (!a->added || !a->contacts || !a->diff.items)
		return err_nomem(a->err);
	if (roster_checks_init(&a->checks, workspace_cohort(a->ws),
			       workspace_roster(a->ws), a->err) < 0)
		return a->err->code;
	return read_file(a->ws, &a->text, a->err);
}

/* "roster: add ada", "roster: 30 new, 2 changed" */
static void make_message(const struct apply *a, char *out, size_t size)
{
	const struct roster_diff *d = &a->diff;

	if (d->count == 1)
		snprintf(out, size, "roster: %s %s%s%s",
			 d->added ? "add" : "change", d->items[0].handle,
			 *d->items[0].what ? ": " : "", d->items[0].what);
	else if (d->changed == 0)
		snprintf(out, size, "roster: %zu new", d->added);
	else if (d->added == 0)
		snprintf(out, size, "roster: %zu changed", d->changed);
	else
		snprintf(out, size, "roster: %zu new, %zu changed", d->added,
			 d->changed);
}

static int write_all(struct apply *a, size_t count, const char *message)
{
	AUTO(change_freep) struct change *c = NULL;
	char made[400];

	if (change_new(a->ws, &c, a->err) < 0 ||
	    contacts_put(a->ws, c, a->contacts, count, a->err) < 0)
		return a->err->code;
	if (a->diff.added + a->diff.changed > 0 &&
	    put_text(c, &a->text, a->err) < 0)
		return a->err->code;
	make_message(a, made, sizeof(made));
	return change_commit(c, message ? message : made, a->err);
}

int roster_apply(struct workspace *ws, const struct roster_entry *entries,
		 size_t count, unsigned flags, const char *message,
		 struct roster_diff *out, struct err *err)
{
	AUTO(apply_releasep)
	struct apply a = { .ws = ws, .flags = flags, .err = err };

	if (prepare(&a, count) < 0)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		if (apply_one(&a, &entries[i]) < 0)
			return err->code;
		a.contacts[i] =
			(struct contact){ entries[i].handle, entries[i].email,
					  entries[i].legal_name };
	}
	list_text_add(&a.text, a.added, a.added_count);
	if (!(flags & ROSTER_DRY_RUN) && write_all(&a, count, message) < 0)
		return err->code;
	*out = a.diff;
	a.diff = (struct roster_diff){ 0 };
	return 0;
}

static int find_active(struct workspace *ws, const char *handle,
		       const struct seat **out, struct err *err)
{
	const struct roster *roster = workspace_roster(ws);
	const struct seat *s = roster_find(roster, handle);

	if (!s)
		return roster_no_student(roster, handle, err);
	if (s->status == SEAT_WITHDRAWN)
		return err_set(err, ERR_REFUSED, "'%s' has withdrawn",
			       s->handle);
	*out = s;
	return 0;
}

int roster_withdraw(struct workspace *ws, const char *handle, struct err *err)
{
	AUTO(list_text_releasep) struct list_text t = { 0 };
	const struct seat *s = NULL;
	char message[128];

	if (find_active(ws, handle, &s, err) < 0 ||
	    read_file(ws, &t, err) < 0 ||
	    list_text_set(&t, list_text_find(&t, s->handle), "status",
			  (struct yaml_value){ .text = "withdrawn" },
			  err) < 0 ||
	    list_text_set(&t, list_text_find(&t, s->handle), "seat",
			  (struct yaml_value){ .text = "0", .plain = true },
			  err) < 0)
		return err->code;
	snprintf(message, sizeof(message),
		 "roster: %s withdraws, seat %u is free", s->handle,
		 (unsigned)s->number);
	return commit(ws, &t, message, err);
}

static int mark_invited(struct list_text *t, const struct seat *s,
			size_t *changed, struct err *err)
{
	if (s->status != SEAT_ENROLLED)
		return 0;
	(*changed)++;
	return list_text_set(t, list_text_find(t, s->handle), "status",
			     (struct yaml_value){ .text = "invited" }, err);
}

int roster_invite(struct workspace *ws, const char *const *handles,
		  size_t count, const char *dir, struct err *err)
{
	AUTO(list_text_releasep) struct list_text t = { 0 };
	char message[128];
	size_t changed = 0;

	if (read_file(ws, &t, err) < 0 || file_make_dirs(dir, err) < 0)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		const struct seat *s = NULL;

		if (find_active(ws, handles[i], &s, err) < 0 ||
		    invitation_write(workspace_cohort(ws), s, dir, err) < 0 ||
		    mark_invited(&t, s, &changed, err) < 0)
			return err->code;
	}
	if (changed == 0)
		return 0;
	if (count == 1)
		snprintf(message, sizeof(message), "roster: invite %.60s",
			 handles[0] + (handles[0][0] == '@'));
	else
		snprintf(message, sizeof(message),
			 "roster: invite %zu students", changed);
	return commit(ws, &t, message, err);
}
