/*
 * The functions of the header, carried over to the library that was loaded.
 *
 * They are not exported to it, so that its own calls stay its own.
 */
#include "api.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"

/* Name, result, parameters, arguments; and the capability it is part of. */
#define FUNCTIONS(X, V)                                                        \
	X(abi, uint32_t, (void), (), 0)                                        \
	X(name, const char *, (void), (), 0)                                   \
	X(caps, uint64_t, (void), (), 0)                                       \
	X(new, struct cx_exec *, (void), (), 0)                                \
	V(free, (struct cx_exec * ex), (ex), 0)                                \
	X(spawn, int,                                                          \
	  (struct cx_exec * ex, struct cx_future fut, uint64_t * task),        \
	  (ex, fut, task), 0)                                                  \
	X(cancel, int, (struct cx_exec * ex, uint64_t task), (ex, task),       \
	  CX_CAP_CANCEL)                                                       \
	X(spawn_remote, int, (struct cx_exec * ex, struct cx_future fut),      \
	  (ex, fut), CX_CAP_REMOTE_SPAWN)                                      \
	X(block_on, int, (struct cx_exec * ex, struct cx_future fut),          \
	  (ex, fut), 0)                                                        \
	X(run, int, (struct cx_exec * ex), (ex), 0)                            \
	X(run_until_stalled, int, (struct cx_exec * ex, uint64_t * polls),     \
	  (ex, polls), CX_CAP_STALLED)                                         \
	X(ctx_waker, struct cx_waker, (struct cx_ctx * cx), (cx), 0)           \
	V(ctx_wake, (struct cx_ctx * cx), (cx), 0)                             \
	X(ctx_will_wake, int, (struct cx_ctx * cx, const struct cx_waker *w),  \
	  (cx, w), 0)                                                          \
	X(waker_clone, struct cx_waker, (const struct cx_waker *w), (w), 0)    \
	V(waker_wake, (struct cx_waker w), (w), 0)                             \
	V(waker_wake_by_ref, (const struct cx_waker *w), (w), 0)               \
	V(waker_drop, (struct cx_waker w), (w), 0)                             \
	X(now, uint64_t, (struct cx_exec * ex), (ex), CX_CAP_TIMERS)           \
	X(sleep_until, struct cx_op *, (struct cx_exec * ex, uint64_t at),     \
	  (ex, at), CX_CAP_TIMERS)                                             \
	X(fd_ready, struct cx_op *,                                            \
	  (struct cx_exec * ex, int fd, int interest), (ex, fd, interest),     \
	  CX_CAP_IO)                                                           \
	X(op_poll, int,                                                        \
	  (struct cx_op * op, struct cx_ctx * cx, uint64_t * out),             \
	  (op, cx, out), OPS)                                                  \
	X(op_poll_with, int,                                                   \
	  (struct cx_op * op, const struct cx_waker_vt *vt, void *w,           \
	   uint64_t *out),                                                     \
	  (op, vt, w, out), OPS)                                               \
	V(op_drop, (struct cx_op * op), (op), OPS)                             \
	X(chan, int,                                                           \
	  (struct cx_exec * ex, struct cx_tx * *tx, struct cx_rx * *rx),       \
	  (ex, tx, rx), CX_CAP_CHANNEL)                                        \
	X(tx_clone, struct cx_tx *, (struct cx_tx * tx), (tx), CX_CAP_CHANNEL) \
	X(tx_send, int, (struct cx_tx * tx, uint64_t item), (tx, item),        \
	  CX_CAP_CHANNEL)                                                      \
	V(tx_drop, (struct cx_tx * tx), (tx), CX_CAP_CHANNEL)                  \
	X(rx_recv, struct cx_op *, (struct cx_rx * rx), (rx), CX_CAP_CHANNEL)  \
	V(rx_drop, (struct cx_rx * rx), (rx), CX_CAP_CHANNEL)                  \
	X(join, struct cx_op *, (struct cx_exec * ex, uint64_t task),          \
	  (ex, task), CX_CAP_JOIN)                                             \
	X(time_pause, int, (struct cx_exec * ex), (ex), CX_CAP_VIRTUAL_TIME)   \
	X(time_advance, int, (struct cx_exec * ex, uint64_t ns), (ex, ns),     \
	  CX_CAP_VIRTUAL_TIME)

static const uint64_t OPS =
	CX_CAP_TIMERS | CX_CAP_IO | CX_CAP_CHANNEL | CX_CAP_JOIN;

#define FIELD(name, type, params, args, cap) type(*name) params;
#define FIELD_VOID(name, params, args, cap) void(*name) params;
static struct table {
	FUNCTIONS(FIELD, FIELD_VOID)
} lib, aside;

/* ---- which one this thread is in */

#define CALL(name, type, params, args, cap) CALL_##name,
#define CALL_VOID(name, params, args, cap) CALL_##name,
enum {
	CALL_NONE,
	FUNCTIONS(CALL, CALL_VOID) CALLS
};

#define NAME(name, type, params, args, cap) "cx_" #name,
#define NAME_VOID(name, params, args, cap) "cx_" #name,
static const char *const names[CALLS] = { NULL, FUNCTIONS(NAME, NAME_VOID) };

static _Atomic unsigned char call;
static _Thread_local bool is_followed;

const void *api_call_at(void)
{
	return &call;
}

const char *api_call_name(unsigned char number)
{
	/* what these do is the others' to say, and the suite's */
	if (number >= CALLS || number == CALL_block_on || number == CALL_run ||
	    number == CALL_run_until_stalled)
		return NULL;
	return names[number];
}

/* What it was in before. */
static unsigned char enter(unsigned char number)
{
	/* relaxed: it is for people */
	unsigned char was = atomic_load_explicit(&call, memory_order_relaxed);

	if (is_followed)
		atomic_store_explicit(&call, number, memory_order_relaxed);
	return was;
}

static void leave(unsigned char was)
{
	if (is_followed)
		atomic_store_explicit(&call, was, memory_order_relaxed);
}

#define CARRY(name, type, params, args, cap)            \
	type cx_##name params                           \
	{                                               \
		unsigned char was = enter(CALL_##name); \
		type result = lib.name args;            \
                                                        \
		leave(was);                             \
		return result;                          \
	}
#define CARRY_VOID(name, params, args, cap)             \
	void cx_##name params                           \
	{                                               \
		unsigned char was = enter(CALL_##name); \
                                                        \
		lib.name args;                          \
		leave(was);                             \
	}
FUNCTIONS(CARRY, CARRY_VOID)

/* Not of the header: what a language has of its own; NULL where it has not. */
static void (*rust_park)(void);
static void (*rust_panic)(void);

bool park_thread(void)
{
	if (rust_park)
		rust_park();
	return rust_park;
}

bool can_panic(void)
{
	return rust_panic;
}

_Noreturn void panic_here(void)
{
	rust_panic();
	FAIL("cx_rust_panic returned");
}

/* The first function that is missing though CAPS ask for it; or NULL. */
static const char *find_all(void *handle, uint64_t caps)
{
	void *found;

	/* dlsym gives a pointer to data; POSIX has it carry functions */
#define FIND(name, type, params, args, cap)         \
	found = dlsym(handle, "cx_" #name);         \
	if (!found && ((cap) == 0 || ((cap)&caps))) \
		return "cx_" #name;                 \
	memcpy((void *)&lib.name, &found, sizeof(found));
#define FIND_VOID(name, params, args, cap) FIND(name, void, params, args, cap)
	FUNCTIONS(FIND, FIND_VOID)
	return NULL;
}

void api_load(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const char *missing;
	void *abi;

	is_followed = true;

	CHECK(handle, "cannot be loaded: %s", dlerror());
	abi = dlsym(handle, "cx_abi");
	CHECK(abi, "has no symbol 'cx_abi': is it built with the adapter?");
	memcpy((void *)&lib.abi, &abi, sizeof(abi));
	CHECK(cx_abi() == CX_ABI_VERSION,
	      "speaks version %lu of the ABI, the suite speaks %d",
	      (unsigned long)cx_abi(), CX_ABI_VERSION);
	missing = find_all(handle, 0);
	CHECK(!missing, "has no symbol '%s'", missing);
	missing = find_all(handle, cx_caps());
	CHECK(!missing, "claims a capability and has no symbol '%s'", missing);
	CHECK(cx_name(), "has no name: cx_name gave NULL");
	abi = dlsym(handle, "cx_rust_park");
	memcpy((void *)&rust_park, &abi, sizeof(abi));
	abi = dlsym(handle, "cx_rust_panic");
	memcpy((void *)&rust_panic, &abi, sizeof(abi));
}

void *api_code(void)
{
	void *code;

	memcpy(&code, (void *)&lib.new, sizeof(code));
	return code;
}

void api_swap(void)
{
	struct table other = aside;

	aside = lib;
	lib = other;
}
