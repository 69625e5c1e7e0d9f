/*
 * The interposer: the executable exports these functions, so that the
 * library's calls come here first and are counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "clocks.h"
#include "os_linux.h"
#include "suite.h"

static _Atomic uint64_t allocs;
static _Atomic int64_t blocks;
static _Atomic int64_t bytes;
static _Atomic uint64_t waits;

struct counts counts_now(void)
{
	return (struct counts){ .allocs = allocs,
				.blocks = blocks,
				.bytes = bytes,
				.waits = waits };
}

bool counts_waits(void)
{
	return waits > 0;
}

/* Nothing is ready: may a time-out of NS be taken to have passed? */
static bool passes(int64_t ns)
{
	bool (*on_wait)(int64_t) = clocks_on_wait;

	return on_wait && on_wait(ns);
}

static int64_t ns_of_ms(int ms)
{
	return ms < 0 ? CLOCKS_FOREVER : (int64_t)ms * MS;
}

enum {
	WRONG = -2, /* for the system to tell */
	NS_PER_S = 1000000000
};

static int64_t ns_of_time(const struct timespec *time)
{
	const int64_t most = INT64_MAX / NS_PER_S - 1;

	if (!time)
		return CLOCKS_FOREVER;
	if (time->tv_sec < 0 || time->tv_nsec < 0 || time->tv_nsec >= NS_PER_S)
		return WRONG;
	return (time->tv_sec > most ? most : time->tv_sec) * NS_PER_S +
	       time->tv_nsec;
}

static const struct timespec no_time;

/*
 * Two threads may both be the first, and find the same.  ASKING are the
 * arguments without a time to wait, and NS is that time.
 */
#define WAIT(name, type, params, args, asking, ns)                    \
	int name params                                               \
	{                                                             \
		static type _Atomic known;                            \
		type next = known;                                    \
		int count;                                            \
                                                                      \
		if (!next) {                                          \
			void *found = dlsym(RTLD_NEXT, #name);        \
                                                                      \
			memcpy((void *)&next, &found, sizeof(found)); \
			known = next;                                 \
		}                                                     \
		if (!next) {                                          \
			errno = ENOSYS;                               \
			return -1;                                    \
		}                                                     \
		waits++;                                              \
		if (!clocks_on_wait || (ns) == WRONG)                 \
			return next args;                             \
		count = next asking;                                  \
		return count != 0 || passes(ns) ? count : next args;  \
	}

typedef int wait_fn(int, struct epoll_event *, int, int);
typedef int pwait_fn(int, struct epoll_event *, int, int, const sigset_t *);
typedef int pwait2_fn(int, struct epoll_event *, int, const struct timespec *,
		      const sigset_t *);
typedef int poll_fn(struct pollfd *, nfds_t, int);
typedef int ppoll_fn(struct pollfd *, nfds_t, const struct timespec *,
		     const sigset_t *);

WAIT(epoll_wait, wait_fn *,
     (int ep, struct epoll_event *events, int room, int ms),
     (ep, events, room, ms), (ep, events, room, 0), ns_of_ms(ms))
WAIT(epoll_pwait, pwait_fn *,
     (int ep, struct epoll_event *events, int room, int ms,
      const sigset_t *mask),
     (ep, events, room, ms, mask), (ep, events, room, 0, mask), ns_of_ms(ms))
WAIT(epoll_pwait2, pwait2_fn *,
     (int ep, struct epoll_event *events, int room, const struct timespec *time,
      const sigset_t *mask),
     (ep, events, room, time, mask), (ep, events, room, &no_time, mask),
     ns_of_time(time))
WAIT(poll, poll_fn *, (struct pollfd * fds, nfds_t fds_len, int ms),
     (fds, fds_len, ms), (fds, fds_len, 0), ns_of_ms(ms))
WAIT(ppoll, ppoll_fn *,
     (struct pollfd * fds, nfds_t fds_len, const struct timespec *time,
      const sigset_t *mask),
     (fds, fds_len, time, mask), (fds, fds_len, &no_time, mask),
     ns_of_time(time))

#ifdef SANITIZED

bool counts_memory(void)
{
	return false;
}

void counts_fail(long nth)
{
	(void)nth;
}

bool counts_failed(void)
{
	return false;
}

void poison_start(void)
{
}

void poison_check(void)
{
}

#else

/* glibc's own, under the names it keeps for interposers */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *old);

enum {
	POISON = 0xd4, /* neither a lock that is held nor a flag */
	KEPT = 1 << 14
};

/* Blocks that were freed last are kept for a while, overwritten. */
static struct {
	atomic_flag lock;
	_Atomic bool on;
	bool written_to;
	void *block[KEPT];
	size_t next;
} kept = { .lock = ATOMIC_FLAG_INIT };

bool counts_memory(void)
{
	return true;
}

void poison_start(void)
{
	kept.on = true;
}

static bool is_poisoned(const void *block)
{
	const unsigned char *p = block;
	size_t size = malloc_usable_size((void *)block);

	while (size > 0 && p[size - 1] == POISON)
		size--;
	return size == 0;
}

static void lock_kept(void)
{
	while (atomic_flag_test_and_set(&kept.lock))
		sched_yield();
}

/* It is looked for only if it looks like one. */
static bool is_kept(const void *block)
{
	bool found = false;

	if (!is_poisoned(block))
		return false;
	lock_kept();
	for (size_t i = 0; i < KEPT && !found; i++)
		found = kept.block[i] == block;
	atomic_flag_clear(&kept.lock);
	return found;
}

/* Keep BLOCK; what has been kept for longest, to be freed. */
static void *exchange(void *block)
{
	void *oldest;

	CHECK(!is_kept(block), "memory was freed twice");
	memset(block, POISON, malloc_usable_size(block));
	lock_kept();
	oldest = kept.block[kept.next];
	kept.block[kept.next] = block;
	kept.next = (kept.next + 1) % KEPT;
	kept.written_to |= oldest && !is_poisoned(oldest);
	atomic_flag_clear(&kept.lock);
	return oldest;
}

void poison_check(void)
{
	bool clean;

	lock_kept();
	for (size_t i = 0; i < KEPT && !kept.written_to; i++)
		kept.written_to = kept.block[i] && !is_poisoned(kept.block[i]);
	clean = !kept.written_to;
	atomic_flag_clear(&kept.lock);
	CHECK(clean, "memory was written to after it had been freed");
}

static _Thread_local long to_fail; /* after how many; 0: none */
static _Thread_local bool failed;

void counts_fail(long nth)
{
	to_fail = nth;
	failed = false;
}

bool counts_failed(void)
{
	to_fail = 0;
	return failed;
}

/* Is this the one that fails? */
static bool fails(void)
{
	if (to_fail == 0 || --to_fail > 0)
		return false;
	errno = ENOMEM;
	failed = true;
	return true;
}

static void *count_alloc(void *block)
{
	static _Atomic bool told;

	if (!block) {
		if (os_when_exhausted && !atomic_exchange(&told, true))
			os_when_exhausted();
		return NULL;
	}
	allocs++;
	blocks++;
	bytes += (int64_t)malloc_usable_size(block);
	return block;
}

void *malloc(size_t size)
{
	return fails() ? NULL : count_alloc(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : count_alloc(__libc_calloc(count, size));
}

void free(void *old)
{
	int was = errno;

	if (!old)
		return;
	blocks--;
	bytes -= (int64_t)malloc_usable_size(old);
	if (kept.on)
		old = exchange(old);
	__libc_free(old);
	errno = was;
}

void *realloc(void *old, size_t size)
{
	size_t was = old ? malloc_usable_size(old) : 0;
	void *fresh = malloc(size ? size : 1);

	if (!fresh)
		return NULL;
	if (old)
		memcpy(fresh, old, was < size ? was : size);
	free(old);
	return fresh;
}

void *memalign(size_t align, size_t size)
{
	return fails() ? NULL : count_alloc(__libc_memalign(align, size));
}

void *aligned_alloc(size_t align, size_t size)
{
	return memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
	void *block = memalign(align, size);

	if (!block)
		return ENOMEM;
	*out = block;
	return 0;
}

#endif
