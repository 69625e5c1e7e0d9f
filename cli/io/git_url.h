#ifndef IO_GIT_URL_H
#define IO_GIT_URL_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/*
 * Where a repository is, as git writes it: https://host[:port]/path,
 * ssh://[user@]host[:port]/path, scp's [user@]host:path, file:///path or a
 * plain path (gitprotocol-http(5), git-clone(1)).  Pure: bytes in, parts out.
 */
enum git_scheme {
	GIT_HTTP,
	GIT_HTTPS,
	GIT_SSH,
	GIT_FILE
};

enum {
	GIT_URL_MAX = 1024, /* with the NUL */
	GIT_HOST_MAX = 256,
	GIT_USER_MAX = 128,
	GIT_URL_SHOWN = 120 /* of a message */
};

struct git_url {
	enum git_scheme scheme;
	char user[GIT_USER_MAX]; /* or "" */
	char host[GIT_HOST_MAX]; /* lower case, no brackets; "" for a file */
	char port[8];		 /* or "" */
	char path[GIT_URL_MAX];	 /* ssh, file: decoded; http: with its '/' */
};

/*
 * ERR_UNSAFE with the reason for anything that is none of these, carries a
 * password, begins with '-' anywhere an option could, holds a control
 * character, a space or a backslash, or names no host where one is needed.
 * Messages name the URL without what stands before its '@'.
 */
int git_url_parse(const char *url, struct git_url *out, struct err *err);

/* URL, cut to a message's size, without what may be a user or a password. */
void git_url_show(const char *url, char out[GIT_URL_SHOWN]);

/* "https", "ssh", ... */
const char *git_scheme_name(enum git_scheme scheme);

/* An http URL of it, without a user and without a '/' at its end. */
void git_url_http(const struct git_url *url, char out[GIT_URL_MAX + 300]);

/* localhost or a loopback address: no credential leaves this machine. */
bool git_host_is_loopback(const char *host);

#endif
