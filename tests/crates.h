#ifndef TESTS_CRATES_H
#define TESTS_CRATES_H

/* Small crates on disk, right or wrong as a test wants, and gates on them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "gate/gate.h"
#include "io/file.h"
#include "io/toolchain.h"

struct crates {
	char *dir;
	char *cache;
	char *packages;
	char *cargo;
	char *data;
	struct toolchain toolchain;
	struct gate_env env;
};

/* Write a file below the test's folder, and the folders above it. */
ATTR_UNUSED static void crates_put(const struct crates *c, const char *name,
				   const char *text)
{
	char *path = path_joined(c->dir, name);
	char *above = strdup(path);
	struct err err = { 0 };

	*strrchr(above, '/') = '\0';
	if (file_make_dirs(above, &err) < 0 ||
	    file_write(path, text, strlen(text), 0644, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
	free(above);
	free(path);
}

/* A crate that passes every gate. */
ATTR_UNUSED static void crates_make(const struct crates *c, const char *folder,
				    const char *name, const char *version)
{
	char text[1024], file[256];

	snprintf(text, sizeof(text),
		 "[package]\nname = \"%s\"\nversion = \"%s\"\n"
		 "edition = \"2021\"\nrust-version = \"1.70\"\n"
		 "description = \"A small executor\"\n"
		 "license = \"MIT OR Apache-2.0\"\n"
		 "repository = \"https://example.org/%s\"\n"
		 "readme = \"README.md\"\n",
		 name, version, name);
	snprintf(file, sizeof(file), "%s/Cargo.toml", folder);
	crates_put(c, file, text);
	snprintf(file, sizeof(file), "%s/README.md", folder);
	crates_put(c, file, "# A crate\n\nIt does one thing.\n");
	snprintf(file, sizeof(file), "%s/src/lib.rs", folder);
	crates_put(c, file,
		   "//! A crate.\n\n/// One.\npub fn one() -> u32 {\n"
		   "    1\n}\n\n/// Two.\npub fn two() -> u32 {\n    2\n}\n");
}

/* CHECKOUT/config, from CHECKOUT/build/VARIANT/tests/unit/test_x. */
ATTR_UNUSED static char *crates_data(void)
{
	char self[4096];
	struct err err = { 0 };
	char *build;

	if (os_self_path(self, sizeof(self), &err) < 0)
		return NULL;
	build = strstr(self, "/build/");
	if (!build)
		return NULL;
	*build = '\0';
	return path_joined(self, "config");
}

/* False where there is no toolchain; crates_end() in any case. */
ATTR_UNUSED static bool crates_begin(struct crates *c)
{
	struct err err = { 0 };

	*c = (struct crates){ 0 };
	c->data = crates_data();
	if (!c->data || file_temp_dir(NULL, &c->dir, &err) < 0)
		abort();
	c->cache = path_joined(c->dir, "cache");
	c->packages = path_joined(c->dir, "packages");
	c->cargo = path_joined(c->dir, "cargo");
	c->env = (struct gate_env){ .toolchain = &c->toolchain,
				    .cache_dir = c->cache,
				    .packages_dir = c->packages,
				    .cargo_home = c->cargo,
				    .data_dir = c->data,
				    .offline = true };
	return toolchain_find(NULL, &c->toolchain, &err) == 0;
}

ATTR_UNUSED static void crates_end(struct crates *c)
{
	struct err err = { 0 };

	if (c->dir && file_remove_tree(c->dir, &err) < 0)
		abort();
	free(c->dir);
	free(c->cache);
	free(c->packages);
	free(c->cargo);
	free(c->data);
	*c = (struct crates){ 0 };
}

#endif
