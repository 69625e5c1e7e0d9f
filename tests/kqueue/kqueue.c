/* kqueue over epoll; see sys/event.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "sys/event.h"
#undef close

enum {
	READ,
	WRITE,
	FILTERS,
	MOST_QUEUES = 1 << 16,
	MOST_FOUND = 256,
};

/* A registration; flags is 0 where there is none. */
struct note {
	unsigned short flags;
	void *udata;
};

struct queue {
	struct note (*notes)[FILTERS]; /* by descriptor */
	size_t room;
	struct note user;
	int trigger; /* an eventfd, in the queue's epoll */
};

static struct queue *queues[MOST_QUEUES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int kqueue(void)
{
	struct queue *q = calloc(1, sizeof(*q));
	int ep = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN };

	if (!q || ep < 0 || ep >= MOST_QUEUES)
		goto failed;
	q->trigger = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	event.data.fd = q->trigger;
	if (q->trigger < 0 ||
	    epoll_ctl(ep, EPOLL_CTL_ADD, q->trigger, &event) < 0)
		goto failed;
	pthread_mutex_lock(&lock);
	queues[ep] = q;
	pthread_mutex_unlock(&lock);
	return ep;
failed:
	free(q);
	if (ep >= 0)
		close(ep);
	return -1;
}

int kqueue_close(int ep)
{
	struct queue *q;

	pthread_mutex_lock(&lock);
	q = queues[ep];
	queues[ep] = NULL;
	pthread_mutex_unlock(&lock);
	if (q) {
		close(q->trigger);
		free(q->notes);
		free(q);
	}
	return close(ep);
}

/* ---- changes */

static bool is_armed(const struct note *note)
{
	return note->flags && !(note->flags & EV_DISABLE);
}

/*
 * Have epoll look for what is registered of FD; -1 and errno.  A number that
 * epoll has lost was closed, and what was registered went with it.
 */
static int arm(struct queue *q, int ep, int fd, int filter)
{
	struct note *notes = q->notes[fd];
	struct epoll_event event = { .data.fd = fd };

	if (is_armed(&notes[READ]))
		event.events |= EPOLLIN | EPOLLRDHUP;
	if (is_armed(&notes[WRITE]))
		event.events |= EPOLLOUT;
	/* hang-ups would be reported even so */
	if (!event.events)
		return epoll_ctl(ep, EPOLL_CTL_DEL, fd, &event);
	if (epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	notes[!filter] = (struct note){ 0 };
	event.events = filter == READ ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
}

static bool make_room(struct queue *q, size_t fd)
{
	size_t room = q->room ? q->room : 64;
	void *notes;

	if (fd < q->room)
		return true;
	while (room <= fd)
		room *= 2;
	notes = realloc(q->notes, room * sizeof(*q->notes));
	if (!notes)
		return false;
	q->notes = notes;
	memset(q->notes + q->room, 0, (room - q->room) * sizeof(*q->notes));
	q->room = room;
	return true;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static int change_user(struct queue *q, const struct kevent *change)
{
	if (change->flags & EV_ADD) {
		if (!(change->flags & EV_CLEAR))
			return fail(EINVAL);
		q->user = (struct note){ change->flags, change->udata };
	}
	if (!q->user.flags)
		return fail(ENOENT);
	return 0;
}

static int change_one(struct queue *q, int ep, const struct kevent *change)
{
	int filter = change->filter == EVFILT_READ ? READ : WRITE;
	struct note *note;
	struct note old;
	int error;

	if (change->filter == EVFILT_USER)
		return change_user(q, change);
	if (change->filter != EVFILT_READ && change->filter != EVFILT_WRITE)
		return fail(EINVAL);
	if (change->flags & (EV_CLEAR | EV_ERROR))
		return fail(EINVAL);
	if (!make_room(q, change->ident))
		return fail(ENOMEM);
	note = &q->notes[change->ident][filter];
	old = *note;
	if (change->flags & EV_ADD)
		*note = (struct note){ change->flags, change->udata };
	else if (!note->flags)
		return fail(ENOENT);
	if (change->flags & EV_DELETE)
		*note = (struct note){ 0 };
	if (change->flags & EV_DISABLE)
		note->flags |= EV_DISABLE;
	if (change->flags & EV_ENABLE)
		note->flags &= (unsigned short)~EV_DISABLE;
	if (arm(q, ep, (int)change->ident, filter) == 0)
		return 0;
	error = errno;
	*note = change->flags & EV_ADD ? old : *note;
	return fail(error);
}

/* ---- events */

static void found_one(struct queue *q, int ep, int fd, int filter, bool ended,
		      struct kevent *event)
{
	struct note *note = &q->notes[fd][filter];

	*event = (struct kevent){
		.ident = (uintptr_t)fd,
		.filter = filter == READ ? EVFILT_READ : EVFILT_WRITE,
		.flags = ended ? EV_EOF : 0,
		.udata = note->udata,
	};
	if (note->flags & EV_ONESHOT) {
		*note = (struct note){ 0 };
		(void)arm(q, ep, fd, filter);
	}
}

/* What epoll found, as events of its filters; how many. */
static int found(struct queue *q, int ep, const struct epoll_event *from,
		 struct kevent *events, int room)
{
	const uint32_t gone = EPOLLHUP | EPOLLERR;
	int fd = from->data.fd;
	eventfd_t rings;
	int count = 0;

	if (fd == q->trigger) {
		(void)eventfd_read(q->trigger, &rings);
		*events = (struct kevent){ .filter = EVFILT_USER,
					   .udata = q->user.udata };
		return 1;
	}
	if (is_armed(&q->notes[fd][READ]) &&
	    from->events & (EPOLLIN | EPOLLRDHUP | gone))
		found_one(q, ep, fd, READ, from->events & (EPOLLRDHUP | gone),
			  &events[count++]);
	if (count < room && is_armed(&q->notes[fd][WRITE]) &&
	    from->events & (EPOLLOUT | gone))
		found_one(q, ep, fd, WRITE, from->events & gone,
			  &events[count++]);
	return count;
}

static int wait_for(int ep, struct epoll_event *from, int room,
		    const struct timespec *timeout)
{
	int count = epoll_pwait2(ep, from, room, timeout, NULL);

	if (count >= 0 || errno != ENOSYS)
		return count;
	return epoll_wait(
		ep, from, room,
		!timeout ? -1
			 : (int)(timeout->tv_sec * 1000 +
				 (timeout->tv_nsec + 999999) / 1000000));
}

int kevent(int ep, const struct kevent *changes, int change_count,
	   struct kevent *events, int event_count,
	   const struct timespec *timeout)
{
	struct epoll_event from[MOST_FOUND];
	const uint64_t one = 1;
	struct queue *q;
	int trigger = -1;
	int count = 0;
	int got;
	int rc = 0;

	pthread_mutex_lock(&lock);
	q = ep >= 0 && ep < MOST_QUEUES ? queues[ep] : NULL;
	if (!q)
		rc = fail(EBADF);
	for (int i = 0; i < change_count && rc == 0; i++) {
		rc = change_one(q, ep, &changes[i]);
		if (rc == 0 && changes[i].fflags & NOTE_TRIGGER)
			trigger = q->trigger;
	}
	pthread_mutex_unlock(&lock);
	/* not under the lock: a test may hold it up here */
	if (trigger >= 0 && write(trigger, &one, sizeof(one)) < 0)
		return -1;
	if (rc < 0 || event_count == 0)
		return rc;
	got = wait_for(ep, from,
		       event_count < MOST_FOUND ? event_count : MOST_FOUND,
		       timeout);
	if (got < 0)
		return -1;
	pthread_mutex_lock(&lock);
	/* level-triggered: what has no room comes again */
	for (int i = 0; i < got && count < event_count; i++)
		count += found(q, ep, &from[i], events + count,
			       event_count - count);
	pthread_mutex_unlock(&lock);
	return count;
}
