#include "course/collect_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/semver.h"
#include "base/vec.h"
#include "course/source.h"

void sheet_release(struct sheet *s)
{
	free(s->tags);
}

/* As much of TEXT as fits. */
static void clip(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);

	len = len < size ? len : size - 1;
	memcpy(out, text, len);
	out[len] = '\0';
}

/* ---- what was seen */

static struct collect_event *add_event(struct sheet *s, enum collect_kind kind,
				       const char *tag)
{
	struct collect_item *item = s->item;
	struct collect_event *grown =
		vec_grow(item->events, &item->event_cap, item->event_count + 1,
			 sizeof(*grown));
	struct collect_event *e;

	if (!grown) {
		(void)err_nomem(s->err);
		return NULL;
	}
	item->events = grown;
	e = &grown[item->event_count++];
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->claimed_at = e->not_seen_at = e->first_seen_at = RECORD_NEVER;
	snprintf(e->tag, sizeof(e->tag), "%s", tag);
	return e;
}

static int event_of(struct sheet *s, enum collect_kind kind,
		    const struct submission *of)
{
	struct collect_event *e = add_event(s, kind, of->tag);

	if (!e)
		return s->err->code;
	e->n = of->n;
	memcpy(e->tag_object, of->tag_object, sizeof(e->tag_object));
	memcpy(e->commit, of->commit, sizeof(e->commit));
	e->claimed_at = of->claimed_at;
	e->not_seen_at = of->not_seen_at;
	e->first_seen_at = of->first_seen_at;
	e->late_s = of->late_s;
	if (of->moved_from)
		memcpy(e->kept,
		       s->record->submissions[of->moved_from - 1].commit,
		       sizeof(e->kept));
	s->changed = true;
	return 0;
}

static int odd_tag(struct sheet *s, const char *tag, const char *why)
{
	struct collect_event *e = add_event(s, EVENT_ODD, tag);

	if (!e)
		return s->err->code;
	clip(e->why, sizeof(e->why), why);
	return 0;
}

/* ---- the record */

/* The newest submission of TAG, or NULL. */
static struct submission *newest_of(const struct record *r, const char *tag)
{
	for (size_t i = r->submission_count; i > 0; i--) {
		if (strcmp(r->submissions[i - 1].tag, tag) == 0)
			return &r->submissions[i - 1];
	}
	return NULL;
}

/* The submission that TAG was when it named OBJECT, or NULL. */
static struct submission *same_as(const struct record *r, const char *tag,
				  const char *object)
{
	for (size_t i = r->submission_count; i > 0; i--) {
		struct submission *s = &r->submissions[i - 1];

		if (strcmp(s->tag, tag) == 0 &&
		    strcmp(s->tag_object, object) == 0)
			return s;
	}
	return NULL;
}

static void cohort_ref(char *out, size_t size, enum artifact a, uint32_t n)
{
	snprintf(out, size, "refs/cohort/%s/%u", artifact_id(a), (unsigned)n);
}

static void mirror_ref(char *out, size_t size, const char *tag)
{
	snprintf(out, size, "refs/tags/%s", tag);
}

/* Is what submission S named still in the box, kept by its ref? */
static bool is_kept(const struct sheet *s, const struct submission *of)
{
	const struct oid *oid;
	char ref[64], hex[OID_HEX];

	cohort_ref(ref, sizeof(ref), s->item->artifact, of->n);
	oid = box_refs_get(s->refs, ref);
	if (!s->box || !oid)
		return false;
	oid_hex(oid, hex);
	return strcmp(hex, of->tag_object) == 0 && repo_has(s->box, oid);
}

bool sheet_wants(const struct sheet *s, const struct shown *tag)
{
	const struct submission *known;
	char hex[OID_HEX];

	oid_hex(&tag->oid, hex);
	known = same_as(s->record, tag->tag, hex);
	return !known || !is_kept(s, known);
}

/*
 * Seconds past due at the earliest moment that the bounds of what we saw and
 * the student's own clock allow together: a claim counts, but never before the
 * last look that did not find it.
 */
static int64_t late_by(const struct sheet *s, const struct submission *of)
{
	int64_t due = s->look->due[s->item->artifact];
	int64_t at = of->claimed_at;

	if (at == RECORD_NEVER || at > of->first_seen_at)
		at = of->first_seen_at;
	if (of->not_seen_at != RECORD_NEVER && at < of->not_seen_at)
		at = of->not_seen_at;
	return at > due ? at - due : 0;
}

/* Point the refs of ours at submission OF, which names OID. */
static int keep(struct sheet *s, const struct submission *of,
		const struct oid *oid)
{
	char ref[64], mirror[ARTIFACT_TAG_SIZE + 16];
	const struct oid *old;

	mirror_ref(mirror, sizeof(mirror), of->tag);
	cohort_ref(ref, sizeof(ref), s->item->artifact, of->n);
	old = box_refs_get(s->refs, ref);
	if (old && !oid_equal(old, oid))
		return err_set(s->err, ERR_EXISTS, "'%s' of %s is another", ref,
			       s->look->box);
	if (box_refs_set(s->refs, mirror, oid, s->err) < 0)
		return s->err->code;
	return box_refs_set(s->refs, ref, oid, s->err);
}

/* The tagger's clock, else the committer's. */
static int64_t claimed_at(struct repo *box, const struct oid *oid)
{
	AUTO(repo_tag_releasep) struct repo_tag tag = { 0 };
	AUTO(repo_commit_releasep) struct repo_commit commit = { 0 };
	struct err none = { 0 };

	if (repo_tag_read(box, oid, &tag, &none) == 0)
		return tag.when;
	err_clear(&none);
	if (repo_commit_read(box, oid, &commit, &none) == 0)
		return commit.when;
	return RECORD_NEVER;
}

/* TAG names something that it did not name before: one submission more. */
static int add_submission(struct sheet *s, const struct shown *tag,
			  struct submission *taken_from)
{
	struct record *r = s->record;
	struct submission own = {
		.n = (uint32_t)r->submission_count + 1,
		.tag = tag->tag,
		.version = tag->version,
		.claimed_at = tag->claimed_at,
		.not_seen_at = s->look->not_seen_at[s->item->artifact],
		.first_seen_at = s->item->looked_at,
		.gone_at = RECORD_NEVER,
	};

	if (r->submission_count >= COLLECT_SUBMISSIONS_MAX)
		return err_set(s->err, ERR_LIMIT,
			       "more than %d submissions of %s",
			       COLLECT_SUBMISSIONS_MAX,
			       artifact_id(s->item->artifact));
	oid_hex(&tag->oid, own.tag_object);
	oid_hex(&tag->commit, own.commit);
	own.late_s = late_by(s, &own);
	if (taken_from) {
		own.moved_from = taken_from->n;
		if (taken_from->gone_at == RECORD_NEVER)
			taken_from->gone_at = s->item->looked_at;
	}
	if ((!s->look->dry_run && keep(s, &own, &tag->oid) < 0) ||
	    record_add_submission(r, &own, s->err) < 0)
		return s->err->code;
	return event_of(s, taken_from ? EVENT_MOVED : EVENT_NEW,
			&r->submissions[r->submission_count - 1]);
}

static int apply_tag(struct sheet *s, const struct shown *tag)
{
	struct submission *last = newest_of(s->record, tag->tag);
	struct submission *same;
	char hex[OID_HEX];

	oid_hex(&tag->oid, hex);
	same = same_as(s->record, tag->tag, hex);
	if (!same)
		return add_submission(s, tag, last);
	if (!s->look->dry_run && !is_kept(s, same) &&
	    keep(s, same, &tag->oid) < 0)
		return s->err->code;
	if (same->gone_at == RECORD_NEVER &&
	    (same == last || last->gone_at != RECORD_NEVER))
		return 0;
	if (same != last && last->gone_at == RECORD_NEVER)
		last->gone_at = s->item->looked_at;
	same->gone_at = RECORD_NEVER;
	return event_of(s, EVENT_BACK, same);
}

static const struct shown *find_shown(const struct sheet *s, const char *tag)
{
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->tags[i].tag, tag) == 0)
			return &s->tags[i];
	}
	return NULL;
}

/* What was there at the last look and is not shown any more. */
static int apply_gone(struct sheet *s)
{
	for (size_t i = 0; i < s->record->submission_count; i++) {
		struct submission *of = &s->record->submissions[i];
		char mirror[ARTIFACT_TAG_SIZE + 16];

		if (of->gone_at != RECORD_NEVER || find_shown(s, of->tag))
			continue;
		of->gone_at = s->item->looked_at;
		if (event_of(s, EVENT_GONE, of) < 0)
			return s->err->code;
		mirror_ref(mirror, sizeof(mirror), of->tag);
		if (!s->look->dry_run)
			box_refs_remove(s->refs, mirror);
	}
	return 0;
}

/* ---- what a killed run left */

/* The tag that the mirror has for OID, or NULL. */
static const char *mirrored(const struct sheet *s, const struct oid *oid)
{
	for (size_t i = 0; i < s->refs->count; i++) {
		const struct box_ref *r = &s->refs->items[i];

		if (strncmp(r->name, "refs/tags/", 10) == 0 &&
		    oid_equal(&r->oid, oid))
			return r->name + 10;
	}
	return NULL;
}

/* Kept under its own name: it was seen, and nobody knows any more as what. */
static int step_aside(struct sheet *s, const char *ref, const struct oid *oid)
{
	char lost[OID_HEX + 32], hex[OID_HEX];

	oid_hex(oid, hex);
	snprintf(lost, sizeof(lost), "refs/cohort/lost/%s", hex);
	if (box_refs_set(s->refs, lost, oid, s->err) < 0)
		return s->err->code;
	box_refs_remove(s->refs, ref);
	return 1;
}

/*
 * Kept in the box as the next submission and not in the record: a run was
 * killed in between.  It was seen, so it is written down.  1: one was found;
 * 0: none; negative: failed.
 */
static int adopt_one(struct sheet *s)
{
	const struct oid *oid;
	struct err none = { 0 };
	struct shown tag = { 0 };
	char ref[64], name[ARTIFACT_TAG_SIZE] = "";
	enum artifact a;

	cohort_ref(ref, sizeof(ref), s->item->artifact,
		   (uint32_t)s->record->submission_count + 1);
	oid = box_refs_get(s->refs, ref);
	if (!oid)
		return 0;
	tag.oid = *oid;
	tag.tag = mirrored(s, oid);
	if (!tag.tag || !artifact_tag_parse(tag.tag, &a, &tag.version) ||
	    a != s->item->artifact || strlen(tag.tag) >= sizeof(name) ||
	    repo_peel_commit(s->box, &tag.oid, &tag.commit, &none) < 0)
		return step_aside(s, ref, &tag.oid);
	memcpy(name, tag.tag, strlen(tag.tag)); /* refs may move */
	tag.version = name + (tag.version - tag.tag);
	tag.tag = name;
	tag.claimed_at = claimed_at(s->box, &tag.oid);
	if (add_submission(s, &tag, newest_of(s->record, name)) < 0)
		return s->err->code;
	return 1;
}

static int adopt(struct sheet *s)
{
	int rc = 1;

	while (rc > 0 && s->box && !s->look->dry_run)
		rc = adopt_one(s);
	return rc < 0 ? rc : 0;
}

/* ---- the tags that are shown */

int sheet_show(struct sheet *s, const struct remote_ref *ref)
{
	struct shown tag = { .tag = ref->name + 10, /* "refs/tags/" */
			     .oid = ref->oid,
			     .commit = ref->peeled,
			     .claimed_at = RECORD_NEVER };
	struct err why = { 0 };
	struct shown *grown;
	struct semver version;
	enum artifact a;

	if (!artifact_tag_parse(ref->name, &a, &tag.version) ||
	    a != s->item->artifact)
		return 0;
	if (strlen(tag.tag) >= ARTIFACT_TAG_SIZE ||
	    semver_parse(tag.version, &version, &why) < 0)
		return odd_tag(s, tag.tag, why.code ? why.msg : "too long");
	if (oid_is_zero(&tag.commit))
		tag.commit = tag.oid;
	grown = vec_grow(s->tags, &s->cap, s->count + 1, sizeof(*grown));
	if (!grown)
		return err_nomem(s->err);
	s->tags = grown;
	grown[s->count++] = tag;
	return 0;
}

/* In the order in which they say that they were made. */
static int by_claim(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;
	struct semver vx, vy;
	struct err none = { 0 };

	if (x->claimed_at != y->claimed_at)
		return x->claimed_at < y->claimed_at ? -1 : 1;
	if (semver_parse(x->version, &vx, &none) == 0 &&
	    semver_parse(y->version, &vy, &none) == 0 &&
	    semver_compare(&vx, &vy) != 0)
		return semver_compare(&vx, &vy);
	return strcmp(x->tag, y->tag);
}

/* Fetched once and no submission: a ref says so, or it would be again. */
static int keep_odd(struct sheet *s, const struct shown *tag)
{
	char ref[OID_HEX + 32], hex[OID_HEX];

	oid_hex(&tag->oid, hex);
	snprintf(ref, sizeof(ref), "refs/cohort/odd/%s", hex);
	if (box_refs_set(s->refs, ref, &tag->oid, s->err) < 0)
		return s->err->code;
	return odd_tag(s, tag->tag, "it names no commit");
}

/* Now that they are here: when they were made, and that each is a commit. */
static int read_tags(struct sheet *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct shown *tag = &s->tags[i];
		struct err why = { 0 };

		if (repo_peel_commit(s->box, &tag->oid, &tag->commit, &why) <
		    0) {
			if (keep_odd(s, tag) < 0)
				return s->err->code;
			continue;
		}
		tag->claimed_at = claimed_at(s->box, &tag->oid);
		s->tags[kept++] = *tag;
	}
	s->count = kept;
	if (kept > 1)
		qsort(s->tags, kept, sizeof(*s->tags), by_claim);
	return 0;
}

/* ---- is the crate where it should be? */

static int note_source(struct sheet *s)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(dotcohort_freep) struct dotcohort *dot = NULL;
	const struct submission *newest = record_current(s->record);
	char *note = s->item->note;
	size_t size = sizeof(s->item->note);
	struct err why = { 0 };
	char crate[96];
	struct oid commit;

	if (!newest || !oid_parse(newest->commit, &commit))
		return 0;
	seat_crate_name(s->item->seat, s->item->artifact, crate, sizeof(crate));
	(void)source_find(s->box, &commit, s->item->artifact, &path, &dot,
			  &why);
	if (why.code == ERR_NOMEM)
		return err_nomem(s->err);
	if (why.code)
		clip(note, size, why.msg);
	else if (dot && strcmp(dot->handle, s->item->seat->handle) != 0)
		snprintf(note, size, ".cohort.yaml says that it is @%s's",
			 dot->handle);
	else if (dot && strcmp(dot->crate, crate) != 0)
		snprintf(note, size,
			 ".cohort.yaml calls the crate %s, the roster %s",
			 dot->crate, crate);
	return 0;
}

/* ---- one look */

static bool has_kind(const struct collect_item *item, enum collect_kind kind)
{
	for (size_t i = 0; i < item->event_count; i++) {
		if (item->events[i].kind == kind)
			return true;
	}
	return false;
}

static enum collect_result result_of(const struct sheet *s)
{
	if (has_kind(s->item, EVENT_MOVED))
		return COLLECT_MOVED;
	if (has_kind(s->item, EVENT_NEW) || has_kind(s->item, EVENT_BACK))
		return COLLECT_COLLECTED;
	if (has_kind(s->item, EVENT_GONE))
		return COLLECT_GONE;
	return s->record->submission_count ? COLLECT_UNCHANGED
					   : COLLECT_MISSING;
}

/* Is there a tag that the record does not have as it is? */
static bool has_news(const struct sheet *s)
{
	char hex[OID_HEX];

	for (size_t i = 0; i < s->count; i++) {
		oid_hex(&s->tags[i].oid, hex);
		if (!same_as(s->record, s->tags[i].tag, hex))
			return true;
	}
	return false;
}

int sheet_apply(struct sheet *s)
{
	bool fetched = s->box && !s->look->dry_run;

	if (adopt(s) < 0 || (fetched && has_news(s) && read_tags(s) < 0))
		return s->err->code;
	for (size_t i = 0; i < s->count; i++) {
		if (apply_tag(s, &s->tags[i]) < 0)
			return s->err->code;
	}
	if (apply_gone(s) < 0)
		return s->err->code;
	s->item->result = result_of(s);
	if (fetched &&
	    (has_kind(s->item, EVENT_NEW) || has_kind(s->item, EVENT_MOVED)))
		note_source(s);
	return 0;
}
