#include "gate/library.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "gate/gate_internal.h"
#include "gate/kept.h"
#include "gate/packages.h"
#include "gate/resolve.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/toolchain.h"
#include "io/tree_copy.h"

enum {
	TREE_MAX = 1 << 30,
	SOURCE_MAX = 1 << 20, /* of a file of the adapter's */
	KEPT_BUILDS = 4,      /* of a crate */
	STATUS_LOCAL = 3      /* of the script: not the crate's fault */
};

/* A change of how it is built needs another number. */
#define RECIPE "1"
#define INSIDE_CRATE "/build/crate"
#define INSIDE_ADAPTER "/build/adapter"

const char *library_state_name(enum library_state s)
{
	static const char *const names[] = { "built",	 "no-library",
					     "broken",	 "misfit",
					     "too-long", "unlinkable" };

	return names[s];
}

/* One build, while it lasts. */
struct making {
	const struct gate_env *env;
	const struct library_spec *spec;
	const char *work;
	struct library *out;
	struct packages packages;
	const struct package *package;
	const char *origin;    /* what is copied, absolute */
	char *tree;	       /* the copy */
	char *folder;	       /* of the crate in it, "" for the top */
	char *adapter;	       /* made of the template */
	struct strbuf sources; /* the adapter's, one after the other */
	char key[DIGEST_HEX_SIZE];
};

static void making_release(struct making *m)
{
	packages_release(&m->packages);
	free(m->tree);
	free(m->folder);
	free(m->adapter);
	strbuf_release(&m->sources);
}
AUTO_RELEASE(struct making, making_release)

/* ------------------------------------------------------------- the crate
 */

static bool is_below(const char *path, const char *root)
{
	size_t len = strlen(root);

	return strncmp(path, root, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

/*
 * The cargo workspace; where a dependency lies beside it, the repository that
 * has both.  What lies elsewhere cargo will miss, and say so.
 */
static const char *origin_of(const struct making *m)
{
	const char *root = m->packages.root, *repo = m->spec->root;

	for (size_t i = 0; i < m->packages.outside_count; i++)
		if (!repo || !is_below(root, repo) ||
		    !is_below(m->packages.outside[i], repo))
			return root;
	return m->packages.outside_count > 0 ? repo : root;
}

static int is_wrong(struct library *out, enum library_state state,
		    const char *message)
{
	out->state = state;
	snprintf(out->message, sizeof(out->message), "%s", message);
	return 0;
}

/* Cargo builds a cdylib, and nothing in Rust can use it. */
static int is_unlinkable(struct making *m)
{
	const char *kind = m->package->unlinkable;
	struct library *out = m->out;
	bool macro = strcmp(kind, "proc-macro") == 0;

	(void)is_wrong(out, LIBRARY_UNLINKABLE, "");
	snprintf(out->kind, sizeof(out->kind), "%s", kind);
	snprintf(out->message, sizeof(out->message),
		 macro ? "its library is a procedural macro"
		       : "its library is a %s and nothing else, which no crate "
			 "in Rust can use",
		 kind);
	snprintf(out->file, sizeof(out->file), "Cargo.toml");
	out->line = package_line_of_kind(m->package);
	out->column = out->line > 0;
	return 0;
}

/* What cargo makes of Cargo.toml; 0 with a state that is not BUILT: nothing. */
static int find_package(struct making *m, struct err *err)
{
	AUTO(str_freep)
	char *manifest = path_joined(m->spec->dir, "Cargo.toml");
	struct err why = { 0 };

	if (!manifest)
		return err_nomem(err);
	if (packages_read(m->env, m->work, manifest, &m->packages, &why) < 0) {
		if (why.code == ERR_FORMAT)
			return is_wrong(m->out, LIBRARY_BROKEN, why.msg);
		*err = why;
		return (int)err->code;
	}
	for (size_t i = 0; i < m->packages.count; i++)
		if (strcmp(m->packages.items[i].manifest, manifest) == 0)
			m->package = &m->packages.items[i];
	if (!m->package)
		return is_wrong(m->out, LIBRARY_ABSENT,
				"this Cargo.toml is that of a workspace, and "
				"no package's");
	snprintf(m->out->crate, sizeof(m->out->crate), "%s", m->package->name);
	snprintf(m->out->version, sizeof(m->out->version), "%s",
		 m->package->version);
	if (!m->package->has_library)
		return is_wrong(m->out, LIBRARY_ABSENT,
				"the crate has no library, only programs");
	return m->package->unlinkable ? is_unlinkable(m) : 0;
}

static int copy_tree(struct making *m, struct err *err)
{
	const char *below;

	m->origin = origin_of(m);
	if (!is_below(m->spec->dir, m->origin))
		return err_set(err, ERR_FORMAT,
			       "its workspace is '%s', which is not around it",
			       m->origin);
	below = m->spec->dir + strlen(m->origin);
	m->folder = strdup(below[0] == '/' ? below + 1 : below);
	m->tree = path_joined(m->work, "tree");
	if (!m->folder || !m->tree)
		return err_nomem(err);
	return tree_copy(m->origin, m->tree, TREE_MAX, m->key, err);
}

/* A link would be followed to where the sandbox does not reach: it is none. */
static bool has_own_adapter(const struct making *m)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	struct stat st;

	strbuf_addf(&path, "%s/%s/" LIBRARY_OWN_ADAPTER, m->tree, m->folder);
	return strbuf_ok(&path) && lstat(strbuf_str(&path), &st) == 0 &&
	       S_ISREG(st.st_mode);
}

/* ----------------------------------------------------------- the adapter
 */

/* TEXT inside of a TOML string. */
static void add_toml(struct strbuf *b, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			strbuf_addf(b, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			strbuf_addf(b, "\\u%04x", c);
		else
			strbuf_addc(b, (char)c);
	}
}

/* Cargo.toml.in, with the two names that it has between braces. */
static int render(const struct making *m, const char *text, struct strbuf *out,
		  struct err *err)
{
	static const char name[] = "{{crate_name}}", path[] = "{{crate_path}}";
	const char *tree = m->env->no_sandbox ? m->tree : INSIDE_CRATE;

	while (*text) {
		if (strncmp(text, name, sizeof(name) - 1) == 0) {
			add_toml(out, m->package->name);
			text += sizeof(name) - 1;
		} else if (strncmp(text, path, sizeof(path) - 1) == 0) {
			add_toml(out, tree);
			strbuf_addc(out, '/');
			add_toml(out, m->folder);
			text += sizeof(path) - 1;
		} else {
			strbuf_addc(out, *text++);
		}
	}
	return strbuf_check(out, err);
}

static int put_file(struct making *m, const char *from, const char *to,
		    struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf done = { 0 };
	AUTO(str_freep) char *source = path_joined(m->spec->adapter, from);
	AUTO(str_freep) char *target = path_joined(m->adapter, to);

	if (!source || !target)
		return err_nomem(err);
	if (file_read(source, SOURCE_MAX, &text, err) < 0 ||
	    (strcmp(from, to) == 0
		     ? (strbuf_add(&done, text.data, text.len), 0)
		     : render(m, strbuf_str(&text), &done, err)) < 0)
		return (int)err->code;
	strbuf_addf(&m->sources, "%zu\n", done.len);
	strbuf_add(&m->sources, strbuf_str(&done), done.len);
	return file_write_cache(target, strbuf_str(&done), done.len, err);
}

static int make_adapter(struct making *m, struct err *err)
{
	AUTO(str_freep) char *src = NULL;

	m->adapter = path_joined(m->work, "adapter");
	src = m->adapter ? path_joined(m->adapter, "src") : NULL;
	if (!src)
		return err_nomem(err);
	if (file_make_dirs(src, err) < 0 ||
	    put_file(m, "Cargo.toml.in", "Cargo.toml", err) < 0 ||
	    put_file(m, "src/lib.rs", "src/lib.rs", err) < 0 ||
	    put_file(m, "src/map.rs", "src/map.rs", err) < 0)
		return (int)err->code;
	return strbuf_check(&m->sources, err);
}

/* ------------------------------------------------------------- what is kept
 */

/* From the tree's key to that of the library. */
static int make_key(struct making *m, struct err *err)
{
	const struct toolchain *t = m->env->toolchain;
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	strbuf_addf(&text, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n%d\n", RECIPE, m->key,
		    m->spec->stays ? m->origin : "", m->folder,
		    m->package->name, t->rustc_version, t->host,
		    m->env->no_sandbox);
	strbuf_add(&text, strbuf_str(&m->sources), m->sources.len);
	if (strbuf_check(&text, err) < 0)
		return (int)err->code;
	return digest_bytes(text.data, text.len, m->key, err);
}

/* DIR/NAME.SUFFIX of this build in the cache; "" where there is none. */
static void kept_path(const struct making *m, const char *suffix, char *out,
		      size_t size)
{
	int n;

	out[0] = '\0';
	if (!m->env->cache_dir)
		return;
	n = snprintf(out, size, "%s/validate/%s/%.32s.%s", m->env->cache_dir,
		     m->package->name, m->key, suffix);
	if (n < 0 || (size_t)n >= size)
		out[0] = '\0';
}

static bool is_whole(const char *path)
{
	struct stat st;

	return path[0] && lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_size > 0;
}

/* It is only a cache: no failure of it counts. */
static void keep(struct making *m)
{
	AUTO(file_map_releasep) struct file_map map = { 0 };
	char path[sizeof(m->out->path)];
	AUTO(str_freep) char *dir = NULL;
	struct err ignored = { 0 };

	kept_path(m, "so", path, sizeof(path));
	dir = path[0] ? strdup(path) : NULL;
	if (!dir)
		return;
	*strrchr(dir, '/') = '\0';
	if (file_make_dirs(dir, &ignored) < 0 ||
	    file_map_open(m->out->path, &map, &ignored) < 0 ||
	    file_write_cache(path, map.data, map.len, &ignored) < 0)
		return;
	memcpy(m->out->path, path, sizeof(path));
	m->out->kept = true;
	/* a student builds a hundred times a day: the latest few stay */
	kept_prune(dir, ".so", KEPT_BUILDS);
}

static void keep_log(struct making *m, const struct strbuf *log)
{
	char path[sizeof(m->out->log)];
	AUTO(str_freep) char *dir = NULL;
	struct err ignored = { 0 };

	kept_path(m, "log", path, sizeof(path));
	dir = path[0] ? strdup(path) : NULL;
	if (!dir)
		return;
	/* one for each crate: the latest */
	*strrchr(dir, '/') = '\0';
	snprintf(path, sizeof(path), "%s/build.log", dir);
	if (file_make_dirs(dir, &ignored) == 0 &&
	    file_write_cache(path, strbuf_str(log), log->len, &ignored) == 0)
		memcpy(m->out->log, path, sizeof(path));
}

/* -------------------------------------------------------------- the build
 */

/*
 * The adapter is copied to where Cargo.lock can be written: the student's, to
 * which cargo adds the adapter and nothing else, for there is no network.
 */
static const char script[] =
	"cp -R \"$ADAPTER\" \"$HOME/adapter\" || exit 3\n"
	"[ ! -f \"$WORKSPACE/Cargo.lock\" ] || "
	"cp \"$WORKSPACE/Cargo.lock\" \"$HOME/adapter/\" || exit 3\n"
	"[ -z \"$OWN\" ] || cp \"./$FOLDER/$OWN\" "
	"\"$HOME/adapter/src/map.rs\" || exit 3\n"
	"cd \"$HOME/adapter\" || exit 3\n"
	"cargo build --release --offline >&2 || exit 1\n"
	"cat \"$CARGO_TARGET_DIR/release/libcohort_adapter.so\" || exit 3\n";

/* Where the compiler sees the copy, and what it is to call that. */
static const char *top_of(const struct making *m)
{
	return m->env->no_sandbox ? m->tree : INSIDE_CRATE;
}

static const char *called(const struct making *m)
{
	return m->spec->stays ? m->origin : top_of(m);
}

static bool cut_top(char *file, const char *top)
{
	size_t len = strlen(top);

	if (strncmp(file, top, len) != 0 || file[len] != '/')
		return false;
	memmove(file, file + len + 1, strlen(file + len));
	return true;
}

/* Where the file of a message is: in the crate, in the adapter, elsewhere. */
static enum library_state place(const struct making *m, struct cargo_error *e)
{
	if (cut_top(e->file, called(m)) || cut_top(e->file, top_of(m)))
		return LIBRARY_BROKEN;
	if (strncmp(e->file, "src/", 4) != 0)
		return LIBRARY_BROKEN;
	if (m->out->own_adapter && strcmp(e->file, "src/map.rs") == 0)
		snprintf(e->file, sizeof(e->file), "%.120s%s%s", m->folder,
			 m->folder[0] ? "/" : "", LIBRARY_OWN_ADAPTER);
	return LIBRARY_MISFIT;
}

/* "cat: write error: No space left on device" among what cargo said. */
static int cannot_write(const struct making *m, const char *said,
			struct err *err)
{
	static const char cat[] = "cat: write error: ";
	const char *why = strstr(said, cat), *copy = strstr(said, "cp: ");
	ptrdiff_t len;

	if (!why)
		return err_set(err, ERR_IO, "cannot prepare the build%s%.*s",
			       copy ? ": " : "",
			       copy ? (int)strcspn(copy, "\n") : 0,
			       copy ? copy : "");
	why += sizeof(cat) - 1;
	len = strrchr(m->work, '/') - m->work; /* it will be gone itself */
	(void)err_set(err, ERR_IO, "cannot write the library in '%.*s': %.*s",
		      (int)len, m->work, (int)strcspn(why, "\n"), why);
	return err_hint(err, "df -h %.*s", (int)len, m->work);
}

static int judge(struct making *m, const struct process_result *r,
		 struct err *err)
{
	struct cargo_error e = { 0 };
	const char *said = strbuf_str(&r->err);

	if (!m->env->no_sandbox && strncmp(said, "bwrap: ", 7) == 0)
		return err_set(err, ERR_MISSING, "%.*s",
			       (int)strcspn(said, "\n"), said);
	if (r->timed_out || r->signal) {
		snprintf(e.message, sizeof(e.message),
			 r->timed_out ? "the build had not ended after %u s"
				      : "the build was killed by signal %u",
			 r->timed_out ? (unsigned)(r->wall_ms / 1000)
				      : (unsigned)r->signal);
		return is_wrong(m->out, LIBRARY_TOO_LONG, e.message);
	}
	if (r->exit_status == STATUS_LOCAL)
		return cannot_write(m, said, err);
	if (!cargo_first_error(said, &e))
		snprintf(e.message, sizeof(e.message),
			 "cargo build ended with status %d", r->exit_status);
	if (strstr(e.message, "linker `cc` not found")) {
		(void)err_set(err, ERR_MISSING, "there is no C linker");
		return err_hint(err, "sudo apt-get install gcc");
	}
	m->out->state = place(m, &e);
	snprintf(m->out->message, sizeof(m->out->message), "%s", e.message);
	if (e.line > 0) {
		memcpy(m->out->file, e.file, sizeof(m->out->file));
		m->out->line = e.line;
		m->out->column = e.column;
	}
	return 0;
}

/*
 * No lint of the crate's own stops the build.  A debugger finds the sources by
 * the names that they have outside of the sandbox.
 */
static const char *flags(const struct making *m, struct arena *a)
{
	const char *home = SANDBOX_HOME;

	if (m->env->no_sandbox)
		home = arena_printf(a, "%s/home", m->work);
	return arena_printf(a,
			    "CARGO_ENCODED_RUSTFLAGS=--cap-lints=allow\x1f"
			    "--remap-path-prefix=%s=%s\x1f"
			    "--remap-path-prefix=%s/adapter=%s",
			    top_of(m), called(m), home ? home : "",
			    m->spec->adapter);
}

static int run(struct making *m, int fd, struct process_result *r,
	       struct err *err)
{
	AUTO(arena_releasep) struct arena a = { 0 };
	bool outside = m->env->no_sandbox;
	const char *below = m->packages.root + strlen(m->origin);
	const char *vars[] = {
		arena_printf(&a, "ADAPTER=%s",
			     outside ? m->adapter : INSIDE_ADAPTER),
		arena_printf(&a, "WORKSPACE=%s%s", top_of(m), below),
		arena_printf(&a, "FOLDER=%s", m->folder),
		m->out->own_adapter ? "OWN=" LIBRARY_OWN_ADAPTER : "OWN=",
		flags(m, &a),
		NULL,
	};
	const struct sandbox_bind binds[] = {
		{ .from = m->adapter, .to = INSIDE_ADAPTER },
	};
	const struct build_spec spec = { .dir = m->tree,
					 .script = script,
					 .env = vars,
					 .binds = binds,
					 .bind_count = outside ? 0 : 1,
					 .out_fd = fd };

	for (size_t i = 0; i + 1 < ARRAY_LEN(vars); i++)
		if (!vars[i])
			return err_nomem(err);
	return build_run(m->env, m->work, &spec, r, err);
}

static int build(struct making *m, struct err *err)
{
	AUTO(process_result_releasep) struct process_result r = { 0 };
	AUTO(str_freep) char *path = path_joined(m->work, "library.so");
	struct library *out = m->out;
	int fd;

	if (!path)
		return err_nomem(err);
	if (strlen(path) >= sizeof(out->path))
		return err_set(err, ERR_LIMIT, "'%s' is too long", path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0)
		return err_errno(err, errno, "write", path);
	(void)run(m, fd, &r, err);
	if (close(fd) < 0 && !err->code)
		(void)err_errno(err, errno, "write", path);
	if (err->code)
		return (int)err->code;
	out->ms = r.wall_ms;
	keep_log(m, &r.err);
	if (r.exit_status != 0)
		return judge(m, &r, err);
	memcpy(out->path, path, strlen(path) + 1);
	keep(m);
	return 0;
}

/* What is missing or does not fit is the crate's matter; the network is not. */
static int fetch(struct making *m, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf dir = { 0 };
	struct err why = { 0 };

	strbuf_addf(&dir, "%s/%s", m->tree, m->folder);
	if (strbuf_check(&dir, err) < 0)
		return (int)err->code;
	if (resolve(m->env, m->work, strbuf_str(&dir), 0, &why) == 0)
		return 0;
	if (why.code == ERR_NOT_FOUND || why.code == ERR_FORMAT)
		return is_wrong(m->out, LIBRARY_BROKEN, why.msg);
	*err = why;
	return (int)err->code;
}

static bool is_kept(struct making *m)
{
	char path[sizeof(m->out->path)];

	/* the crates of the cohort are not in the key */
	kept_path(m, "so", path, sizeof(path));
	if (m->env->siblings_dir || !is_whole(path))
		return false;
	(void)utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
	memcpy(m->out->path, path, sizeof(path));
	m->out->cached = m->out->kept = true;
	return true;
}

int library_build(const struct gate_env *env, const char *work,
		  const struct library_spec *spec, struct library *out,
		  struct err *err)
{
	AUTO(making_releasep)
	struct making m = {
		.env = env, .spec = spec, .work = work, .out = out
	};

	*out = (struct library){ 0 };
	if (!env->no_sandbox && sandbox_check(err) < 0)
		return (int)err->code;
	if (find_package(&m, err) < 0)
		return (int)err->code;
	if (out->state != LIBRARY_BUILT)
		return 0;
	if (copy_tree(&m, err) < 0 || make_adapter(&m, err) < 0 ||
	    make_key(&m, err) < 0)
		return (int)err->code;
	out->own_adapter = has_own_adapter(&m);
	if (is_kept(&m))
		return 0;
	if (fetch(&m, err) < 0)
		return (int)err->code;
	return out->state == LIBRARY_BUILT ? build(&m, err) : 0;
}
