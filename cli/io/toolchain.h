#ifndef IO_TOOLCHAIN_H
#define IO_TOOLCHAIN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct strbuf;

/*
 * The Rust toolchain of this machine: the programs themselves and not rustup's
 * proxies, which need a HOME and choose by the folder they are run in.  A
 * plain value; any thread.
 */
struct toolchain {
	char sysroot[512]; /* "/usr", or a rustup toolchain */
	char cargo[544];   /* absolute */
	char rustc[544];
	char rustdoc[544];
	char cargo_version[32]; /* "1.95.0" */
	char rustc_version[32];
	char host[64]; /* "x86_64-unknown-linux-gnu" */
};

/* cargo before 1.95 can leave junk behind a re-packed crate (cargo#16713). */
#define TOOLCHAIN_CARGO_MIN "1.95"

/*
 * Find it by PATH.  CACHE_DIR (NULL: none) keeps the answer for as long as the
 * programs and rustup's settings are the same.  ERR_MISSING: there is none, or
 * it is older than TOOLCHAIN_CARGO_MIN; the hint is the command that mends it.
 */
int toolchain_find(const char *cache_dir, struct toolchain *out,
		   struct err *err);

enum {
	TOOLCHAIN_ENV_SIZE = 6
};

/*
 * What rustup's proxies choose by, of this process: "NAME=VALUE" in A, with a
 * NULL behind the last.  No other variable of ours is anything to them.
 */
int toolchain_env(struct arena *a, const char *out[TOOLCHAIN_ENV_SIZE],
		  struct err *err);

/*
 * The command that mends a toolchain whose program ended with COMPLAINT:
 * rustup's proxies are there and start nothing until a toolchain is chosen.
 */
const char *toolchain_mend(const char *complaint);

/* What `rustc --print cfg` says of TRIPLE, line by line.  ERR_MISSING. */
int toolchain_cfgs(const struct toolchain *t, const char *triple,
		   struct strbuf *out, struct err *err);

/* True if VERSION ("1.95.0", "1.98.0-nightly") is at least MIN ("1.95"). */
bool toolchain_is_recent(const char *version, const char *min);

#endif
