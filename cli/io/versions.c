#include "io/versions.h"

#include <archive.h>
#include <curl/curl.h>
#include <git2.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/json.h"
#include "io/library.h"

static const char *curl_text(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}

/* "libarchive 3.6.2". */
static const char *archive_text(void)
{
	const char *text = archive_version_string();
	const char *space = strrchr(text, ' ');

	return space ? space + 1 : text;
}

static const char *crypto_text(void)
{
	return OpenSSL_version(OPENSSL_FULL_VERSION_STRING);
}

static const struct {
	const char *name;
	const char *cost;
	const char *mend;
	enum library late;	   /* LIBRARIES: there from the start */
	const char *(*text)(void); /* NULL: in numbers */
} libraries[LIBRARY_VERSIONS] = {
	{ "libcurl", "repositories and registries over https",
	  "apt-get install libcurl4-openssl-dev", LIBRARY_CURL, curl_text },
	{ "jansson", "everything", "apt-get install libjansson-dev", LIBRARIES,
	  jansson_version_str },
	{ "libgit2", "workspaces, repositories, and baselines out of git",
	  "apt-get install libgit2-dev", LIBRARY_GIT2, NULL },
	{ "libarchive", "unpacking crates, and the archive of a release",
	  "apt-get install libarchive-dev", LIBRARY_ARCHIVE, archive_text },
	{ "libyaml", "everything", "apt-get install libyaml-dev", LIBRARY_YAML,
	  yaml_get_version_string },
	{ "libz", "unpacking crates, and writing into repositories",
	  "apt-get install zlib1g-dev", LIBRARY_Z, zlibVersion },
	{ "libcrypto", "digests: packing, checking, publishing, the store",
	  "apt-get install libssl-dev", LIBRARY_CRYPTO, crypto_text },
	{ "libzstd", "the archive of a release", "apt-get install libzstd-dev",
	  LIBRARY_ZSTD, ZSTD_versionString },
};

static void put_git_version(char *out, size_t size)
{
	int major = 0, minor = 0, patch = 0;

	git_libgit2_version(&major, &minor, &patch);
	snprintf(out, size, "%d.%d.%d", major, minor, patch);
}

void library_versions(struct library_version out[LIBRARY_VERSIONS])
{
	for (size_t i = 0; i < ARRAY_LEN(libraries); i++) {
		struct library_version *v = &out[i];
		struct err err = { 0 };

		*v = (struct library_version){ .name = libraries[i].name,
					       .cost = libraries[i].cost,
					       .mend = libraries[i].mend };
		if (libraries[i].late != LIBRARIES &&
		    library_load(libraries[i].late, &err) < 0)
			snprintf(v->why, sizeof(v->why), "%.*s",
				 (int)sizeof(v->why) - 1, err.msg);
		else if (libraries[i].text)
			snprintf(v->version, sizeof(v->version), "%s",
				 libraries[i].text());
		else
			put_git_version(v->version, sizeof(v->version));
	}
}
