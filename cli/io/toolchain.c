#include "io/toolchain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/process.h"

enum {
	ASK_TIMEOUT_MS = 60000, /* a proxy may be slow, never this slow */
	CACHE_MAX = 16 << 10
};

#define APT_LINE "run 'sudo apt-get install cargo-web rustc-web', or rustup"

bool toolchain_is_recent(const char *version, const char *min)
{
	unsigned have[2] = { 0 }, want[2] = { 0 };

	if (sscanf(version, "%u.%u", &have[0], &have[1]) != 2 ||
	    sscanf(min, "%u.%u", &want[0], &want[1]) != 2)
		return false;
	return have[0] != want[0] ? have[0] > want[0] : have[1] >= want[1];
}

const char *toolchain_mend(const char *complaint)
{
	if (strstr(complaint, "RUSTUP_TOOLCHAIN"))
		return "unset RUSTUP_TOOLCHAIN";
	if (strstr(complaint, "rustup"))
		return "rustup default stable";
	return "sudo apt-get install --reinstall cargo-web rustc-web";
}

/* ------------------------------------------------------------------- asking */

/* What rustup's proxies read; the programs themselves need none of it. */
static const char *const passed_on[] = { "PATH", "HOME", "RUSTUP_HOME",
					 "CARGO_HOME", "RUSTUP_TOOLCHAIN" };
_Static_assert(ARRAY_LEN(passed_on) < TOOLCHAIN_ENV_SIZE, "and a NULL");

int toolchain_env(struct arena *a, const char *out[TOOLCHAIN_ENV_SIZE],
		  struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(passed_on); i++) {
		const char *value = getenv(passed_on[i]);

		if (!value)
			continue;
		out[n] = arena_printf(a, "%s=%s", passed_on[i], value);
		if (!out[n++])
			return err_nomem(err);
	}
	out[n] = NULL;
	return 0;
}

/* The output of ARGV. */
static int output_of(const char *const argv[], struct strbuf *out,
		     struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const char *env[TOOLCHAIN_ENV_SIZE] = { 0 };
	struct process_spec spec = { .argv = argv,
				     .env = env,
				     .cwd = "/",
				     .timeout_ms = ASK_TIMEOUT_MS };
	AUTO(process_result_releasep) struct process_result r = { 0 };

	if (toolchain_env(&arena, env, err) < 0)
		return (int)err->code;
	if (process_run(&spec, &r, err) < 0)
		return (int)err->code;
	if (r.exit_status != 0) {
		(void)err_set(err, ERR_MISSING, "'%s' does not work: %.*s",
			      argv[0], (int)strcspn(strbuf_str(&r.err), "\n"),
			      strbuf_str(&r.err));
		return err_hint(err, "%s", toolchain_mend(strbuf_str(&r.err)));
	}
	strbuf_add(out, strbuf_str(&r.out), r.out.len);
	return strbuf_check(out, err);
}

static int ask(const char *program, const char *question, struct strbuf *out,
	       struct err *err)
{
	const char *argv[] = { program, question, NULL, NULL };

	if (strcmp(question, "sysroot") == 0) {
		argv[1] = "--print";
		argv[2] = "sysroot";
	}
	return output_of(argv, out, err);
}

int toolchain_cfgs(const struct toolchain *t, const char *triple,
		   struct strbuf *out, struct err *err)
{
	const char *argv[] = { t->rustc,   "--print", "cfg",
			       "--target", triple,    NULL };

	return output_of(argv, out, err);
}

/* The first line into OUT, without its newline. */
static bool take_line(const char *text, char *out, size_t size)
{
	size_t len = strcspn(text, "\n");

	if (len == 0 || len >= size)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

/* "cargo 1.95.0 (f2d3ce0bd 2026-03-21)" */
static bool take_version(const char *text, const char *name, char *out,
			 size_t size)
{
	size_t skip = strlen(name), len;

	if (strncmp(text, name, skip) != 0 || text[skip] != ' ')
		return false;
	text += skip + 1;
	len = strcspn(text, " \n");
	if (len == 0 || len >= size)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

static bool set_program(const char *sysroot, const char *name, char *out,
			size_t size)
{
	int n = snprintf(out, size, "%s/bin/%s", sysroot, name);

	return n > 0 && (size_t)n < size && file_exists(out);
}

static int not_found(struct err *err, const char *name)
{
	err_set(err, ERR_MISSING, "%s not found", name);
	return err_hint(err, APT_LINE);
}

static int ask_programs(struct toolchain *t, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf cargo = { 0 };
	AUTO(strbuf_releasep) struct strbuf rustc = { 0 };
	const char *host;

	if (ask(t->cargo, "--version", &cargo, err) < 0 ||
	    ask(t->rustc, "-vV", &rustc, err) < 0)
		return (int)err->code;
	host = strstr(strbuf_str(&rustc), "\nhost: ");
	if (!take_version(strbuf_str(&cargo), "cargo", t->cargo_version,
			  sizeof(t->cargo_version)) ||
	    !take_version(strbuf_str(&rustc), "rustc", t->rustc_version,
			  sizeof(t->rustc_version)) ||
	    !host || !take_line(host + 7, t->host, sizeof(t->host)))
		return err_set(err, ERR_MISSING,
			       "cannot read the version of '%s'", t->cargo);
	return 0;
}

static int ask_all(const char *rustc, struct toolchain *t, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf sysroot = { 0 };

	if (ask(rustc, "sysroot", &sysroot, err) < 0)
		return (int)err->code;
	if (!take_line(strbuf_str(&sysroot), t->sysroot, sizeof(t->sysroot)) ||
	    t->sysroot[0] != '/')
		return err_set(err, ERR_MISSING, "'%s' names no sysroot",
			       rustc);
	if (!set_program(t->sysroot, "rustc", t->rustc, sizeof(t->rustc)))
		return not_found(err, "rustc");
	if (!set_program(t->sysroot, "cargo", t->cargo, sizeof(t->cargo)))
		return not_found(err, "cargo");
	/* without it the semver gate says so; everything else works */
	(void)set_program(t->sysroot, "rustdoc", t->rustdoc,
			  sizeof(t->rustdoc));
	return ask_programs(t, err);
}

/* -------------------------------------------------------------------- cache */

/* PATH's identity: another file, or another content, has another. */
static void add_stamp(struct digest *d, const char *path)
{
	struct stat st = { 0 };
	char text[160];
	int n;

	if (stat(path, &st) < 0)
		st = (struct stat){ 0 };
	n = snprintf(text, sizeof(text), "%lld.%09ld %lld %llu\n",
		     (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		     (long long)st.st_size, (unsigned long long)st.st_ino);
	digest_add(d, path, strlen(path) + 1);
	digest_add(d, text, (size_t)n);
}

/* All that the answer T depends on. */
static int stamp(const char *rustc, const struct toolchain *t,
		 char out[DIGEST_HEX_SIZE], struct err *err)
{
	AUTO(str_freep) char *settings = NULL;
	const char *home = getenv("RUSTUP_HOME"), *user = getenv("HOME");
	const char *chosen = getenv("RUSTUP_TOOLCHAIN");
	struct digest *d = NULL;

	settings =
		path_joined(home   ? home
			    : user ? user
				   : "/",
			    home ? "settings.toml" : ".rustup/settings.toml");
	if (!settings)
		return err_nomem(err);
	if (digest_new(&d, err) < 0)
		return (int)err->code;
	digest_add(d, chosen ? chosen : "", chosen ? strlen(chosen) : 0);
	add_stamp(d, rustc);
	add_stamp(d, settings);
	add_stamp(d, t->rustc);
	add_stamp(d, t->cargo);
	add_stamp(d, t->rustdoc);
	digest_hex(d, out);
	digest_free(d);
	return 0;
}

struct field {
	const char *name;
	size_t offset;
	size_t size;
};

#define FIELD(f)                                              \
	{                                                     \
#f, offsetof(struct toolchain, f),            \
			sizeof(((struct toolchain *)NULL)->f) \
	}

static const struct field fields[] = {
	FIELD(sysroot), FIELD(cargo),	      FIELD(rustc),
	FIELD(rustdoc), FIELD(cargo_version), FIELD(rustc_version),
	FIELD(host),
};

static bool cache_read(const char *file, const char *rustc,
		       struct toolchain *out)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct toolchain t = { 0 };
	char now[DIGEST_HEX_SIZE];
	const struct node *root;
	const char *value;
	struct err err = { 0 };

	if (file_read(file, CACHE_MAX, &text, &err) < 0 ||
	    json_read(text.data, text.len, file, &arena, &root, &err) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		char *to = (char *)&t + fields[i].offset;

		if (node_str(root, fields[i].name, &value, &err) < 0 ||
		    strlen(value) >= fields[i].size)
			return false;
		memcpy(to, value, strlen(value) + 1);
	}
	if (stamp(rustc, &t, now, &err) < 0 ||
	    node_str(root, "stamp", &value, &err) < 0 ||
	    strcmp(value, now) != 0)
		return false;
	*out = t;
	return true;
}

/* A cache that cannot be written is one that is not there. */
static void cache_write(const char *file, const char *rustc,
			const struct toolchain *t)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	json_auto_t *root = json_object();
	char now[DIGEST_HEX_SIZE];
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		(void)json_object_set_new(
			root, fields[i].name,
			json_string((const char *)t + fields[i].offset));
	if (stamp(rustc, t, now, &err) < 0 ||
	    json_object_set_new(root, "stamp", json_string(now)) < 0 ||
	    json_write(root, &text, &err) < 0)
		return;
	(void)file_write_cache(file, text.data, text.len, &err);
}

int toolchain_find(const char *cache_dir, struct toolchain *out,
		   struct err *err)
{
	AUTO(str_freep) char *rustc = process_find("rustc", NULL);
	AUTO(str_freep)
	char *file = path_joined(cache_dir ? cache_dir : "", "toolchain.json");
	struct toolchain t = { 0 };

	if (!rustc)
		return not_found(err, "rustc");
	if (!file)
		return err_nomem(err);
	if (!cache_dir || !cache_read(file, rustc, &t)) {
		if (ask_all(rustc, &t, err) < 0)
			return (int)err->code;
		if (cache_dir)
			cache_write(file, rustc, &t);
	}
	if (!toolchain_is_recent(t.cargo_version, TOOLCHAIN_CARGO_MIN)) {
		err_set(err, ERR_MISSING,
			"cargo %s is too old, " TOOLCHAIN_CARGO_MIN
			" is needed",
			t.cargo_version);
		return err_hint(err, APT_LINE);
	}
	*out = t;
	return 0;
}
