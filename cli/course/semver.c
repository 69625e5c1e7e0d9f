#include "course/semver.h"

#include <stdlib.h>

void semver_answer_release(struct semver_answer *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++)
		compared_release(&a->items[i].compared);
	free(a->items);
	arena_release(&a->arena);
	*a = (struct semver_answer){ 0 };
}

static void count_up(struct semver_answer *a)
{
	for (size_t i = 0; i < a->count; i++) {
		a->passed += a->items[i].verdict == VERDICT_PASS;
		a->failed += a->items[i].verdict == VERDICT_FAIL;
		a->skipped += a->items[i].verdict == VERDICT_SKIPPED;
		a->errors += a->items[i].verdict == VERDICT_ERROR;
	}
}

static bool denies(const struct compared *c)
{
	return findings_at_level(&c->findings, FINDING_DENY) > 0;
}

/* ---- two documents */

static int check_documents(const struct semver_request *r,
			   struct semver_answer *a, struct err *err)
{
	struct compare_side before = { .name = r->baseline_rustdoc,
				       .json = r->baseline_rustdoc,
				       .manifest = r->baseline_manifest };
	struct compare_side after = { .name = r->current_rustdoc,
				      .json = r->current_rustdoc,
				      .manifest = r->current_manifest };
	struct semver_item *item = calloc(1, sizeof(*item));

	if (!item)
		return err_nomem(err);
	a->items = item;
	a->count = 1;
	if (compare(&before, &after, &r->how, &item->compared, err) < 0)
		return (int)err->code;
	item->crate = item->compared.crate;
	if (!r->how.all_lints && denies(&item->compared))
		item->verdict = VERDICT_FAIL;
	return 0;
}

int semver_check(const struct semver_request *request,
		 struct semver_answer *out, struct err *err)
{
	AUTO(semver_answer_releasep) struct semver_answer a = { 0 };

	if (check_documents(request, &a, err) < 0)
		return (int)err->code;
	count_up(&a);
	*out = a;
	a = (struct semver_answer){ 0 };
	return 0;
}
