#ifndef REFERENCE_EXECUTOR_OP_H
#define REFERENCE_EXECUTOR_OP_H

/*
 * What all leaf operations have in common.  Each kind has a struct of its own
 * that begins with this one.  All of it is the loop thread's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task.h"

struct op_kind {
	/*
	 * An enum cx_poll or an enum cx_error.  With PENDING the op keeps a
	 * clone of W, and of no other; with READY it writes VALUE, which is 0.
	 */
	int (*poll)(struct cx_op *op, const struct waker *w, uint64_t *value);

	/*
	 * It is spent, or being dropped: end what it registered.  Called at
	 * least once, and harmless when called again.
	 */
	void (*end)(struct cx_op *op);

	bool recurs; /* dropped, it is soon made again: keep its memory */
};

struct cx_op {
	const struct op_kind *kind;
	struct cx_exec *ex;
	struct waker waker; /* whom to wake; empty if nobody */
	bool spent;
};

/*
 * A copy of MODEL, which begins a struct of SIZE bytes, in the memory of one
 * of its kind that was dropped and kept, if there is one.  NULL: no memory.
 */
struct cx_op *op_new(const struct cx_op *model, size_t size);

#endif
