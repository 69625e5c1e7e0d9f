#ifndef GATE_CARGO_FLAGS_H
#define GATE_CARGO_FLAGS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/strbuf.h"

struct err;

/*
 * The flags that choose what is compiled: --cfg, and the target features and
 * the processor, which are cfgs too.  Others (linkers, lints, wrappers) do not
 * change what users of a crate see, and need what is not in the sandbox.
 */
enum {
	CARGO_FLAGS_MAX = 1 << 16 /* bytes */
};

struct cargo_flags {
	/* as CARGO_ENCODED_RUSTFLAGS has them: 0x1f between two; or "" */
	struct strbuf rustc;
	struct strbuf rustdoc; /* those of rustc, and its own */
	bool conditional;      /* there are others, for "cfg(...)": left out */
};

/*
 * As cargo takes them for the crate in DIR (absolute), compiled for TRIPLE:
 * from the environment, else from [target.TRIPLE] and [target.'cfg(..)'], else
 * from [build] of the configurations in .cargo of DIR and the folders above it
 * and in CARGO_HOME (or NULL).
 *
 * CFGS is what `rustc --print cfg` says of TRIPLE.  NULL: it has not been
 * asked; then flags for "cfg(..)" are left out.
 */
int cargo_flags_read(const char *dir, const char *cargo_home,
		     const char *triple, const char *cfgs,
		     struct cargo_flags *out, struct err *err);
void cargo_flags_release(struct cargo_flags *f);
AUTO_RELEASE(struct cargo_flags, cargo_flags_release)

#endif
