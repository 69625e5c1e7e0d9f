/* Any bytes as one of the files that people write: an answer, no more. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/node.h"
#include "io/yaml.h"
#include "model/cohort.h"
#include "model/curriculum.h"
#include "model/dotcohort.h"
#include "model/policy.h"
#include "model/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_cohort(const struct node *root, struct err *err)
{
	AUTO(cohort_freep) struct cohort *c = NULL;
	int rc = cohort_read(root, &c, err);

	assert((rc == 0) == (c != NULL));
	for (int a = 0; c && a < ARTIFACT_COUNT; a++)
		assert(cohort_due(c, (enum artifact)a).month > 0);
	return rc;
}

static int read_roster(const struct node *root, struct err *err)
{
	AUTO(roster_freep) struct roster *r = NULL;
	int rc = roster_read(root, 32, &r, err);

	assert((rc == 0) == (r != NULL));
	for (size_t i = 0; r && i < r->count; i++) {
		assert(roster_find(r, r->seats[i].handle) == &r->seats[i]);
		assert(r->seats[i].number <= 32);
	}
	return rc;
}

static int read_policy(const struct node *root, struct err *err)
{
	static const char *const known[] = { "missing-license" };
	AUTO(policy_freep) struct policy *p = NULL;
	int rc = policy_read(root, &p, err);

	assert((rc == 0) == (p != NULL));
	if (p)
		rc = policy_check_lints(p, known, 1, err);
	return rc;
}

static int read_curriculum(const struct node *root, struct err *err)
{
	AUTO(findings_releasep) struct findings found = { 0 };
	AUTO(curriculum_freep) struct curriculum *c = NULL;
	int rc = curriculum_read(root, &c, err);

	assert((rc == 0) == (c != NULL));
	return c ? curriculum_lint(c, &found, err) : rc;
}

static int read_dotcohort(const struct node *root, struct err *err)
{
	AUTO(dotcohort_freep) struct dotcohort *d = NULL;
	int rc = dotcohort_read(root, &d, err);

	assert((rc == 0) == (d != NULL));
	return rc;
}

/* What can be read is written, and reads as the same again. */
static int read_invite(const struct node *root, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf again = { 0 };
	AUTO(invite_freep) struct invite *i = NULL;
	AUTO(invite_freep) struct invite *k = NULL;
	const struct node *copy = NULL;

	if (invite_read(root, &i, err) < 0)
		return err->code;
	assert(invite_write(i, &text, err) == 0);
	assert(yaml_read(text.data, text.len, "f", &arena, &copy, err) == 0);
	assert(invite_read(copy, &k, err) == 0);
	assert(invite_write(k, &again, err) == 0);
	assert(strcmp(strbuf_str(&text), strbuf_str(&again)) == 0);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const readers[])(const struct node *, struct err *) = {
		read_cohort,	 read_roster,	 read_policy,
		read_curriculum, read_dotcohort, read_invite
	};
	AUTO(arena_releasep) struct arena arena = { .max = 64 << 20 };
	const struct node *root = NULL;
	struct err err = { 0 };

	if (yaml_read((const char *)data, size, "f", &arena, &root, &err) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
		struct err why = { 0 };
		int rc = readers[i](root, &why);

		assert(rc == (int)why.code);
		assert(rc == 0 || why.msg[0] != '\0');
	}
	return 0;
}
