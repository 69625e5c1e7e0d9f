#include "course/roster_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"
#include "course/clockface.h"
#include "io/file.h"
#include "io/remote.h"
#include "model/dotcohort.h"

enum {
	NEAREST_AMONG = 64
};

int roster_complain(const struct roster_entry *e, struct err *err, int code,
		    const char *fmt, ...)
{
	char msg[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	if (!e->file)
		return err_set(err, (enum err_code)code, "%s", msg);
	return err_set(err, (enum err_code)code, "%s:%u: %s", e->file,
		       (unsigned)e->line, msg);
}

int roster_no_student(const struct roster *roster, const char *handle,
		      struct err *err)
{
	const char *names[NEAREST_AMONG];
	const char *near;
	size_t count = 0;

	handle += handle[0] == '@';
	for (; count < NEAREST_AMONG && count < roster->count; count++)
		names[count] = roster->seats[count].handle;
	near = parse_nearest(handle, names, count);
	(void)err_set(err, ERR_NOT_FOUND, "there is no student '%s'", handle);
	if (near)
		return err_hint(err, "did you mean '%s'?", near);
	return err_hint(err, "cohort roster list");
}

/* ---- who has what */

static int take_suffix(struct roster_checks *k, const char *suffix,
		       const char *handle, struct err *err)
{
	char canonical[SUFFIX_MAX + 1];
	char *own;

	suffix_canonical(suffix, canonical);
	own = arena_strdup(&k->arena, canonical);
	if (!own || map_put(&k->suffixes, own, (void *)(uintptr_t)handle) < 0)
		return err_nomem(err);
	return 0;
}

int roster_checks_init(struct roster_checks *k, const struct cohort *cohort,
		       const struct roster *roster, struct err *err)
{
	*k = (struct roster_checks){ .cohort = cohort,
				     .roster = roster,
				     .seat_count = cohort->seats,
				     .next_free = 1 };
	k->seats = calloc((size_t)cohort->seats + 1, sizeof(*k->seats));
	if (!k->seats)
		return err_nomem(err);
	for (size_t i = 0; i < roster->count; i++) {
		const struct seat *s = &roster->seats[i];

		if (s->number > 0 && s->number <= k->seat_count)
			k->seats[s->number] = s->handle;
		if (take_suffix(k, s->suffix, s->handle, err) < 0)
			return err->code;
	}
	return 0;
}

void roster_checks_release(struct roster_checks *k)
{
	map_release(&k->handles);
	map_release(&k->suffixes);
	arena_release(&k->arena);
	free(k->seats);
	*k = (struct roster_checks){ 0 };
}

/* ---- one field each */

static bool has_controls(const char *s)
{
	for (; s && *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && (unsigned char)s[1] >= 0x80 &&
		     (unsigned char)s[1] < 0xa0))
			return true;
	}
	return false;
}

static int check_text(const struct roster_entry *e, struct err *err)
{
	const struct {
		const char *name;
		const char *value;
	} fields[] = {
		{ "handle", e->handle }, { "name", e->name },
		{ "mode", e->mode },	 { "zone", e->zone },
		{ "repo", e->repo },	 { "suffix", e->suffix },
		{ "email", e->email },	 { "legal_name", e->legal_name },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const char *v = fields[i].value;

		if (has_controls(v))
			return roster_complain(e, err, ERR_UNSAFE,
					       "a control character in the %s "
					       "of '%s'",
					       fields[i].name, e->handle);
		if (v && (strlen(v) > 512 || !text_is_utf8(v, strlen(v))))
			return roster_complain(e, err, ERR_FORMAT,
					       "the %s of '%s' is too long, or "
					       "not UTF-8",
					       fields[i].name, e->handle);
	}
	return 0;
}

static int check_handle(struct roster_checks *k, const struct roster_entry *e,
			struct err *err)
{
	const struct roster_entry *first;

	if (!handle_is_valid(e->handle))
		return roster_complain(e, err, ERR_FORMAT,
				       "'%s' is not a handle: lower-case "
				       "letters, digits and '-', begun by a "
				       "letter",
				       e->handle);
	first = map_get(&k->handles, e->handle);
	if (first)
		return roster_complain(e, err, ERR_FORMAT,
				       "handle '%s' stands twice, first in "
				       "line %u",
				       e->handle, (unsigned)first->line);
	if (map_put(&k->handles, e->handle, (void *)(uintptr_t)e) < 0)
		return err_nomem(err);
	return 0;
}

static int check_mode(const struct roster_entry *e, struct err *err)
{
	if (!e->mode || !*e->mode || strcmp(e->mode, "sync") == 0 ||
	    strcmp(e->mode, "async") == 0)
		return 0;
	return roster_complain(e, err, ERR_FORMAT,
			       "the mode of '%s' must be sync or async, not "
			       "'%s'",
			       e->handle, e->mode);
}

static int check_zone(const struct roster_entry *e, struct err *err)
{
	AUTO(zone_freep) struct zone *z = NULL;
	struct err why = { 0 };

	if (!e->zone || !*e->zone || clockface_zone(e->zone, &z, &why) == 0)
		return 0;
	(void)roster_complain(e, err, why.code, "the zone of '%s': %s",
			      e->handle, why.msg);
	return err_hint(err, "use an IANA name such as Asia/Kolkata");
}

static int check_repo(struct roster_checks *k, const struct roster_entry *e,
		      struct err *err)
{
	struct err why = { 0 };

	if (!e->repo || !*e->repo ||
	    remote_url_check(e->repo, k->cohort->url_schemes,
			     k->cohort->url_scheme_count, &why) == 0)
		return 0;
	(void)roster_complain(e, err, why.code, "the repo of '%s': %s",
			      e->handle, why.msg);
	return err_hint(err, "%s", why.hint);
}

static int check_suffix(struct roster_checks *k, const struct roster_entry *e,
			const struct seat *now, struct err *err)
{
	const char *suffix = e->suffix && *e->suffix ? e->suffix
			     : now		     ? now->suffix
						     : e->handle;
	char canonical[SUFFIX_MAX + 1];
	const char *owner;

	if (!suffix_is_valid(suffix))
		return roster_complain(e, err, ERR_FORMAT,
				       "'%s' cannot end a crate's name: "
				       "lower-case letters, digits, '-' and "
				       "'_'",
				       suffix);
	suffix_canonical(suffix, canonical);
	owner = map_get(&k->suffixes, canonical);
	if (owner && strcmp(owner, e->handle) != 0)
		return roster_complain(e, err, ERR_FORMAT,
				       "crates of '%s' would be called like "
				       "those of '%s': *-%s",
				       e->handle, owner, suffix);
	return take_suffix(k, suffix, e->handle, err);
}

/* ---- the seat */

static int no_seat_left(struct roster_checks *k, const struct roster_entry *e,
			struct err *err)
{
	(void)roster_complain(e, err, ERR_LIMIT,
			      "no seat for '%s': all %u are taken", e->handle,
			      (unsigned)k->seat_count);
	return err_hint(err, "free one with 'cohort roster withdraw HANDLE', "
			     "or raise 'seats' in config/cohort.yaml");
}

static int give_free_seat(struct roster_checks *k, const struct roster_entry *e,
			  uint32_t *out, struct err *err)
{
	while (k->next_free <= k->seat_count && k->seats[k->next_free])
		k->next_free++;
	if (k->next_free > k->seat_count)
		return no_seat_left(k, e, err);
	*out = k->next_free;
	return 0;
}

static int give_named_seat(struct roster_checks *k,
			   const struct roster_entry *e, uint32_t *out,
			   struct err *err)
{
	uint32_t number;

	if (!parse_u32(e->seat, &number) || number == 0)
		return roster_complain(e, err, ERR_FORMAT,
				       "the seat of '%s' must be a number, not "
				       "'%s'",
				       e->handle, e->seat);
	if (number > k->seat_count)
		return roster_complain(
			e, err, ERR_LIMIT, "seat %u for '%s': there are %u",
			(unsigned)number, e->handle, (unsigned)k->seat_count);
	if (k->seats[number] && strcmp(k->seats[number], e->handle) != 0)
		return roster_complain(e, err, ERR_FORMAT,
				       "seat %u is taken by '%s'",
				       (unsigned)number, k->seats[number]);
	*out = number;
	return 0;
}

static int give_seat(struct roster_checks *k, const struct roster_entry *e,
		     const struct seat *now, uint32_t *out, struct err *err)
{
	uint32_t seat = now ? now->number : 0;

	if (e->seat && *e->seat) {
		if (give_named_seat(k, e, &seat, err) < 0)
			return err->code;
	} else if (seat == 0 && give_free_seat(k, e, &seat, err) < 0) {
		return err->code;
	}
	if (now && now->number && now->number != seat)
		k->seats[now->number] = NULL;
	k->seats[seat] = e->handle;
	*out = seat;
	return 0;
}

int roster_check_entry(struct roster_checks *k, const struct roster_entry *e,
		       const struct seat *now, uint32_t *seat, struct err *err)
{
	if (check_handle(k, e, err) < 0 || check_text(e, err) < 0 ||
	    check_mode(e, err) < 0 || check_zone(e, err) < 0 ||
	    check_repo(k, e, err) < 0 || check_suffix(k, e, now, err) < 0)
		return err->code;
	return give_seat(k, e, now, seat, err);
}

/* ---- the invitation */

static const char *due_text(const struct cohort *c, enum artifact a, char *out,
			    size_t size)
{
	struct civil due = cohort_due(c, a);

	snprintf(out, size, "%04d-%02d-%02d %02d:%02d %s", due.year, due.month,
		 due.day, due.hour, due.minute, c->zone);
	return out;
}

int invitation_write(const struct cohort *c, const struct seat *s,
		     const char *dir, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char crate[ARTIFACT_COUNT][80], due[ARTIFACT_COUNT][128];
	struct invite i = { .cohort = c->id,
			    .handle = s->handle,
			    .name = s->name,
			    .zone = *s->zone ? s->zone : c->zone,
			    .repository = s->repo };

	for (int k = 0; k < ARTIFACT_COUNT; k++) {
		enum artifact a = (enum artifact)k;

		seat_crate_name(s, a, crate[k], sizeof(crate[k]));
		i.artifact[k].crate = crate[k];
		i.artifact[k].due = due_text(c, a, due[k], sizeof(due[k]));
	}
	strbuf_addf(&path, "%s/%s.yaml", dir, s->handle);
	if (invite_write(&i, &text, err) < 0 || strbuf_check(&path, err) < 0)
		return err->code;
	return file_write(strbuf_str(&path), strbuf_str(&text), text.len, 0644,
			  err);
}
