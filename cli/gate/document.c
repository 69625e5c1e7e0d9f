#include "gate/document.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "gate/gate_internal.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/toolchain.h"

enum {
	KEPT_MAX = 32 << 20 /* documents larger than this are made again */
};

/* A change of how the document is made needs another number. */
#define RECIPE "2"

bool feature_is_unstable(const char *name)
{
	static const char *const words[] = { "unstable", "nightly", "bench",
					     "no_std" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(name, words[i]) == 0)
			return true;
	return name[0] == '_' || strncmp(name, "unstable-", 9) == 0 ||
	       strncmp(name, "unstable_", 9) == 0;
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* Where the document is kept; NULL: nowhere. */
static char *kept_path(const struct gate_env *env,
		       const struct document_spec *spec)
{
	const struct toolchain *t = env->toolchain;
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char key[DIGEST_HEX_SIZE];
	struct err err = { 0 };

	if (!env->cache_dir || !spec->identity)
		return NULL;
	strbuf_addf(&path, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s", RECIPE,
		    spec->identity, t->rustc_version, t->host,
		    or_empty(spec->folder), or_empty(spec->package),
		    or_empty(spec->features), or_empty(spec->target));
	if (spec->rustdocflags && *spec->rustdocflags)
		strbuf_addf(&path, "\n%s\n%s", or_empty(spec->rustflags),
			    spec->rustdocflags);
	if (!strbuf_ok(&path) ||
	    digest_bytes(path.data, path.len, key, &err) < 0)
		return NULL;
	strbuf_reset(&path);
	strbuf_addf(&path, "%s/rustdoc", env->cache_dir);
	if (!strbuf_ok(&path) || file_make_dirs(path.data, &err) < 0)
		return NULL;
	strbuf_addf(&path, "/%s.json", key);
	return strbuf_take(&path);
}

/* ---- making it */

/* The script's status when the document was made and could not be taken. */
enum {
	NOT_WRITTEN = 9
};

/*
 * Run in the workspace's own folder, from where the compiler is given the
 * source, so that places are relative to it.
 */
static const char script[] =
	"cd \"./$FOLDER\" || exit 1\n"
	"CARGO_TARGET_DIR=$CARGO_TARGET_DIR/$SIDE\n"
	"export CARGO_TARGET_DIR\n"
	"rm -rf \"$CARGO_TARGET_DIR\"\n"
	"set -- --offline --locked --no-deps --lib --no-default-features\n"
	"[ -z \"$PACKAGE\" ] || set -- \"$@\" --package \"$PACKAGE\"\n"
	"[ -z \"$FEATURES\" ] || set -- \"$@\" --features \"$FEATURES\"\n"
	"[ -z \"$TARGET\" ] || set -- \"$@\" --target \"$TARGET\"\n"
	"cargo doc \"$@\" >&2 || exit 1\n"
	"set -- \"$CARGO_TARGET_DIR/${TARGET:+$TARGET/}doc\"/*.json\n"
	"[ -f \"$1\" ] || exit 1\n"
	"cat \"$1\" || exit 9\n";

/* "cat: write error: No space left on device" */
static int not_written(const struct document_spec *spec, const char *log,
		       struct err *err)
{
	static const char mark[] = "write error: ";
	const char *why = strstr(log, mark);

	if (!why || !why[sizeof(mark) - 1])
		return err_set(err, ERR_IO,
			       "cannot write the document of the %s",
			       spec->name);
	why += sizeof(mark) - 1;
	return err_set(err, ERR_IO,
		       "cannot write the document of the %s: %c%.*s",
		       spec->name, tolower((unsigned char)why[0]),
		       (int)strcspn(why + 1, "\n"), why + 1);
}

static int make_failed(const struct document_spec *spec,
		       const struct process_result *r, struct err *err)
{
	struct cargo_error e;

	if (r->timed_out)
		return err_set(err, ERR_LIMIT,
			       "rustdoc of the %s took too long", spec->name);
	if (r->exit_status == NOT_WRITTEN)
		return not_written(spec, strbuf_str(&r->err), err);
	if (!cargo_first_error(strbuf_str(&r->err), &e))
		return err_set(err, ERR_REFUSED, "%s: rustdoc failed",
			       spec->name);
	return err_set(err, ERR_REFUSED, "%s: %s", spec->name, e.message);
}

static const char *variable(struct arena *a, const char *name,
			    const char *value)
{
	return arena_printf(a, "%s=%s", name, or_empty(value));
}

/* cargo's encoding of lists: a flag may have spaces in it. */
static const char *flags(struct arena *a, const char *ours, const char *more)
{
	return arena_printf(a, "%s%s%s", ours, more && *more ? "\x1f" : "",
			    or_empty(more));
}

static int run(const struct gate_env *env, const char *work,
	       const struct document_spec *spec, int fd, struct err *err)
{
	AUTO(arena_releasep) struct arena a = { 0 };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	const char *vars[] = {
		variable(&a, "FOLDER", spec->folder),
		variable(&a, "SIDE", spec->name),
		variable(&a, "PACKAGE", spec->package),
		variable(&a, "FEATURES", spec->features),
		variable(&a, "TARGET", spec->target),
		"RUSTC_BOOTSTRAP=1",
		flags(&a,
		      "CARGO_ENCODED_RUSTDOCFLAGS=-Zunstable-options\x1f"
		      "--output-format=json\x1f"
		      "--document-private-items\x1f"
		      "--document-hidden-items\x1f"
		      "--cap-lints=allow",
		      spec->rustdocflags),
		flags(&a, "CARGO_ENCODED_RUSTFLAGS=--cap-lints=allow",
		      spec->rustflags),
		NULL
	};
	struct build_spec build = {
		.dir = spec->dir, .script = script, .env = vars, .out_fd = fd
	};

	for (size_t i = 0; i + 1 < ARRAY_LEN(vars); i++)
		if (!vars[i])
			return err_nomem(err);
	if (build_run(env, work, &build, &r, err) < 0)
		return (int)err->code;
	return r.exit_status == 0 ? 0 : make_failed(spec, &r, err);
}

static int make(const struct gate_env *env, const char *work,
		const struct document_spec *spec, const char *path,
		struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_errno(err, errno, "write", path);
	(void)run(env, work, spec, fd, err);
	if (close(fd) < 0 && !err->code)
		(void)err_errno(err, errno, "write", path);
	return (int)err->code;
}

/* It is only a cache: no failure of it counts. */
static void keep(const char *path, const char *kept)
{
	AUTO(file_map_releasep) struct file_map map = { 0 };
	struct err ignored = { 0 };

	if (file_map_open(path, &map, &ignored) == 0 && map.len <= KEPT_MAX)
		(void)file_write_cache(kept, map.data, map.len, &ignored);
}

int document_make(const struct gate_env *env, const char *work,
		  const struct document_spec *spec, char **out, struct err *err)
{
	AUTO(str_freep) char *kept = kept_path(env, spec);
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	if (kept && file_exists(kept)) {
		*out = kept;
		kept = NULL;
		return 0;
	}
	strbuf_addf(&path, "%s/%s%s%s.json", work, spec->name,
		    spec->package ? "-" : "", or_empty(spec->package));
	if (strbuf_check(&path, err) < 0 ||
	    make(env, work, spec, strbuf_str(&path), err) < 0)
		return (int)err->code;
	if (kept)
		keep(strbuf_str(&path), kept);
	*out = strbuf_take(&path);
	return *out ? 0 : err_nomem(err);
}
