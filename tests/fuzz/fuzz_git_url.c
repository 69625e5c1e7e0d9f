/* Any bytes as a repository's URL: safe parts, or an error. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "io/git_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *url = malloc(size + 1);
	char http[GIT_URL_MAX + 300];
	struct err err = { 0 };
	struct git_url u, again;

	if (!url)
		return 0;
	memcpy(url, data, size);
	url[size] = '\0';
	if (git_url_parse(url, &u, &err) < 0) {
		must(err.code == ERR_UNSAFE && err.msg[0]);
	} else {
		/* what reaches ssh's command line is never an option */
		must(u.host[0] != '-' && u.user[0] != '-');
		must(u.scheme == GIT_FILE || u.host[0]);
		must(u.scheme != GIT_SSH || (u.path[0] && u.path[0] != '-'));
		if (u.scheme == GIT_HTTP || u.scheme == GIT_HTTPS) {
			git_url_http(&u, http);
			if (git_url_parse(http, &again, &err) == 0)
				must(strcmp(u.host, again.host) == 0);
			else /* only because it is a little longer now */
				must(strlen(http) >= GIT_URL_MAX);
		}
	}
	free(url);
	return 0;
}
