#include "io/git_env.h"

#include <stdbool.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static const char *const passed_on[] = {
	"PATH",
	"HOME",
	"USER",
	"LOGNAME",
	"TMPDIR",
	"XDG_CONFIG_HOME",
	"XDG_CACHE_HOME",
	"XDG_DATA_HOME",
	"XDG_RUNTIME_DIR",
	"DBUS_SESSION_BUS_ADDRESS", /* helpers that ask a key ring */
	"GNUPGHOME",
	"SSH_AUTH_SOCK",
	"SSH_AGENT_PID",
	"GIT_CONFIG_GLOBAL",
	"GIT_CONFIG_SYSTEM",
	"GIT_CONFIG_NOSYSTEM",
	"https_proxy",
	"HTTPS_PROXY",
	"no_proxy",
	"NO_PROXY",
};

static const char *const always[] = {
	"LC_ALL=C",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_ASKPASS=", /* set but empty: nothing is started to ask */
	"SSH_ASKPASS=",
	"SSH_ASKPASS_REQUIRE=never",
	"GCM_INTERACTIVE=never",
	"GIT_OPTIONAL_LOCKS=0",
};

void git_env_release(struct git_env *env)
{
	for (char **p = env ? env->items : NULL; p && *p; p++)
		free(*p);
	if (env)
		free(env->items);
}

static char *pair(const char *key, const char *value)
{
	size_t size = strlen(key) + strlen(value) + 2;
	char *s = malloc(size);

	if (s)
		snprintf(s, size, "%s=%s", key, value);
	return s;
}

int git_env_init(struct git_env *env, const char *const *extra, struct err *err)
{
	size_t more = 0, n = 0;
	bool ok = true;

	while (extra && extra[more])
		more++;
	env->items = calloc(ARRAY_LEN(passed_on) + ARRAY_LEN(always) + more + 1,
			    sizeof(*env->items));
	if (!env->items)
		return err_nomem(err);
	for (size_t i = 0; ok && i < ARRAY_LEN(passed_on); i++) {
		const char *value = getenv(passed_on[i]);

		if (value)
			ok = (env->items[n++] = pair(passed_on[i], value));
	}
	for (size_t i = 0; ok && i < ARRAY_LEN(always); i++)
		ok = (env->items[n++] = strdup(always[i]));
	for (size_t i = 0; ok && i < more; i++)
		ok = (env->items[n++] = strdup(extra[i]));
	return ok ? 0 : err_nomem(err);
}
