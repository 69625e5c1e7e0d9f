#include "op.h"

#include <stdlib.h>
#include <string.h>

#include "exec.h"

struct cx_op *op_new(const struct cx_op *model, size_t size)
{
	struct cx_op *op = model->ex->spare;

	if (op && op->kind == model->kind)
		model->ex->spare = NULL;
	else
		op = malloc(size);
	return op ? memcpy(op, model, size) : NULL;
}

static void op_free(struct cx_op *op)
{
	struct cx_exec *ex = op->ex;

	if (!op->kind->recurs) {
		free(op);
		return;
	}
	free(ex->spare);
	ex->spare = op;
}

static int op_poll(struct cx_op *op, const struct waker *w, uint64_t *out)
{
	uint64_t value = 0;
	int rc;

	if (op->spent)
		return CX_E_INVAL;
	rc = op->kind->poll(op, w, &value);
	if (rc == CX_PENDING)
		return rc;
	op->spent = true;
	op->kind->end(op);
	waker_drop(&op->waker);
	if (rc == CX_READY && out)
		*out = value;
	return rc;
}

int cx_op_poll(struct cx_op *op, struct cx_ctx *cx, uint64_t *out)
{
	/* borrowed from the executor, which holds the task during its poll */
	struct waker w = { .data = cx->task, .vt = &task_waker_vt };

	return op_poll(op, &w, out);
}

int cx_op_poll_with(struct cx_op *op, const struct cx_waker_vt *vt, void *w,
		    uint64_t *out)
{
	struct waker borrowed = { .data = w, .vt = vt };

	return op_poll(op, &borrowed, out);
}

void cx_op_drop(struct cx_op *op)
{
	if (!op)
		return;
	op->kind->end(op);
	waker_drop(&op->waker);
	op_free(op);
}
