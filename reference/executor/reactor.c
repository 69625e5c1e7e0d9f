#include "reactor.h"

#include <limits.h>
#include <stdlib.h>

#include "exec.h"
#include "link.h"
#include "op.h"

/* One wait. */
struct wait {
	struct cx_op op;
	struct link link; /* on source.waits, or being woken */
	int fd;
	unsigned int interest;
	unsigned int ready; /* what was found; 0 if nothing yet */
	bool bad;	    /* the descriptor cannot be watched */
};

/* One number of a descriptor. */
struct source {
	struct link *waits;
	uint64_t reported;	/* in which round the latest time */
	uint32_t serial;	/* of the latest to wait when nobody did */
	unsigned int watched;	/* the interest that the poller has; or 0 */
	struct poller_ask *ask; /* where it has it, if it is asked about */
	bool known;		/* the poller may have met it; a hint */
};

enum {
	FIRST_SOURCES = 64,
	MOST_ROUNDS = 16 /* that a descriptor is asked about */
};

static struct wait *wait_of(struct link *link)
{
	return (struct wait *)((char *)link - offsetof(struct wait, link));
}

bool reactor_init(struct reactor *reactor)
{
	reactor->sources = NULL;
	reactor->room = reactor->watched = 0;
	reactor->round = 1; /* no source was reported in this one */
	return poller_open(&reactor->poller);
}

void reactor_release(struct reactor *reactor)
{
	poller_close(&reactor->poller);
	free(reactor->sources);
	reactor->sources = NULL;
}

static bool make_room(struct reactor *reactor, int fd)
{
	size_t room = reactor->room ? reactor->room : FIRST_SOURCES;
	struct source *sources;

	if ((size_t)fd < reactor->room)
		return true;
	while (room <= (size_t)fd)
		room *= 2;
	sources = realloc(reactor->sources, room * sizeof(*sources));
	if (!sources)
		return false;
	/* the heads of lists have moved: tell the first of each */
	for (size_t i = 0; i < reactor->room; i++) {
		if (sources[i].waits)
			sources[i].waits->at = &sources[i].waits;
	}
	for (size_t i = reactor->room; i < room; i++)
		sources[i] = (struct source){ 0 };
	reactor->sources = sources;
	reactor->room = room;
	return true;
}

/* A late report about an earlier descriptor of that number has another. */
static uint64_t token_of(const struct source *source, int fd)
{
	return (uint64_t)source->serial << 32 | (uint32_t)fd;
}

static void set_watched(struct reactor *reactor, struct source *source,
			unsigned int interest)
{
	reactor->watched += !source->watched && interest;
	reactor->watched -= source->watched && !interest;
	source->watched = interest;
}

/* ---- asking */

static bool may_ask(const struct reactor *reactor, const struct source *source)
{
	/* not of one that is registered: its report could come as well */
	return !source->watched && source->reported == reactor->round &&
	       reactor->poller.asked < reactor->poller.can_ask;
}

static void ask(struct reactor *reactor, struct source *source, int fd)
{
	struct poller *poller = &reactor->poller;

	source->ask = &poller->asks[poller->asked++];
	*source->ask =
		(struct poller_ask){ .fd = fd, .token = token_of(source, fd) };
}

/* The last one takes its place. */
static void ask_no_more(struct reactor *reactor, struct source *source)
{
	struct poller *poller = &reactor->poller;
	struct poller_ask *last = &poller->asks[--poller->asked];

	reactor->sources[last->fd].ask = source->ask;
	*source->ask = *last;
	source->ask = NULL;
}

/* ---- watching */

/* Have the poller watch for all who wait. */
static bool watch(struct reactor *reactor, struct source *source, int fd)
{
	unsigned int interest = 0;

	for (struct link *link = source->waits; link; link = link->next)
		interest |= wait_of(link)->interest;
	if (!(interest & ~source->watched))
		return true;
	if (!source->ask && may_ask(reactor, source))
		ask(reactor, source, fd);
	if (source->ask) {
		source->ask->interest = interest;
	} else {
		if (!poller_watch(&reactor->poller, fd, source->known,
				  token_of(source, fd), interest))
			return false;
		source->known = true;
	}
	set_watched(reactor, source, interest);
	return true;
}

/* Nobody waits any more. */
static void unwatch(struct reactor *reactor, struct source *source, int fd)
{
	if (source->ask) {
		ask_no_more(reactor, source);
	} else {
		poller_forget(&reactor->poller, fd);
		source->known = false;
	}
	set_watched(reactor, source, 0);
}

/* Register what has been asked about for long. */
static void register_old(struct reactor *reactor)
{
	struct poller *poller = &reactor->poller;

	for (unsigned int i = poller->asked; i-- > 0;) {
		struct poller_ask old = poller->asks[i];

		poller->asks[i].age++;
		if (old.age < MOST_ROUNDS)
			continue;
		/* the system may refuse: it is asked about, then */
		if (!poller_watch(poller, old.fd, true, old.token,
				  old.interest))
			continue;
		ask_no_more(reactor, &reactor->sources[old.fd]);
		reactor->sources[old.fd].known = true;
	}
}

static bool wait_begin(struct reactor *reactor, struct wait *wait)
{
	struct source *source;

	if (!make_room(reactor, wait->fd))
		return false;
	source = &reactor->sources[wait->fd];
	if (!source->waits)
		source->serial++;
	link_add(&source->waits, &wait->link);
	if (watch(reactor, source, wait->fd))
		return true;
	link_remove(&wait->link);
	return false;
}

static int wait_poll(struct cx_op *op, const struct waker *w, uint64_t *value)
{
	struct wait *wait = (struct wait *)op;

	if (wait->bad)
		return CX_E_SYS;
	if (wait->ready) {
		*value = wait->ready;
		return CX_READY;
	}
	waker_keep(&op->waker, w);
	if (!wait->link.at && !wait_begin(&op->ex->reactor, wait))
		return CX_E_SYS;
	return CX_PENDING;
}

static void wait_end(struct cx_op *op)
{
	struct reactor *reactor = &op->ex->reactor;
	struct wait *wait = (struct wait *)op;
	struct source *source;

	if (!wait->link.at)
		return;
	link_remove(&wait->link);
	source = &reactor->sources[wait->fd];
	/* woken for somebody else it would not hurt, left watched it would */
	if (wait->ready || source->waits || !source->watched)
		return;
	unwatch(reactor, source, wait->fd);
}

static const struct op_kind wait_kind = {
	.poll = wait_poll,
	.end = wait_end,
};

struct cx_op *cx_fd_ready(struct cx_exec *ex, int fd, int interest)
{
	const struct wait fresh = { .op = { .kind = &wait_kind, .ex = ex },
				    .fd = fd,
				    .interest = (unsigned int)interest };

	if (fd < 0 || interest < 1 || interest > (CX_READABLE | CX_WRITABLE))
		return NULL;
	return op_new(&fresh.op, sizeof(fresh));
}

int reactor_wait(struct reactor *reactor, uint64_t timeout_ns)
{
	register_old(reactor);
	reactor->round++;
	return poller_wait(&reactor->poller, timeout_ns, reactor->events);
}

/* Move to FOUND the waits of SOURCE that READY concerns. */
static void find(struct source *source, unsigned int ready, struct link **found)
{
	struct link *next;

	for (struct link *link = source->waits; link; link = next) {
		next = link->next;
		if (!(wait_of(link)->interest & ready))
			continue;
		wait_of(link)->ready = ready;
		link_remove(link);
		link_add(found, link);
	}
}

/* Move all of them there: the descriptor cannot be watched. */
static void fail(struct source *source, struct link **found)
{
	for (struct link *link = source->waits; link; link = link->next)
		wait_of(link)->bad = true;
	find(source, CX_READABLE | CX_WRITABLE, found);
}

static void wake_one(struct reactor *reactor, const struct poller_event *event)
{
	int fd = (int)(uint32_t)event->token;
	struct source *source = &reactor->sources[fd];
	struct link *found = NULL;

	if (token_of(source, fd) != event->token || !source->watched)
		return;
	source->reported = reactor->round;
	if (source->ask)
		ask_no_more(reactor, source);
	set_watched(reactor, source, 0);
	find(source, event->ready, &found);
	/* one direction was reported and both have lapsed */
	if (source->waits && (event->bad || !watch(reactor, source, fd)))
		fail(source, &found);
	while (found) {
		struct wait *wait = wait_of(found);

		link_remove(&wait->link);
		waker_wake(&wait->op.waker); /* may drop or begin any wait */
	}
}

void reactor_wake(struct reactor *reactor, int count)
{
	for (int i = 0; i < count; i++)
		wake_one(reactor, &reactor->events[i]);
}
