#include "gate/confirm.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/path.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "crate/semver/diff.h"
#include "gate/gate_internal.h"
#include "io/file.h"

#define INSIDE_WITNESSES "/witnesses"

/* A line of output for each witness that compiles: its number. */
static const char script[] =
	"CARGO_TARGET_DIR=$CARGO_TARGET_DIR/witness-$SIDE\n"
	"export CARGO_TARGET_DIR\n"
	"cd \"./$FOLDER\" || exit 1\n"
	"set -- --offline --locked --lib --no-default-features\n"
	"[ -z \"$FEATURES\" ] || set -- \"$@\" --features \"$FEATURES\"\n"
	"[ -z \"$PACKAGE\" ] || set -- \"$@\" --package \"$PACKAGE\"\n"
	"cargo check \"$@\" >&2 || exit 1\n"
	"deps=$CARGO_TARGET_DIR/debug/deps\n"
	"for lib in \"$deps/lib$LIB\"-*.rmeta; do :; done\n"
	"[ -f \"$lib\" ] || exit 1\n"
	"for n in $COUNT; do\n"
	"	rustc --edition 2024 --crate-type lib --crate-name witness \\\n"
	"		--emit metadata --cap-lints allow \\\n"
	"		-L \"dependency=$deps\" --extern \"$LIB=$lib\" \\\n"
	"		-o \"$CARGO_TARGET_DIR/witness.rmeta\" \\\n"
	"		\"$WITNESSES/$n.rs\" >&2 && echo \"$n\"\n"
	"done\n"
	"exit 0\n";

/* The witnesses that there are, by their number on disk. */
struct tried {
	const struct semver_witnesses *all;
	size_t at[CONFIRM_MAX];
	size_t count;
	char *dir;
	const char *lib; /* as Rust names the crate */
	struct arena arena;
};

static void tried_release(struct tried *t)
{
	free(t->dir);
	arena_release(&t->arena);
}
AUTO_RELEASE(struct tried, tried_release)

static int write_witnesses(const struct confirm_job *job, struct tried *t,
			   struct err *err)
{
	t->dir = path_joined(job->work, "witnesses");
	if (!t->dir)
		return err_nomem(err);
	if (file_make_dirs(t->dir, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < t->count; i++) {
		const char *code = t->all->at[t->at[i]].code;
		char name[32];
		AUTO(str_freep) char *path = NULL;

		snprintf(name, sizeof(name), "%zu.rs", i);
		path = path_joined(t->dir, name);
		if (!path)
			return err_nomem(err);
		if (file_write(path, code, strlen(code), 0644, err) < 0)
			return (int)err->code;
	}
	return 0;
}

/* Which of them compile; false in *RAN if the crate itself does not. */
static int try_side(const struct confirm_job *job, const struct tried *t,
		    const struct confirm_side *side, const char *name,
		    bool *passes, bool *ran, struct err *err)
{
	AUTO(process_result_releasep) struct process_result r = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf numbers = { 0 };
	const struct sandbox_bind bind = { .from = t->dir,
					   .to = INSIDE_WITNESSES };
	const char *vars[9] = { 0 };
	struct build_spec build = { .dir = side->dir,
				    .script = script,
				    .env = vars,
				    .binds = &bind,
				    .bind_count = 1,
				    .out_fd = -1 };
	const char *at;

	strbuf_adds(&numbers, "COUNT=");
	for (size_t i = 0; i < t->count; i++)
		strbuf_addf(&numbers, "%zu ", i);
	vars[0] = arena_printf(&arena, "SIDE=%s", name);
	vars[1] = arena_printf(&arena, "FEATURES=%s", side->features);
	vars[2] = arena_printf(&arena, "LIB=%s", t->lib);
	vars[3] = strbuf_str(&numbers);
	vars[4] =
		arena_printf(&arena, "WITNESSES=%s",
			     job->env->no_sandbox ? t->dir : INSIDE_WITNESSES);
	vars[5] = arena_printf(&arena, "FOLDER=%s",
			       side->folder ? side->folder : "");
	vars[6] = arena_printf(&arena, "PACKAGE=%s",
			       side->package ? side->package : "");
	vars[7] = arena_printf(&arena, "CARGO_ENCODED_RUSTFLAGS=%s",
			       side->rustflags ? side->rustflags : "");
	if (!vars[0] || !vars[1] || !vars[2] || !vars[4] || !vars[5] ||
	    !vars[6] || !vars[7] || !strbuf_ok(&numbers))
		return err_nomem(err);
	if (build_run(job->env, job->work, &build, &r, err) < 0)
		return (int)err->code;
	*ran = r.exit_status == 0 && !r.timed_out;
	for (at = strbuf_str(&r.out); *ran && *at;) {
		char *end;
		unsigned long n = strtoul(at, &end, 10);

		if (end != at && n < t->count)
			passes[n] = true;
		at = end + strcspn(end, "\n");
		at += *at == '\n';
	}
	return 0;
}

static int raise_finding(struct findings *raw, const struct semver_testimony *t,
			 struct err *err)
{
	for (size_t i = 0; i < raw->count; i++) {
		struct finding *f = &raw->items[i];

		if (strcmp(f->id, t->lint) != 0 ||
		    strcmp(f->subject, t->subject) != 0)
			continue;
		f->why = arena_printf(&raw->arena,
				      "%s; a program that uses it compiled "
				      "before and does not now",
				      f->why);
		f->level = FINDING_DENY;
		if (!f->why)
			return err_nomem(err);
	}
	return 0;
}

int confirm_types(void *context, struct findings *raw,
		  const struct semver_witnesses *witnesses, struct err *err)
{
	struct confirm_job *job = context;
	AUTO(tried_releasep) struct tried t = { .all = witnesses };
	bool before[CONFIRM_MAX] = { false }, after[CONFIRM_MAX] = { false };
	bool ran = false;

	for (size_t i = 0; i < witnesses->count && t.count < CONFIRM_MAX; i++)
		if (witnesses->at[i].code)
			t.at[t.count++] = i;
	job->asked = t.count;
	if (t.count == 0)
		return 0;
	t.lib = arena_strndup(&t.arena, witnesses->at[t.at[0]].subject,
			      strcspn(witnesses->at[t.at[0]].subject, ":"));
	if (!t.lib)
		return err_nomem(err);
	if (write_witnesses(job, &t, err) < 0 ||
	    try_side(job, &t, &job->before, "before", before, &ran, err) < 0)
		return (int)err->code;
	if (!ran)
		return 0;
	if (try_side(job, &t, &job->after, "after", after, &ran, err) < 0)
		return (int)err->code;
	for (size_t i = 0; ran && i < t.count; i++) {
		if (!before[i] || after[i])
			continue;
		job->confirmed++;
		if (raise_finding(raw, &witnesses->at[t.at[i]], err) < 0)
			return (int)err->code;
	}
	return 0;
}
