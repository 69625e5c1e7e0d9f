/*
 * bad_server MODE [WHERE]: an HTTP server on loopback that is up to no good.
 * Prints its port and serves until it is killed.
 *
 *	silent		accepts and says nothing
 *	drip		an answer, a byte at a time
 *	endless		refs without end
 *	flood		bytes that are no packet lines, without end
 *	garbage		the refs of a repository, and then no pack
 *	login		asks for a password and notes whether one came
 *	redirect	sends everybody to WHERE
 *	html		a page that says that all is well
 *	busy		always 429
 *	reset		hangs up
 */
#include <signal.h>
#include <unistd.h>

#include "server.h"

#define OID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define REFS "application/x-git-upload-pack-advertisement"
#define RESULT "application/x-git-upload-pack-result"

static const char *where;

static bool is_post(const char *request)
{
	return strncmp(request, "POST ", 5) == 0;
}

static void begin(int fd, const char *request)
{
	char head[256];
	int n = snprintf(head, sizeof(head),
			 "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n",
			 is_post(request) ? RESULT : REFS);

	server_send(fd, head, (size_t)n);
}

static bool silent(struct server *s, int fd, const char *request)
{
	char byte;

	(void)s;
	(void)request;
	while (recv(fd, &byte, 1, 0) > 0)
		;
	return false;
}

static bool drip(struct server *s, int fd, const char *request)
{
	(void)s;
	begin(fd, request);
	server_send(fd, "fff0", 4); /* a line that takes two hours */
	while (send(fd, "x", 1, MSG_NOSIGNAL) > 0)
		server_nap(100);
	return false;
}

static bool endless(struct server *s, int fd, const char *request)
{
	char line[128];
	int n;

	(void)s;
	begin(fd, request);
	for (unsigned i = 0;; i++) {
		n = snprintf(line, sizeof(line),
			     "004b" OID " refs/tags/artifact_01/v%06u\n",
			     i % 1000000);
		if (send(fd, line, (size_t)n, MSG_NOSIGNAL) <= 0)
			return false;
	}
}

static bool flood(struct server *s, int fd, const char *request)
{
	static char block[65536];

	(void)s;
	memset(block, 'f', sizeof(block));
	begin(fd, request);
	while (send(fd, block, sizeof(block), MSG_NOSIGNAL) > 0)
		;
	return false;
}

static bool garbage(struct server *s, int fd, const char *request)
{
	static const char refs[] = "004a" OID " refs/tags/artifact_01/v0.1.0\n"
				   "0000";
	static const char pack[] = "000dpackfile\n"
				   "002a\001PACK this is not what it looks like"
				   "0000";

	(void)s;
	if (!is_post(request))
		return server_answer(fd, "404 No", "", 0);
	if (strstr(request, "command=ls-refs"))
		return server_answer(fd, "200 OK\r\nContent-Type: " RESULT,
				     refs, sizeof(refs) - 1);
	return server_answer(fd, "200 OK\r\nContent-Type: " RESULT, pack,
			     sizeof(pack) - 1);
}

static bool login(struct server *s, int fd, const char *request)
{
	(void)s;
	if (strstr(request, "Authorization:")) {
		printf("credential\n");
		fflush(stdout);
	}
	return server_answer(
		fd, "401 No\r\nWWW-Authenticate: Basic realm=\"x\"", "", 0);
}

static bool redirect(struct server *s, int fd, const char *request)
{
	const char *path = strchr(request, ' ') + 1;
	char head[1024];

	(void)s;
	snprintf(head, sizeof(head), "302 Found\r\nLocation: %s%.*s", where,
		 (int)strcspn(path, " "), path);
	return server_answer(fd, head, "", 0);
}

static bool html(struct server *s, int fd, const char *request)
{
	static const char page[] = "<html>\033[2Jall is well</html>";

	(void)s;
	(void)request;
	return server_answer(fd, "200 OK\r\nContent-Type: text/html", page,
			     sizeof(page) - 1);
}

static bool busy(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	return server_answer(fd, "429 Slow down\r\nRetry-After: 3600", "", 0);
}

static bool reset(struct server *s, int fd, const char *request)
{
	struct linger hard = { 1, 0 };

	(void)s;
	(void)request;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	return false;
}

static const struct {
	const char *name;
	server_handler *handler;
} modes[] = {
	{ "silent", silent },	  { "drip", drip },
	{ "endless", endless },	  { "flood", flood },
	{ "garbage", garbage },	  { "login", login },
	{ "redirect", redirect }, { "html", html },
	{ "busy", busy },	  { "reset", reset },
};

int main(int argc, char **argv)
{
	static struct server server;

	signal(SIGPIPE, SIG_IGN);
	where = argc > 2 ? argv[2] : "";
	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(modes); i++) {
		if (strcmp(argv[1], modes[i].name) != 0)
			continue;
		if (!server_start(&server, modes[i].handler, NULL))
			return 1;
		printf("%d\n", server.port);
		fflush(stdout);
		for (;;)
			pause();
	}
	fprintf(stderr, "usage: bad_server MODE [WHERE]\n");
	return 2;
}
