#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "model/curriculum.h"

enum {
	TITLE_MIN = 4, /* letters and digits, or nothing was said */
	TEXT_MIN = 30,
	GUEST_WEEK_1 = 5, /* as the course promises */
	GUEST_WEEK_2 = 11,
	CLUB_WEEK = 6,
	SLOT_SIZE = 64
};

/* One slot of the plan, on the way to a finding. */
struct linter {
	const struct curriculum *c;
	struct findings *out;
	int failed;
};

static void report(struct linter *l, const char *id, const char *slot,
		   const char *why, const char *mend)
{
	const struct finding f = { .id = id,
				   .level = FINDING_DENY,
				   .file = l->c->file,
				   .subject = slot,
				   .why = why,
				   .mend = mend };

	if (findings_add(l->out, &f) < 0)
		l->failed = 1;
}

/* Bytes that are neither punctuation nor space; a wide character is several. */
static size_t substance(const char *s)
{
	size_t n = 0;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		n += (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		     (c >= 'a' && c <= 'z') || c >= 0x80;
	}
	return n;
}

static void lint_text(struct linter *l, const char *slot, const char *part,
		      const char *text, size_t least)
{
	char subject[SLOT_SIZE + 16];

	if (text && substance(text) >= least)
		return;
	snprintf(subject, sizeof(subject), "%s: %s", slot, part);
	report(l, "empty-slot", subject, "the slot says next to nothing",
	       "write what happens there");
}

static void lint_slot(struct linter *l, const char *slot, const char *title,
		      const char *text)
{
	lint_text(l, slot, "title", title, TITLE_MIN);
	lint_text(l, slot, "text", text, TEXT_MIN);
}

static bool is_covered(const struct week *w, const struct lesson *lesson)
{
	if (w->lab.lesson == lesson || w->guest.lesson == lesson ||
	    w->club.lesson == lesson)
		return true;
	for (int i = 0; i < CURRICULUM_SESSIONS; i++) {
		for (size_t k = 0; k < w->sessions[i].cover_count; k++) {
			if (w->sessions[i].covers[k] == lesson)
				return true;
		}
	}
	return false;
}

static void lint_lessons(struct linter *l, const struct week *w)
{
	char slot[SLOT_SIZE];

	for (int i = 0; i < CURRICULUM_LESSONS; i++) {
		const struct lesson *lesson = &w->lessons[i];

		snprintf(slot, sizeof(slot), "week %d: lesson %d", w->number,
			 lesson->number);
		lint_slot(l, slot, lesson->title, lesson->text);
		if (!is_covered(w, lesson))
			report(l, "uncovered-lesson", slot,
			       "no session, lab, guest or club takes it up",
			       "add it to 'covers' of a live session");
	}
	for (int i = 0; i < CURRICULUM_SESSIONS; i++) {
		const struct live_session *s = &w->sessions[i];

		snprintf(slot, sizeof(slot), "week %d: live %d", w->number,
			 s->number);
		lint_text(l, slot, "title", s->title, TITLE_MIN);
		if (s->cover_count == 0)
			report(l, "empty-slot", slot, "it covers no lesson",
			       "say in 'covers' what it takes up");
	}
}

static void lint_extras(struct linter *l, const struct week *w)
{
	char slot[SLOT_SIZE];

	snprintf(slot, sizeof(slot), "week %d: lab", w->number);
	lint_slot(l, slot, w->lab.title, w->lab.text);
	snprintf(slot, sizeof(slot), "week %d: guest", w->number);
	if (w->guest.title[0]) {
		lint_slot(l, slot, w->guest.title, w->guest.text);
		lint_text(l, slot, "who", w->guest.who, TITLE_MIN);
	} else if (w->number == GUEST_WEEK_1 || w->number == GUEST_WEEK_2) {
		report(l, "missing-guest", slot, "this week has a guest",
		       "say who, and on what");
	}
	snprintf(slot, sizeof(slot), "week %d: club", w->number);
	if (w->club.title[0]) {
		lint_slot(l, slot, w->club.title, w->club.text);
		lint_text(l, slot, "who", w->club.who, TITLE_MIN);
	} else if (w->number == CLUB_WEEK) {
		report(l, "missing-club", slot, "this week has a paper club",
		       "say which paper");
	}
}

static void lint_phase(struct linter *l, const struct phase *p)
{
	char slot[SLOT_SIZE];
	bool ships = false;

	snprintf(slot, sizeof(slot), "phase %d", p->number);
	lint_slot(l, slot, p->title, p->text);
	for (int i = p->first_week; i <= p->last_week; i++)
		ships = ships || substance(l->c->weeks[i - 1].ships) > 0;
	if (!ships)
		report(l, "empty-slot", slot, "nothing ships in it",
		       "say in 'ships' of a week what does");
}

int curriculum_lint(const struct curriculum *c, struct findings *out,
		    struct err *err)
{
	struct linter l = { .c = c, .out = out };

	for (int i = 0; i < CURRICULUM_PHASES; i++)
		lint_phase(&l, &c->phases[i]);
	for (int i = 0; i < CURRICULUM_WEEKS; i++) {
		const struct week *w = &c->weeks[i];
		char slot[SLOT_SIZE];

		snprintf(slot, sizeof(slot), "week %d", w->number);
		lint_slot(&l, slot, w->title, w->text);
		lint_lessons(&l, w);
		lint_extras(&l, w);
	}
	return l.failed ? err_nomem(err) : 0;
}
