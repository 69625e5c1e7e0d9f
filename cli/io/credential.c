#include "io/credential.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "io/git_env.h"
#include "io/process.h"

enum {
	HELPER_MS = 20 * 1000,
	ANSWER_MAX = 16 << 10
};

/* The compiler may not leave this out: the bytes are a secret. */
static void wipe(char *s, size_t len)
{
	volatile char *p = s;

	while (p && len-- > 0)
		*p++ = '\0';
}

static void wipe_buffer(struct strbuf *b)
{
	wipe(b->data, b->cap);
	strbuf_release(b);
}
AUTO_RELEASE(struct strbuf, wipe_buffer)

void credential_release(struct credential *c)
{
	if (!c)
		return;
	free(c->user);
	if (c->password)
		wipe(c->password, strlen(c->password));
	free(c->password);
	c->user = c->password = NULL;
}

/* A line of git's credential format; a value cannot hold a newline. */
static void add(struct strbuf *out, const char *key, const char *value)
{
	if (value && *value && !strchr(value, '\n'))
		strbuf_addf(out, "%s=%s\n", key, value);
}

static int helper(const char *verb, const struct strbuf *input,
		  struct process_result *out, struct err *err)
{
	const char *argv[] = { "git", "credential", verb, NULL };
	AUTO(git_env_releasep) struct git_env env = { 0 };
	struct process_spec spec = {
		.argv = argv,
		.cwd = "/", /* no repository's own configuration */
		.input = strbuf_str(input),
		.input_len = input->len,
		.timeout_ms = HELPER_MS,
		.max_output = ANSWER_MAX,
	};

	if (strbuf_check(input, err) < 0 || git_env_init(&env, NULL, err) < 0)
		return err->code;
	spec.env = (const char *const *)env.items;
	return process_run(&spec, out, err);
}

/* The value of KEY in the lines of TEXT, to be free()d; or NULL. */
static char *value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > n && memcmp(text, key, n) == 0 && text[n] == '=')
			return strndup(text + n + 1, len - n - 1);
		text += len + (text[len] == '\n');
	}
	return NULL;
}

int credential_ask(const char *protocol, const char *host, const char *path,
		   const char *user, struct credential *out, struct err *err)
{
	AUTO(wipe_bufferp) struct strbuf input = { .max = ANSWER_MAX };
	AUTO(process_result_releasep) struct process_result res = { 0 };
	AUTO(credential_releasep) struct credential c = { 0 };

	add(&input, "protocol", protocol);
	add(&input, "host", host);
	add(&input, "path", path);
	add(&input, "username", user);
	strbuf_addc(&input, '\n');
	if (helper("fill", &input, &res, err) < 0)
		return err->code;
	if (res.exit_status == 0) {
		c.user = value_of(strbuf_str(&res.out), "username");
		c.password = value_of(strbuf_str(&res.out), "password");
	}
	wipe(res.out.data, res.out.cap);
	if (!c.user || !c.password)
		return err_set(err, ERR_NOT_FOUND,
			       "no credential for '%s://%s'", protocol, host);
	*out = c;
	c = (struct credential){ 0 }; /* handed over */
	return 0;
}

void credential_settle(const char *protocol, const char *host, const char *path,
		       const struct credential *c, bool was_right)
{
	AUTO(wipe_bufferp) struct strbuf input = { .max = ANSWER_MAX };
	AUTO(process_result_releasep) struct process_result res = { 0 };
	struct err ignored = { 0 }; /* they lose memory, we lose nothing */

	add(&input, "protocol", protocol);
	add(&input, "host", host);
	add(&input, "path", path);
	add(&input, "username", c->user);
	add(&input, "password", c->password);
	strbuf_addc(&input, '\n');
	(void)helper(was_right ? "approve" : "reject", &input, &res, &ignored);
}
