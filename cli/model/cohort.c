#include "model/cohort.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "model/cohort_keys.h"

static const struct cohort_file defaults = {
	.weeks = 12,
	.seats = 32,
	.price = "",
	.refund = "",
	.chat = "",
	.office_hours = { .minutes = 60 },
	.due = { { 4, { 23, 59 } }, { 8, { 23, 59 } }, { 12, { 23, 59 } } },
	.collect = { .jobs = 8,
		     .per_host = 4,
		     .max_bytes = 256 << 20,
		     .max_refs = 20000,
		     .timeout_s = 120,
		     .low_speed_s = 20 },
};

/* "https" and "ssh", where the file does not say. */
static const char *const default_schemes[] = { "https", "ssh" };

static int wrong(const struct node *root, const char *key, struct err *err,
		 const char *why)
{
	return node_err(node_get(root, key), err, ERR_FORMAT, "'%s' %s", key,
			why);
}

/* What names files, tags of mail and uids: no surprises in it. */
static bool id_is_plain(const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t len = strlen(id);

	return len >= 1 && len <= 48 && strspn(id, allowed) == len &&
	       id[0] != '-' && id[len - 1] != '-';
}

static int take_slots(struct cohort *c, const struct cohort_file *f,
		      const struct node *root, struct err *err)
{
	const struct cohort_slot *from = f->live.items;
	struct slot *slots;

	if (f->live.count == 0)
		return wrong(root, "live", err, "lists no session");
	slots = arena_calloc(&c->arena, f->live.count, sizeof(*slots));
	if (!slots)
		return err_nomem(err);
	for (size_t i = 0; i < f->live.count; i++)
		slots[i] = cohort_slot_value(&from[i]);
	c->live = slots;
	c->live_count = f->live.count;
	c->office_hours = cohort_slot_value(&f->office_hours);
	return 0;
}

/* The first day is that of the first live session of the week. */
static int check_first_day(const struct cohort *c, const struct node *root,
			   struct err *err)
{
	int64_t days = civil_to_days(c->first_day.year, c->first_day.month,
				     c->first_day.day);
	int first = 7;

	for (size_t i = 0; i < c->live_count; i++) {
		int from_monday = (c->live[i].weekday + 6) % 7;

		if (from_monday < first)
			first = from_monday;
	}
	if ((civil_weekday(days) + 6) % 7 == first)
		return 0;
	(void)node_err(node_get(root, "first_day"), err, ERR_FORMAT,
		       "'first_day' is a %s, but the first live session of a "
		       "week is on %s",
		       weekday_name(civil_weekday(days)),
		       weekday_name((first + 1) % 7));
	days += (first - (civil_weekday(days) + 6) % 7 + 7) % 7;
	return err_hint(err, "first_day: %04d-%02d-%02d",
			civil_from_days(days).year, civil_from_days(days).month,
			civil_from_days(days).day);
}

static int take_schemes(struct cohort *c, const struct cohort_file *f,
			const struct node *root, struct err *err)
{
	static const char *const known[] = { "https", "ssh", "http", "file",
					     "git" };

	c->url_schemes = f->url_schemes.items;
	c->url_scheme_count = f->url_schemes.count;
	if (!c->url_schemes) {
		c->url_schemes = default_schemes;
		c->url_scheme_count = ARRAY_LEN(default_schemes);
	}
	for (size_t i = 0; i < c->url_scheme_count; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(known) &&
		       strcmp(known[k], c->url_schemes[i]) != 0)
			k++;
		if (k == ARRAY_LEN(known))
			return wrong(root, "url_schemes", err,
				     "may list https, ssh, http, file and git");
	}
	return 0;
}

static int take_registries(struct cohort *c, const struct cohort_file *f,
			   struct err *err)
{
	const struct cohort_registry_file *from = f->registries.items;
	struct registry_config *own =
		arena_calloc(&c->arena, f->registries.count + 1, sizeof(*own));

	if (!own)
		return err_nomem(err);
	for (size_t i = 0; i < f->registries.count; i++) {
		const struct node *n = f->registries.node->as.list.items[i];

		own[i] = (struct registry_config){
			.name = from[i].name,
			.kind = (enum registry_kind)from[i].kind,
			.path = from[i].path,
			.domain = from[i].domain
		};
		if (own[i].kind == REGISTRY_DISK && !own[i].path)
			return node_err(n, err, ERR_FORMAT,
					"a disk registry needs a 'path'");
		if (own[i].kind == REGISTRY_WEB && !own[i].domain)
			return node_err(n, err, ERR_FORMAT,
					"a web registry needs a 'domain'");
	}
	c->registries = own;
	c->registry_count = f->registries.count;
	return 0;
}

static void take_plain(struct cohort *c, const struct cohort_file *f)
{
	c->id = f->id;
	c->name = f->name;
	c->first_day = f->first_day;
	c->zone = f->zone;
	c->weeks = f->weeks;
	c->seats = f->seats;
	c->price = f->price;
	c->refund = f->refund;
	c->chat = f->chat;
	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		c->due[a].week = f->due[a].week;
		c->due[a].hour = f->due[a].at.hour;
		c->due[a].minute = f->due[a].at.minute;
	}
	c->collect.jobs = f->collect.jobs;
	c->collect.per_host = f->collect.per_host;
	c->collect.max_bytes = f->collect.max_bytes;
	c->collect.max_refs = f->collect.max_refs;
	c->collect.timeout_s = f->collect.timeout_s;
	c->collect.low_speed_s = f->collect.low_speed_s;
}

int cohort_read(const struct node *root, struct cohort **out, struct err *err)
{
	AUTO(cohort_freep) struct cohort *c = calloc(1, sizeof(*c));
	struct cohort_file f = defaults;

	if (!c)
		return err_nomem(err);
	if (schema_version(root, COHORT_SCHEMA, err) < 0 ||
	    schema_read(root, cohort_keys, &c->arena, &f, err) < 0)
		return err->code;
	take_plain(c, &f);
	if (!id_is_plain(c->id))
		return wrong(root, "id", err,
			     "may hold lower-case letters, digits and '-'");
	if (take_slots(c, &f, root, err) < 0 ||
	    check_first_day(c, root, err) < 0 ||
	    take_schemes(c, &f, root, err) < 0 ||
	    take_registries(c, &f, err) < 0)
		return err->code;
	*out = c;
	c = NULL;
	return 0;
}

void cohort_free(struct cohort *c)
{
	if (!c)
		return;
	arena_release(&c->arena);
	free(c);
}

const struct registry_config *cohort_registry(const struct cohort *c,
					      const char *name)
{
	for (size_t i = 0; i < c->registry_count; i++) {
		if (strcmp(c->registries[i].name, name) == 0)
			return &c->registries[i];
	}
	return NULL;
}

struct civil cohort_due(const struct cohort *c, enum artifact a)
{
	int64_t day = civil_to_days(c->first_day.year, c->first_day.month,
				    c->first_day.day);
	int64_t monday = day - (civil_weekday(day) + 6) % 7;
	struct civil due =
		civil_from_days(monday + (int64_t)c->due[a].week * 7 - 1);

	due.hour = c->due[a].hour;
	due.minute = c->due[a].minute;
	due.second = 59;
	return due;
}
