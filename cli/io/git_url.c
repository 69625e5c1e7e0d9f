#include "io/git_url.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"

static const struct {
	const char *name;
	enum git_scheme scheme;
} schemes[] = {
	{ "https", GIT_HTTPS },
	{ "http", GIT_HTTP },
	{ "ssh", GIT_SSH },
	{ "file", GIT_FILE },
};

const char *git_scheme_name(enum git_scheme scheme)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (schemes[i].scheme == scheme)
			return schemes[i].name;
	}
	return "?";
}

/* What may stand between the parts of a URL, and where it came from. */
struct scan {
	const char *url; /* for messages: nothing of the user's in it */
	struct git_url *out;
	struct err *err;
};

static int unsafe(const struct scan *s, const char *why)
{
	return err_set(s->err, ERR_UNSAFE, "refused URL '%s': %s", s->url, why);
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_host_char(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '-' ||
	       c == '_';
}

/* A copy that fits, of LEN bytes. */
static bool copy(char *out, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return false;
	memcpy(out, from, len);
	out[len] = '\0';
	return true;
}

/* %xx becomes its byte; false for a control character or a broken escape. */
static bool decode(const char *from, char *out, size_t size)
{
	size_t n = 0;

	for (; *from; from++) {
		unsigned char c = (unsigned char)*from;

		if (c == '%') {
			char hex[3] = { from[1], from[1] ? from[2] : '\0' };

			if (!hex_decode(hex, &c, 1))
				return false;
			from += 2;
		}
		if (is_control(c) || n + 1 >= size)
			return false;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return true;
}

static int parse_user(const struct scan *s, const char *user, size_t len)
{
	if (memchr(user, ':', len))
		return unsafe(s, "it has a password in it");
	if (len == 0 || user[0] == '-')
		return unsafe(s, "bad user name");
	for (size_t i = 0; i < len; i++) {
		if (!is_host_char(user[i]) && user[i] != '+')
			return unsafe(s, "bad user name");
	}
	if (!copy(s->out->user, sizeof(s->out->user), user, len))
		return unsafe(s, "user name too long");
	return 0;
}

static int parse_port(const struct scan *s, const char *port, size_t len)
{
	uint64_t n = 0;

	if (len == 0)
		return 0; /* "host:" is the default */
	if (!parse_u64_n(port, len, &n) || n == 0 || n > 65535)
		return unsafe(s, "bad port");
	snprintf(s->out->port, sizeof(s->out->port), "%u", (unsigned)n);
	return 0;
}

/* "::1" of "[::1]"; PORT is what follows the bracket. */
static int parse_v6(const struct scan *s, const char *host, size_t len)
{
	const char *end = memchr(host, ']', len);
	size_t n;

	if (!end)
		return unsafe(s, "bad host");
	n = (size_t)(end - host) - 1;
	for (size_t i = 1; i <= n; i++) {
		if (!strchr("0123456789abcdefABCDEF:.", host[i]))
			return unsafe(s, "bad host");
	}
	if (n == 0 || !memchr(host + 1, ':', n) ||
	    !copy(s->out->host, sizeof(s->out->host), host + 1, n))
		return unsafe(s, "bad host");
	len -= n + 2;
	if (len > 0 && end[1] != ':')
		return unsafe(s, "bad port");
	return len > 0 ? parse_port(s, end + 2, len - 1) : 0;
}

/* [user@]host[:port], LEN bytes. */
static int parse_authority(const struct scan *s, const char *auth, size_t len)
{
	const char *colon;
	size_t at = 0, n;

	for (size_t i = 0; i < len; i++)
		at = auth[i] == '@' ? i + 1 : at;
	if (at > 0 && parse_user(s, auth, at - 1) < 0)
		return s->err->code;
	auth += at;
	len -= at;
	if (len > 0 && auth[0] == '[')
		return parse_v6(s, auth, len);
	colon = memchr(auth, ':', len);
	n = colon ? (size_t)(colon - auth) : len;
	if (n == 0)
		return unsafe(s, "it names no host");
	for (size_t i = 0; i < n; i++) {
		if (!is_host_char(auth[i]))
			return unsafe(s, "bad host");
	}
	if (auth[0] == '-' || auth[0] == '.')
		return unsafe(s, "bad host");
	if (!copy(s->out->host, sizeof(s->out->host), auth, n))
		return unsafe(s, "host too long");
	for (char *p = s->out->host; *p; p++)
		*p = lower(*p);
	return colon ? parse_port(s, colon + 1, len - n - 1) : 0;
}

static int parse_http(const struct scan *s, const char *rest)
{
	size_t len = strcspn(rest, "/");

	if (strpbrk(rest, "?#\\ "))
		return unsafe(s, "it has a space, '?', '#' or '\\' in it");
	if (parse_authority(s, rest, len) < 0)
		return s->err->code;
	rest += len;
	len = strlen(rest);
	while (len > 0 && rest[len - 1] == '/')
		len--;
	if (len == 0)
		return unsafe(s, "it names no repository");
	if (!copy(s->out->path, sizeof(s->out->path), rest, len))
		return unsafe(s, "it is too long");
	return 0;
}

/* Of the path that a shell on the other side will see, quoted by us. */
static int check_ssh_path(const struct scan *s)
{
	if (s->out->path[0] == '\0')
		return unsafe(s, "it names no repository");
	if (s->out->path[0] == '-')
		return unsafe(s, "a path that begins with '-'");
	return 0;
}

static int parse_ssh(const struct scan *s, const char *rest)
{
	size_t len = strcspn(rest, "/");

	if (parse_authority(s, rest, len) < 0)
		return s->err->code;
	rest += len;
	if (rest[0] == '/' && rest[1] == '~')
		rest++; /* somebody's home, as git has it */
	if (!decode(rest, s->out->path, sizeof(s->out->path)))
		return unsafe(s, "bad path");
	return check_ssh_path(s);
}

static int parse_scp(const struct scan *s, const char *url, size_t host)
{
	if (parse_authority(s, url, host) < 0)
		return s->err->code;
	if (!copy(s->out->path, sizeof(s->out->path), url + host + 1,
		  strlen(url + host + 1)))
		return unsafe(s, "it is too long");
	return check_ssh_path(s);
}

static int parse_file(const struct scan *s, const char *rest)
{
	if (rest[0] != '/')
		return unsafe(s, "a file on another host");
	if (!decode(rest, s->out->path, sizeof(s->out->path)))
		return unsafe(s, "bad path");
	return 0;
}

static int parse_scheme(const struct scan *s, const char *url, size_t len)
{
	const char *rest = url + len + 3;
	size_t i = 0;

	while (i < ARRAY_LEN(schemes) &&
	       (strlen(schemes[i].name) != len ||
		memcmp(schemes[i].name, url, len) != 0))
		i++;
	if (i == ARRAY_LEN(schemes))
		return unsafe(s, "not https, ssh, http or file");
	s->out->scheme = schemes[i].scheme;
	switch (s->out->scheme) {
	case GIT_SSH:
		return parse_ssh(s, rest);
	case GIT_FILE:
		return parse_file(s, rest);
	default:
		return parse_http(s, rest);
	}
}

static int parse_path(const struct scan *s, const char *url)
{
	size_t colon = strcspn(url, ":/");

	if (url[colon] == ':' && url[colon + 1] == ':')
		return unsafe(s, "it names a helper program");
	if (url[colon] == ':') {
		s->out->scheme = GIT_SSH;
		return parse_scp(s, url, colon);
	}
	s->out->scheme = GIT_FILE;
	if (!copy(s->out->path, sizeof(s->out->path), url, strlen(url)))
		return unsafe(s, "it is too long");
	return 0;
}

void git_url_show(const char *url, char out[GIT_URL_SHOWN])
{
	const char *host = strstr(url, "://");
	size_t head = host ? (size_t)(host - url) + 3 : 0;
	size_t len = strcspn(url + head, "/");
	size_t at = 0;

	/* a password may hold a '/' that nobody encoded */
	if (memchr(url + head, ':', len) && !memchr(url + head, '@', len))
		len = strlen(url + head);
	for (size_t i = 0; i < len; i++)
		at = url[head + i] == '@' ? i + 1 : at;
	snprintf(out, GIT_URL_SHOWN, "%.*s%s", (int)(head < 16 ? head : 16),
		 url, url + head + at);
}

static int parse(const struct scan *s, const char *url)
{
	const char *colon = strstr(url, "://");
	size_t len = strlen(url);

	if (len == 0)
		return unsafe(s, "it is empty");
	if (len >= GIT_URL_MAX)
		return unsafe(s, "it is too long");
	if (url[0] == '-')
		return unsafe(s, "it begins with '-'");
	for (size_t i = 0; i < len; i++) {
		if (is_control((unsigned char)url[i]))
			return unsafe(s, "it has a control character in it");
	}
	/* a path that has :// somewhere deep in it is a path */
	if (colon && strcspn(url, "/") > (size_t)(colon - url))
		return parse_scheme(s, url, (size_t)(colon - url));
	return parse_path(s, url);
}

int git_url_parse(const char *url, struct git_url *out, struct err *err)
{
	struct git_url u = { 0 };
	char shown[GIT_URL_SHOWN];
	struct scan s = { .url = shown, .out = &u, .err = err };

	git_url_show(url, shown);
	if (parse(&s, url) < 0)
		return err->code;
	*out = u;
	return 0;
}

void git_url_http(const struct git_url *url, char out[GIT_URL_MAX + 300])
{
	bool v6 = strchr(url->host, ':') != NULL;

	snprintf(out, GIT_URL_MAX + 300, "%s://%s%s%s%s%s%s",
		 git_scheme_name(url->scheme), v6 ? "[" : "", url->host,
		 v6 ? "]" : "", url->port[0] ? ":" : "", url->port, url->path);
}

bool git_host_is_loopback(const char *host)
{
	size_t len = strlen(host);

	if (strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0)
		return true;
	if (len > 10 && strcmp(host + len - 10, ".localhost") == 0)
		return true;
	/* only numbers and dots: 127.evil.example is not of this machine */
	return strncmp(host, "127.", 4) == 0 &&
	       strspn(host, "0123456789.") == len;
}
