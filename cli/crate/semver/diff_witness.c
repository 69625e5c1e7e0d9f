/* Code that confirms findings on types, for those who can compile it. */
#include <stdlib.h>

#include "base/vec.h"
#include "crate/semver/diff.h"
#include "crate/semver/diff_internal.h"
#include "crate/semver/witness.h"

enum {
	WITNESS_MAX = 64 << 10 /* bytes of one; a longer one is none */
};

void semver_witnesses_release(struct semver_witnesses *w)
{
	if (!w)
		return;
	free(w->at);
	arena_release(&w->arena);
	*w = (struct semver_witnesses){ 0 };
}

void diff_witness(struct comparison *c, const struct semver_lint *l,
		  const struct semver_pair *p, const char *subject)
{
	struct semver_witnesses *w = c->witnesses;
	AUTO(strbuf_releasep) struct strbuf code = { .max = WITNESS_MAX };
	struct semver_testimony t = { .lint = l->id }, *grown;

	if (!w || !semver_witness_is_for(l))
		return;
	t.subject = arena_strdup(&w->arena, subject);
	if (semver_witness(l, p, &code))
		t.code = arena_strdup(&w->arena, strbuf_str(&code));
	grown = vec_grow(w->at, &w->cap, w->count + 1, sizeof(*grown));
	if (grown)
		w->at = grown;
	if (!grown || !t.subject || (code.len > 0 && !t.code))
		c->is_out_of_memory = true;
	else
		w->at[w->count++] = t;
}
