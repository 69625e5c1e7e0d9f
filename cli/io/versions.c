#include "io/versions.h"

#include <archive.h>
#include <curl/curl.h>
#include <git2.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>
#include <zstd.h>

#include "base/json.h"

static void set(struct library_version *v, const char *name,
		const char *package, const char *version)
{
	v->name = name;
	v->package = package;
	snprintf(v->version, sizeof(v->version), "%s", version);
}

/* "libarchive 3.6.2" and the like: what follows the last space. */
static const char *after_space(const char *s)
{
	const char *space = strrchr(s, ' ');

	return space ? space + 1 : s;
}

void library_versions(struct library_version out[LIBRARY_COUNT])
{
	int major = 0, minor = 0, patch = 0;
	char text[48];

	set(&out[0], "libcurl", "libcurl4-openssl-dev",
	    curl_version_info(CURLVERSION_NOW)->version);
	set(&out[1], "jansson", "libjansson-dev", jansson_version_str());
	git_libgit2_version(&major, &minor, &patch);
	snprintf(text, sizeof(text), "%d.%d.%d", major, minor, patch);
	set(&out[2], "libgit2", "libgit2-dev", text);
	set(&out[3], "libarchive", "libarchive-dev",
	    after_space(archive_version_string()));
	set(&out[4], "libyaml", "libyaml-dev", yaml_get_version_string());
	set(&out[5], "libcrypto", "libssl-dev",
	    OpenSSL_version(OPENSSL_FULL_VERSION_STRING));
	set(&out[6], "libzstd", "libzstd-dev", ZSTD_versionString());
}
