/*
 * A TCP relay on loopback that makes the world far away.
 *
 *	relay [-d MS] LISTEN TARGET
 *
 * Whatever arrives on port LISTEN (0: any, which is printed) goes on to port
 * TARGET and back, each byte and each half-close MS milliseconds later (20,
 * which is a round trip of 40).  The opening of a connection itself costs
 * nothing, since the kernel answers it.  One thread, any number of
 * connections; it ends with SIGTERM or with its parent.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
	CHUNK_MAX = 64 << 10,
	QUEUED_MAX = 8 << 20, /* bytes of one direction on their way */
	EVENTS_MAX = 256
};

struct conn;

/* Bytes on their way; none: the sender will send no more. */
struct chunk {
	struct chunk *next_due; /* in the timeline, until it is due */
	struct chunk *next;	/* then in its direction's queue */
	struct conn *conn;
	int side; /* whose bytes: where they were read */
	int64_t due_ns;
	size_t len;
	size_t sent;
	char data[];
};

/* One end of a connection: 0 the client's, 1 the target's. */
struct end {
	struct conn *conn;
	int side;
	int fd;
	bool connecting;
	bool forgotten; /* no longer watched */
	bool eof;	/* it will send no more */
	bool shut;	/* it was told that there is no more to come */
	size_t queued;	/* bytes read here and not yet written there */
	struct chunk *ready, **ready_end; /* what is due to be written here */
	uint32_t events;
};

struct conn {
	struct end ends[2];
	size_t in_flight; /* chunks in the timeline */
	bool dead;
};

static int epoll_fd, timer_fd, listen_fd;
static uint16_t target_port;
static int64_t delay_ns = 20 * 1000000;
/* every byte is delayed alike, so one queue for all is in order */
static struct chunk *timeline, **timeline_end = &timeline;

static void die(const char *what)
{
	fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void arm_timer(void)
{
	struct itimerspec when = { 0 };

	if (timeline) {
		when.it_value.tv_sec = timeline->due_ns / 1000000000;
		when.it_value.tv_nsec = timeline->due_ns % 1000000000;
	}
	timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Ask the kernel for what end E can make use of now. */
static void watch(struct end *e)
{
	uint32_t want = 0;
	struct epoll_event event = { .data.ptr = e };

	if (!e->eof && !e->connecting && e->queued < QUEUED_MAX)
		want |= EPOLLIN;
	if (e->ready || e->connecting)
		want |= EPOLLOUT;
	if (want == e->events || (e->forgotten && !want))
		return;
	e->events = event.events = want;
	if (epoll_ctl(epoll_fd, e->forgotten ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
		      e->fd, &event) < 0)
		die("epoll");
	e->forgotten = false;
}

/*
 * Both sides of E have been shut.  The kernel would go on saying so while what
 * was read here is still on its way to the other end; what could not be read
 * yet, because too much is, brings E back.
 */
static void forget(struct end *e)
{
	e->forgotten = true;
	e->events = 0;
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, e->fd, NULL);
}

static void free_if_done(struct conn *c)
{
	if (c->dead && c->in_flight == 0)
		free(c);
}

/* Close both ends; chunks in the timeline are dropped when they are due. */
static void end_conn(struct conn *c)
{
	if (c->dead)
		return;
	for (int side = 0; side < 2; side++) {
		struct end *e = &c->ends[side];

		close(e->fd);
		for (struct chunk *k = e->ready, *next; k; k = next) {
			next = k->next;
			free(k);
		}
		e->ready = NULL;
	}
	c->dead = true;
}

static struct end *other(struct end *e)
{
	return &e->conn->ends[!e->side];
}

/* Write what is due at E; false once the connection has ended. */
static bool write_ready(struct end *e)
{
	while (e->ready && !e->connecting) {
		struct chunk *k = e->ready;

		if (k->len == 0) {
			shutdown(e->fd, SHUT_WR);
			e->shut = true;
		} else {
			ssize_t n = send(e->fd, k->data + k->sent,
					 k->len - k->sent, MSG_NOSIGNAL);

			if (n < 0 && (errno == EAGAIN || errno == EINTR))
				break;
			if (n < 0) {
				end_conn(e->conn);
				return false;
			}
			k->sent += (size_t)n;
			other(e)->queued -= (size_t)n;
			if (k->sent < k->len)
				break;
		}
		e->ready = k->next;
		if (!e->ready)
			e->ready_end = &e->ready;
		free(k);
	}
	if (e->shut && other(e)->shut) {
		end_conn(e->conn);
		return false;
	}
	watch(e);
	watch(other(e));
	return true;
}

/* Read once from E; what came goes into the timeline. */
static void read_some(struct end *e)
{
	static char buf[CHUNK_MAX];
	ssize_t n = recv(e->fd, buf, sizeof(buf), 0);
	struct chunk *k;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		end_conn(e->conn);
		return;
	}
	k = malloc(sizeof(*k) + (size_t)n);
	if (!k)
		die("no memory");
	*k = (struct chunk){ .conn = e->conn,
			     .side = e->side,
			     .due_ns = now_ns() + delay_ns,
			     .len = (size_t)n };
	memcpy(k->data, buf, (size_t)n);
	e->eof = n == 0;
	e->queued += (size_t)n;
	e->conn->in_flight++;
	if (!timeline) {
		timeline = k;
		timeline_end = &k->next_due;
		arm_timer();
	} else {
		*timeline_end = k;
		timeline_end = &k->next_due;
	}
	watch(e);
}

/* Hand on whatever has been on its way for long enough. */
static void deliver_due(void)
{
	int64_t now = now_ns();

	while (timeline && timeline->due_ns <= now) {
		struct chunk *k = timeline;
		struct conn *c = k->conn;
		struct end *to = &c->ends[!k->side];

		timeline = k->next_due;
		c->in_flight--;
		if (c->dead) {
			free(k);
			free_if_done(c);
			continue;
		}
		*to->ready_end = k;
		to->ready_end = &k->next;
		if (!write_ready(to))
			free_if_done(c);
	}
	if (!timeline)
		timeline_end = &timeline;
	arm_timer();
}

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(port) };

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

static void begin_end(struct conn *c, int side, int fd, bool connecting)
{
	struct end *e = &c->ends[side];
	struct epoll_event event = { .data.ptr = e };
	int on = 1;

	*e = (struct end){
		.conn = c, .side = side, .fd = fd, .connecting = connecting
	};
	e->ready_end = &e->ready;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		die("epoll");
}

static void accept_one(void)
{
	struct sockaddr_in addr = loopback(target_port);
	int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct conn *c;
	int to;

	if (fd < 0)
		return;
	to = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	c = calloc(1, sizeof(*c));
	if (to < 0 || !c)
		die("no more connections");
	begin_end(c, 0, fd, false);
	begin_end(c, 1, to, true);
	if (connect(to, (struct sockaddr *)&addr, sizeof(addr)) < 0 &&
	    errno != EINPROGRESS) {
		end_conn(c);
		free_if_done(c);
		return;
	}
	watch(&c->ends[0]);
	watch(&c->ends[1]);
}

/* The target has answered, or not; false once the connection has ended. */
static bool connected(struct end *e)
{
	int failure = 0;
	socklen_t len = sizeof(failure);

	getsockopt(e->fd, SOL_SOCKET, SO_ERROR, &failure, &len);
	if (failure) {
		end_conn(e->conn);
		return false;
	}
	e->connecting = false;
	return write_ready(e);
}

static void on_event(struct end *e, uint32_t events)
{
	struct conn *c = e->conn;

	if (c->dead)
		return; /* ended by an earlier event of the same batch */
	if (e->connecting) {
		connected(e);
		return;
	}
	if (events & EPOLLERR) {
		end_conn(c);
		return;
	}
	if (events & EPOLLOUT && !write_ready(e))
		return;
	if (events & EPOLLIN && !e->eof)
		read_some(e);
	else if (events & EPOLLHUP)
		forget(e);
}

/* Connections that ended in this batch are freed after it. */
static void serve(void)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);

	for (int i = 0; i < n; i++) {
		void *who = events[i].data.ptr;

		if (who == &listen_fd)
			accept_one();
		else if (who != &timer_fd)
			on_event(who, events[i].events);
	}
	for (int i = 0; i < n; i++) {
		struct end *e = events[i].data.ptr;
		struct conn *c;
		bool again = false;

		if ((void *)e == &listen_fd || (void *)e == &timer_fd)
			continue;
		c = e->conn;
		/* both of its ends may have had an event */
		for (int k = i + 1; k < n; k++)
			again = again || events[k].data.ptr == &c->ends[0] ||
				events[k].data.ptr == &c->ends[1];
		if (!again)
			free_if_done(c);
	}
	deliver_due();
}

static uint16_t parse_port(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (*s == '\0' || *end || n < 0 || n > UINT16_MAX) {
		fprintf(stderr, "relay: '%s' is not a port\n", s);
		exit(2);
	}
	return (uint16_t)n;
}

static void listen_on(uint16_t port)
{
	struct sockaddr_in addr = loopback(port);
	socklen_t len = sizeof(addr);
	int on = 1;

	listen_fd =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (listen_fd < 0 ||
	    bind(listen_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(listen_fd, 512) < 0 ||
	    getsockname(listen_fd, (struct sockaddr *)&addr, &len) < 0)
		die("cannot listen");
	printf("%d\n", ntohs(addr.sin_port));
	fflush(stdout);
}

static void set_up(uint16_t port)
{
	struct epoll_event event = { .events = EPOLLIN };

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (epoll_fd < 0 || timer_fd < 0)
		die("cannot begin");
	listen_on(port);
	event.data.ptr = &listen_fd;
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &event);
	event.data.ptr = &timer_fd;
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event);
}

int main(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "d:")) != -1) {
		if (opt != 'd')
			return 2;
		delay_ns = (int64_t)strtol(optarg, NULL, 10) * 1000000;
	}
	if (argc - optind != 2 || delay_ns < 0) {
		fprintf(stderr, "usage: relay [-d MS] LISTEN TARGET\n");
		return 2;
	}
	target_port = parse_port(argv[optind + 1]);
	set_up(parse_port(argv[optind]));
	for (;;)
		serve();
}
