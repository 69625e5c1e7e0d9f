#include "join.h"

#include "exec.h"
#include "link.h"
#include "op.h"

struct join {
	struct cx_op op;
	struct link link; /* on task.joins until that has ended */
	enum cx_end end;
};

static struct join *join_of(struct link *link)
{
	return (struct join *)((char *)link - offsetof(struct join, link));
}

static int join_poll(struct cx_op *op, const struct waker *w, uint64_t *value)
{
	struct join *join = (struct join *)op;

	if (join->link.at) {
		waker_keep(&op->waker, w);
		return CX_PENDING;
	}
	*value = join->end;
	return CX_READY;
}

static void join_end(struct cx_op *op)
{
	link_remove(&((struct join *)op)->link);
}

static const struct op_kind join_kind = {
	.poll = join_poll,
	.end = join_end,
};

struct cx_op *cx_join(struct cx_exec *ex, uint64_t id)
{
	struct task *task = table_find(&ex->tasks, id);
	const struct join fresh = { .op = { .kind = &join_kind, .ex = ex } };
	struct cx_op *op;

	if (!task)
		return NULL;
	op = op_new(&fresh.op, sizeof(fresh));
	if (op)
		link_add(&task->joins, &((struct join *)op)->link);
	return op;
}

void joins_finish(struct link **joins, enum cx_end end)
{
	while (*joins) {
		struct join *join = join_of(*joins);

		join->end = end;
		link_remove(&join->link);
		waker_wake(&join->op.waker); /* may drop any of the others */
	}
}
