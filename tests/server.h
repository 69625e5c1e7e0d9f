#ifndef TESTS_SERVER_H
#define TESTS_SERVER_H

/*
 * An HTTP server on loopback that answers as a test wants, well or badly.  One
 * thread accepts, one serves each connection; HANDLER gets the head of each
 * request, with its body behind it, and writes whatever it likes.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"

struct server;

/* True: the connection stays open for another request. */
typedef bool server_handler(struct server *s, int fd, const char *request);

enum {
	SERVER_REQUEST_MAX = 1 << 20,
	SERVER_CONNECTIONS_MAX = 64
};

struct server_line {
	struct server *server;
	int fd;
};

/* No memory from the heap: a test may have said that there is none. */
struct server {
	server_handler *handler;
	void *ctx;
	char url[64]; /* http://127.0.0.1:PORT */
	int port;
	int fd;
	pthread_t acceptor;
	pthread_t threads[SERVER_CONNECTIONS_MAX];
	struct server_line lines[SERVER_CONNECTIONS_MAX];
	int count;
	atomic_int requests;
	atomic_bool over;
};

ATTR_UNUSED static void server_send(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

/* A whole answer: HEAD is status and headers without the last empty line. */
ATTR_UNUSED static bool server_answer(int fd, const char *head,
				      const void *body, size_t len)
{
	char top[4096];
	int n = snprintf(top, sizeof(top),
			 "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", head,
			 len);

	server_send(fd, top, (size_t)n);
	server_send(fd, body, len);
	return true;
}

ATTR_UNUSED static void server_nap(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* One request with its body, NUL-terminated; false at the end. */
static bool server_receive(int fd, char *buf)
{
	size_t have = 0, want = 0;
	const char *length;
	char *end = NULL;

	for (;;) {
		ssize_t n;

		if (end && have >= want)
			return true;
		if (have + 1 >= SERVER_REQUEST_MAX)
			return false;
		n = recv(fd, buf + have, SERVER_REQUEST_MAX - 1 - have, 0);
		if (n <= 0)
			return false;
		have += (size_t)n;
		buf[have] = '\0';
		if (end)
			continue;
		end = strstr(buf, "\r\n\r\n");
		length = end ? strstr(buf, "Content-Length: ") : NULL;
		want = end ? (size_t)(end - buf) + 4 : 0;
		if (length && length < end)
			want += strtoul(length + 16, NULL, 10);
	}
}

static void *server_serve(void *arg)
{
	struct server_line *line = arg;
	char buf[SERVER_REQUEST_MAX];

	while (server_receive(line->fd, buf)) {
		line->server->requests++;
		if (!line->server->handler(line->server, line->fd, buf))
			break;
	}
	shutdown(line->fd, SHUT_RDWR);
	return NULL;
}

static void *server_accept(void *arg)
{
	struct server *s = arg;

	while (s->count < SERVER_CONNECTIONS_MAX) {
		struct server_line *line;
		int fd = accept(s->fd, NULL, NULL);

		if (fd < 0)
			return NULL;
		line = &s->lines[s->count];
		if (s->over) {
			close(fd);
			return NULL;
		}
		line->server = s;
		line->fd = fd;
		if (pthread_create(&s->threads[s->count], NULL, server_serve,
				   line) != 0)
			return NULL;
		s->count++;
	}
	return NULL;
}

/* False if it cannot listen. */
ATTR_UNUSED static bool server_start(struct server *s, server_handler *handler,
				     void *ctx)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);

	memset(s, 0, sizeof(*s));
	s->handler = handler;
	s->ctx = ctx;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&at, size) < 0 ||
	    listen(s->fd, 64) < 0 ||
	    getsockname(s->fd, (struct sockaddr *)&at, &size) < 0)
		return false;
	s->port = ntohs(at.sin_port);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d", s->port);
	return pthread_create(&s->acceptor, NULL, server_accept, s) == 0;
}

ATTR_UNUSED static void server_stop(struct server *s)
{
	s->over = true;
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->acceptor, NULL);
	close(s->fd);
	for (int i = 0; i < s->count; i++)
		shutdown(s->lines[i].fd, SHUT_RDWR);
	for (int i = 0; i < s->count; i++) {
		pthread_join(s->threads[i], NULL);
		close(s->lines[i].fd);
	}
}

#endif
