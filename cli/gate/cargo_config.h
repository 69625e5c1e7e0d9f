#ifndef GATE_CARGO_CONFIG_H
#define GATE_CARGO_CONFIG_H

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/strbuf.h"

struct err;
struct node;

/*
 * What counts of a person's configuration of cargo in a build that does not
 * see it (the Cargo book, "Configuration" and "Source Replacement").
 */

/*
 * DIR/config, or else DIR/config.toml, as cargo chooses, into nodes of A.
 * *OUT is NULL if there is none, or none that can be read, which cargo says.
 */
int cargo_config_read(const char *dir, struct arena *a, const struct node **out,
		      struct err *err);

/*
 * Where crates come from: without it cargo looks for what it has fetched from a
 * mirror among what it has fetched from crates.io.
 */
enum {
	CARGO_FOLDERS_MAX = 8
};

struct cargo_sources {
	struct arena arena;
	struct strbuf toml; /* a config.toml; "" if there is nothing to say */
	const char *folders[CARGO_FOLDERS_MAX]; /* absolute, named in it */
	size_t folder_count;
};

/*
 * Of the configuration in CARGO_HOME; no other is read where crates are
 * fetched.  Nothing secret is taken over: no token, and no source whose
 * address has a password in it.  What cargo cannot read it says itself.
 */
int cargo_sources_read(const char *cargo_home, struct cargo_sources *out,
		       struct err *err);
void cargo_sources_release(struct cargo_sources *s);
AUTO_RELEASE(struct cargo_sources, cargo_sources_release)

#endif
