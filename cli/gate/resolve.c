#include "gate/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "gate/gate_internal.h"
#include "io/file.h"

enum {
	LOCK_MAX = 16 << 20,
	ARGS_MAX = 12
};

static int failed(const struct process_result *r, struct err *err)
{
	const char *log = strbuf_str(&r->out);
	struct cargo_error e;

	if (r->timed_out)
		return err_set(err, ERR_NET, "cargo fetch took too long");
	if (!cargo_first_error(log, &e))
		return err_set(err, ERR_NET, "cargo fetch failed");
	if (strstr(log, "no matching package") ||
	    strstr(log, "failed to select a version"))
		return err_set(err, ERR_NOT_FOUND,
			       "a dependency cannot be had: %s", e.message);
	if (strstr(log, "--locked") || strstr(log, "manifest") ||
	    strstr(log, "failed to read `") || strstr(log, "lock file"))
		return err_set(err, ERR_FORMAT, "%s", e.message);
	cargo_last_cause(log, &e);
	return err_set(err, ERR_NET, "cargo cannot fetch %s", e.message);
}

int resolve(const struct gate_env *env, const char *work, const char *dir,
	    unsigned flags, struct err *err)
{
	AUTO(str_freep) char *manifest = path_joined(dir, "Cargo.toml");
	AUTO(strbuf_releasep) struct strbuf stage = { 0 };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	const char *args[ARGS_MAX] = { "fetch", "--manifest-path", manifest };
	size_t n = 3;

	if (!manifest)
		return err_nomem(err);
	if (flags & RESOLVE_LOCKED)
		args[n++] = "--locked";
	if (env->offline || env->siblings_dir)
		args[n++] = "--offline";
	if (env->siblings_dir) {
		strbuf_addf(&stage, "source.stage.local-registry='%s'",
			    env->siblings_dir);
		args[n++] = "--config";
		args[n++] = "source.crates-io.replace-with='stage'";
		args[n++] = "--config";
		args[n++] = strbuf_str(&stage);
	}
	if (strbuf_check(&stage, err) < 0 ||
	    cargo_run(env, work, args, !env->offline, &r, err) < 0)
		return (int)err->code;
	return r.exit_status == 0 ? 0 : failed(&r, err);
}

/* NULL: there was none. */
static int put_lock(const char *path, const struct strbuf *text,
		    struct err *err)
{
	if (text)
		return file_write_cache(path, strbuf_str(text), text->len, err);
	(void)unlink(path);
	return 0;
}

int resolve_like(const struct gate_env *env, const char *work, const char *dir,
		 const char *lock, char *why, size_t size, struct err *err)
{
	AUTO(str_freep) char *path = path_joined(dir, "Cargo.lock");
	AUTO(strbuf_releasep) struct strbuf own = { 0 };
	AUTO(strbuf_releasep) struct strbuf other = { 0 };
	struct err in_the_way = { 0 };
	bool has_own;

	why[0] = '\0';
	if (!path)
		return err_nomem(err);
	has_own = file_exists(path);
	if ((has_own && file_read(path, LOCK_MAX, &own, err) < 0) ||
	    file_read(lock, LOCK_MAX, &other, err) < 0 ||
	    put_lock(path, &other, err) < 0)
		return (int)err->code;
	if (resolve(env, work, dir, 0, &in_the_way) == 0)
		return 0;
	if (put_lock(path, has_own ? &own : NULL, err) < 0 ||
	    resolve(env, work, dir, 0, err) < 0)
		return (int)err->code;
	snprintf(why, size, "%s", in_the_way.msg); /* cut is enough */
	return 0;
}
