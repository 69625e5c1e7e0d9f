/* cargo in a neutral place, and what it says when it fails. */
#include "gate/gate_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/str.h"
#include "crate/manifest/manifest.h"
#include "io/file.h"
#include "io/toolchain.h"

enum {
	CARGO_ARGS_MAX = 32,
	CARGO_ENV_MAX = 32,
	CARGO_TIMEOUT_MS = 5 * 60 * 1000,
	CARGO_OUTPUT_MAX = 1 << 20,
	MANIFEST_MAX = 1 << 20
};

/* What a network of a school or a company asks for. */
static const char *const network_names[] = {
	"http_proxy",	     "https_proxy",	  "HTTPS_PROXY",
	"HTTP_PROXY",	     "no_proxy",	  "NO_PROXY",
	"ALL_PROXY",	     "all_proxy",	  "SSL_CERT_FILE",
	"SSL_CERT_DIR",	     "CARGO_HTTP_CAINFO", "CARGO_HTTP_PROXY",
	"CARGO_HTTP_TIMEOUT"
};

static bool add_env(struct arena *a, const char **env, size_t *n,
		    const char *name, const char *value)
{
	if (*n + 1 >= CARGO_ENV_MAX)
		return false;
	env[*n] = arena_printf(a, "%s=%s", name, value);
	return env[(*n)++] != NULL;
}

static int fill_env(const struct gate_env *env, const char *work, bool network,
		    struct arena *a, const char **out, struct err *err)
{
	char *path = arena_printf(a, "%s/bin:/usr/bin:/bin",
				  env->toolchain->sysroot);
	char *home = arena_printf(a, "%s/home", work);
	const char *cargo = env->cargo_home;
	size_t n = 0;

	if (home && !cargo)
		cargo = arena_printf(a, "%s/cargo", work);
	if (!path || !home || !cargo || !add_env(a, out, &n, "PATH", path) ||
	    !add_env(a, out, &n, "HOME", home) ||
	    !add_env(a, out, &n, "CARGO_HOME", cargo) ||
	    !add_env(a, out, &n, "LC_ALL", "C") ||
	    !add_env(a, out, &n, "CARGO_TERM_COLOR", "never"))
		return err_nomem(err);
	for (size_t i = 0; network && i < ARRAY_LEN(network_names); i++) {
		const char *value = getenv(network_names[i]);

		if (value && !add_env(a, out, &n, network_names[i], value))
			return err_nomem(err);
	}
	if (file_make_dirs(home, err) < 0)
		return (int)err->code;
	return file_make_dirs(cargo, err) < 0
		       ? err_hint(err, "export CARGO_HOME=FOLDER")
		       : 0;
}

static int start(const struct gate_env *env, const char *work,
		 const char *const *args, bool network,
		 struct process_spec *spec, struct process_result *out,
		 struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const char *argv[CARGO_ARGS_MAX] = { env->toolchain->cargo };
	const char *vars[CARGO_ENV_MAX] = { 0 };

	for (size_t i = 0; args[i] && i + 2 < CARGO_ARGS_MAX; i++)
		argv[i + 1] = args[i];
	if (fill_env(env, work, network, &arena, vars, err) < 0)
		return (int)err->code;
	spec->argv = argv;
	spec->env = vars;
	spec->cwd = "/";
	spec->timeout_ms = CARGO_TIMEOUT_MS;
	return process_run(spec, out, err);
}

int cargo_run(const struct gate_env *env, const char *work,
	      const char *const *args, bool network, struct process_result *out,
	      struct err *err)
{
	struct process_spec spec = { .merge = true,
				     .max_output = CARGO_OUTPUT_MAX };

	return start(env, work, args, network, &spec, out, err);
}

int cargo_ask(const struct gate_env *env, const char *work,
	      const char *const *args, struct process_result *out,
	      struct err *err)
{
	struct process_spec spec = { .max_output = JSON_INPUT_MAX };

	return start(env, work, args, false, &spec, out, err);
}

/* ------------------------------------------------------------- its first error
 */

/* "error: ..." or "error[E0308]: ..." at the beginning of a line. */
static const char *error_text(const char *line)
{
	const char *p = line;

	if (strncmp(p, "error", 5) != 0)
		return NULL;
	p += 5;
	if (*p == '[') {
		p += strcspn(p, "]\n");
		p += *p == ']';
	}
	return strncmp(p, ": ", 2) == 0 ? p + 2 : NULL;
}

/* "  --> src/lib.rs:3:5" */
static void take_place(const char *line, size_t len, struct cargo_error *out)
{
	char text[sizeof(out->file) + 32];
	unsigned row, column;
	char *colon;

	if (len >= sizeof(text))
		return;
	memcpy(text, line, len);
	text[len] = '\0';
	for (int i = 0; i < 2; i++) {
		colon = strrchr(text, ':');
		if (!colon)
			return;
		if (!parse_u32(colon + 1, i == 0 ? &column : &row))
			return;
		*colon = '\0';
	}
	if (strlen(text) >= sizeof(out->file))
		return;
	memcpy(out->file, text, strlen(text) + 1);
	out->line = row;
	out->column = column;
}

static const char *next_line(const char *p)
{
	p += strcspn(p, "\n");
	return *p ? p + 1 : p;
}

/*
 * A failed build script is explained by what it said itself: the first line of
 * its standard error that is no note about backtraces.
 */
static void add_script_words(const char *log, struct cargo_error *out)
{
	const char *p = strstr(log, "--- stderr\n");
	size_t used = strlen(out->message), len;

	for (p = p ? next_line(p) : ""; *p; p = next_line(p)) {
		p += strspn(p, " ");
		len = strcspn(p, "\n");
		if (len == 0 || strncmp(p, "note: ", 6) == 0 ||
		    strncmp(p, "thread '", 8) == 0)
			continue;
		snprintf(out->message + used, sizeof(out->message) - used,
			 " (%.*s)", (int)len, p);
		return;
	}
}

bool cargo_first_error(const char *log, struct cargo_error *out)
{
	const char *p = log, *text = NULL;

	*out = (struct cargo_error){ 0 };
	for (; *p && !(text = error_text(p)); p = next_line(p))
		;
	if (!text)
		return false;
	snprintf(out->message, sizeof(out->message), "%.*s",
		 (int)strcspn(text, "\n"), text);
	if (strstr(out->message, "custom build command"))
		add_script_words(p, out);
	/* the place is within the next few lines, before another message */
	p = next_line(p);
	for (int i = 0; i < 6 && *p && *p != '\n'; i++, p = next_line(p)) {
		const char *arrow = p + strspn(p, " ");

		if (strncmp(arrow, "--> ", 4) == 0) {
			take_place(arrow + 4, strcspn(arrow + 4, "\n"), out);
			break;
		}
	}
	return true;
}

/* ---------------------------------------------------------------------- fetch
 */

bool gate_manifest(const char *dir, struct arena *arena, struct manifest *out)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(str_freep) char *path = path_joined(dir, "Cargo.toml");
	struct err err = { 0 };

	return path && file_read(path, MANIFEST_MAX, &text, &err) == 0 &&
	       manifest_read(strbuf_str(&text), text.len, "Cargo.toml", arena,
			     out, &err) == 0;
}

/* A manifest that cannot be read is for the gates to complain of. */
static bool depends_on_something(const char *source_dir)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct manifest m = { 0 };

	return gate_manifest(source_dir, &arena, &m) && m.dep_count > 0;
}

static bool says_one_of(const char *log, const char *const *words)
{
	for (; *words; words++) {
		if (strstr(log, *words))
			return true;
	}
	return false;
}

void cargo_last_cause(const char *log, struct cargo_error *e)
{
	static const char mark[] = "\nCaused by:\n";
	const char *cause = NULL, *before = NULL;
	const char *name = e->message, *end;
	char of[80] = "";

	for (const char *at = log; (at = strstr(at, mark)) != NULL; at++) {
		before = cause;
		cause = at + sizeof(mark) - 1;
		cause += strspn(cause, " ");
	}
	if (!cause)
		return;
	/* "failed to get `itoa` as a dependency of package `...`" */
	name += strcspn(name, "`");
	end = *name ? strchr(name + 1, '`') : NULL;
	if (end && strncmp(e->message, "failed to get ", 14) == 0)
		snprintf(of, sizeof(of), "%.*s: ", (int)(end - name) + 1, name);
	if (!before || strncmp(cause, "No such file", 12) != 0)
		before = ""; /* else it is the file that is missing */
	snprintf(e->message, sizeof(e->message), "%s%.*s%s%.*s", of,
		 (int)strcspn(before, "\n"), before, *before ? ": " : "",
		 (int)strcspn(cause, "\n"), cause);
}

/*
 * Three reasons: the network, a dependency that no registry has, and a manifest
 * that cargo cannot read, which is the crate's own: the gates say it.
 */
static int fetch_failed(const struct process_result *r, struct err *err)
{
	static const char *const manifest[] = {
		"failed to parse manifest", "failed to load manifest",
		"failed to read `", "failed to find a workspace root", NULL
	};
	static const char *const wish[] = { "no matching package",
					    "failed to select a version",
					    NULL };
	const char *log = strbuf_str(&r->out);
	struct cargo_error e;

	if (r->timed_out)
		return err_set(err, ERR_NET, "cargo fetch took too long");
	if (!cargo_first_error(log, &e))
		return err_set(err, ERR_NET, "cargo fetch failed");
	if (says_one_of(log, wish))
		return err_set(err, ERR_NOT_FOUND,
			       "a dependency cannot be had: %s", e.message);
	if (says_one_of(log, manifest))
		return 0;
	cargo_last_cause(log, &e);
	return err_set(err, ERR_NET, "cargo cannot fetch %s", e.message);
}

int gate_fetch(const struct gate_env *env, const char *source_dir,
	       struct err *err)
{
	AUTO(str_freep) char *manifest = path_joined(source_dir, "Cargo.toml");
	AUTO(str_freep) char *lock = path_joined(source_dir, "Cargo.lock");
	const char *args[] = { "fetch", "--manifest-path", manifest, NULL,
			       NULL };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	char *work = NULL;

	if (!manifest || !lock)
		return err_nomem(err);
	if (env->siblings_dir || !depends_on_something(source_dir))
		return 0; /* what it needs is here */
	if (file_exists(lock))
		args[3] = "--locked";
	if (file_temp_dir(env->work_dir, &work, err) < 0)
		return (int)err->code;
	if (cargo_run(env, work, args, true, &r, err) == 0 &&
	    r.exit_status != 0)
		(void)fetch_failed(&r, err);
	{
		struct err ignored = { 0 }; /* the first failure counts */

		(void)file_remove_tree(work, &ignored);
	}
	free(work);
	return (int)err->code;
}
