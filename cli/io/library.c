#include "io/library.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"

/* A program that links them all has no such table. */
#pragma weak late_libraries

static const struct {
	const char *name;
	const char *package; /* Debian's that brings it, whatever its version */
} known[LIBRARIES] = {
	[LIBRARY_ARCHIVE] = { "archive", "libarchive-dev" },
	[LIBRARY_CRYPTO] = { "crypto", "libssl-dev" },
	[LIBRARY_CURL] = { "curl", "libcurl4-openssl-dev" },
	[LIBRARY_GIT2] = { "git2", "libgit2-dev" },
	[LIBRARY_YAML] = { "yaml", "libyaml-dev" },
	[LIBRARY_Z] = { "z", "zlib1g-dev" },
	[LIBRARY_ZSTD] = { "zstd", "libzstd-dev" },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool loaded[LIBRARIES]; /* under lock */

void library_absent(void)
{
	abort();
}

/* Its row, or NULL: it was linked. */
static const struct late_library *row_of(const char *name)
{
	const struct late_library *row = late_libraries;

	if (!row)
		return NULL;
	while (row->name && strcmp(row->name, name) != 0)
		row++;
	return row->name ? row : NULL;
}

/* dlerror() tells in words alone what the system refused. */
static enum err_code code_of(const char *why)
{
	static const int local[] = { EIO, EMFILE, ENFILE, EACCES, EPERM };

	if (strstr(why, strerror(ENOMEM)) || strstr(why, "out of memory"))
		return ERR_NOMEM;
	for (size_t i = 0; i < ARRAY_LEN(local); i++) {
		if (strstr(why, strerror(local[i])))
			return ERR_IO;
	}
	return ERR_MISSING;
}

static int load_failed(enum library which, const struct late_library *row,
		       struct err *err)
{
	const char *said = dlerror();
	const char *why = said ? said : "out of memory";
	enum err_code code = code_of(why);
	size_t len = strlen(row->soname);

	if (code == ERR_NOMEM)
		return err_nomem(err);
	if (strncmp(why, row->soname, len) == 0 && why[len] == ':')
		why += len + 1 + strspn(why + len + 1, " ");
	err_set(err, code, "cannot load '%s': %s", row->soname, why);
	return code == ERR_MISSING ? err_hint(err, "apt-get install %s",
					      known[which].package)
				   : (int)code;
}

static int load(enum library which, struct err *err)
{
	const struct late_library *row = row_of(known[which].name);
	const char *symbol = row ? row->symbols : "";
	void *handle = NULL;

	/* lazy, as ld.so would: they call few of the functions they could */
	if (row && !(handle = dlopen(row->soname, RTLD_LAZY | RTLD_LOCAL)))
		return load_failed(which, row, err);
	for (size_t i = 0; *symbol; symbol += strlen(symbol) + 1, i++) {
		void *address = dlsym(handle, symbol);

		if (!address)
			return load_failed(which, row, err);
		/* ISO C has no cast from an object to a function */
		memcpy(&row->slots[i], &address, sizeof(address));
	}
	return 0;
}

int library_load(enum library which, struct err *err)
{
	int rc = 0;

	assert(which < LIBRARIES);
	pthread_mutex_lock(&lock);
	if (!loaded[which])
		rc = load(which, err);
	if (rc == 0)
		loaded[which] = true;
	pthread_mutex_unlock(&lock);
	return rc;
}
