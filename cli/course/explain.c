#include "course/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"
#include "course/explain_tables.h"
#include "gate/gate.h"

static const struct explained gates[] = {
	{ "tree", "gate", "", "looks at the files before anything is packed",
	  "A link that leads out of the repository, a README from elsewhere, "
	  "a fifo: what is dangerous to pack, or to wait for, is found before "
	  "cargo opens anything. It also says when a submitted tag was moved.",
	  "" },
	{ "pack", "gate", "", "packs the crate with cargo, and runs nothing",
	  "'cargo package --no-verify --offline' in an empty environment and "
	  "outside of the crate's folder, so that no configuration of the "
	  "crate is read and nothing of it is run. A commit is packed once; "
	  "the bytes are kept by their SHA-256.",
	  "" },
	{ "metadata", "gate", "",
	  "asks whether crates.io would take the package",
	  "The packed crate is inspected, not the working tree: its files, "
	  "its Cargo.toml, its name and version against roster and tag. The "
	  "rules are those of crates.io's own server.",
	  "" },
	{ "build", "gate", "", "builds the unpacked package in a sandbox",
	  "'cargo check --offline --locked' without network, with a "
	  "read-only source and limits on time, memory, processes and what is "
	  "written. What the build tried and could not do is a finding too. "
	  "Without bubblewrap the gate is skipped, and says so.",
	  "" },
	{ "semver", "gate", "",
	  "compares the public interface with the version before",
	  "rustdoc describes both versions, and what was removed or changed "
	  "is weighed against the version number that was chosen. The first "
	  "release has nothing to be compared with.",
	  "https://doc.rust-lang.org/cargo/reference/semver.html" },
	{ "choices", "gate", "", "the statements that are the course's own",
	  "What 'cohort validate' holds an artifact against is in part a "
	  "choice of this course. These statements are reported apart and "
	  "fail nobody; where the policy has this gate at deny they count "
	  "like all others, and at allow they do not count at all.",
	  "" },
};

void explained_list_release(struct explained_list *l)
{
	if (!l)
		return;
	free(l->items);
	arena_release(&l->arena);
	*l = (struct explained_list){ 0 };
}

static struct explained of_gate_lint(const struct gate_lint *g)
{
	return (struct explained){ .id = g->id,
				   .kind = "build",
				   .level = finding_level_name(g->level),
				   .summary = g->summary,
				   .explanation = g->explanation,
				   .source = "" };
}

int explain_all(struct explained_list *out, struct err *err)
{
	AUTO(explained_list_releasep) struct explained_list l = { 0 };
	size_t metadata = explain_metadata_count();
	size_t semver = explain_semver_count(), own = 0;

	while (gate_lint_at(own))
		own++;
	l.items = calloc(ARRAY_LEN(gates) + metadata + own + semver +
				 EXPLAIN_STATEMENTS_MAX,
			 sizeof(*l.items));
	if (!l.items)
		return err_nomem(err);
	for (size_t i = 0; i < ARRAY_LEN(gates); i++)
		l.items[l.count++] = gates[i];
	for (size_t i = 0; i < metadata; i++)
		explain_metadata(i, &l.items[l.count++]);
	for (size_t i = 0; i < own; i++)
		l.items[l.count++] = of_gate_lint(gate_lint_at(i));
	for (size_t i = 0; i < semver; i++)
		if (explain_semver(i, &l.arena, &l.items[l.count++], err) < 0)
			return (int)err->code;
	if (explain_statements(&l, err) < 0)
		return (int)err->code;
	*out = l;
	l = (struct explained_list){ 0 };
	return 0;
}

const struct explained *explain_find(const struct explained_list *l,
				     const char *id, struct err *err)
{
	const char **ids;
	const char *near;

	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->items[i].id, id) == 0)
			return &l->items[i];
	ids = calloc(l->count + 1, sizeof(*ids));
	(void)err_set(err, ERR_NOT_FOUND,
		      "there is no gate, lint or statement '%s'", id);
	for (size_t i = 0; ids && i < l->count; i++)
		ids[i] = l->items[i].id;
	near = ids ? parse_nearest(id, ids, l->count) : NULL;
	if (near)
		(void)err_hint(err, "cohort explain %s", near);
	else
		(void)err_hint(err, "cohort explain");
	free(ids);
	return NULL;
}
