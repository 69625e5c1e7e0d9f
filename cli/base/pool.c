#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/err.h"

struct pool {
	pthread_mutex_t lock;
	size_t next;
	size_t count;
	pool_job *job;
	void *ctx;
};

static void *work(void *arg)
{
	struct pool *p = arg;

	for (;;) {
		size_t index;

		pthread_mutex_lock(&p->lock);
		index = p->next < p->count ? p->next++ : p->count;
		pthread_mutex_unlock(&p->lock);
		if (index == p->count)
			return NULL;
		p->job(p->ctx, index);
	}
}

/* Signals are for the main thread. */
static int start(pthread_t *thread, struct pool *p)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(thread, NULL, work, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

int pool_run(unsigned workers, size_t count, pool_job *job, void *ctx,
	     struct err *err)
{
	struct pool p = { .count = count, .job = job, .ctx = ctx };
	pthread_t *threads;
	size_t extra, started = 0;

	if (count == 0)
		return 0;
	extra = (workers < count ? workers : count);
	extra = extra > 0 ? extra - 1 : 0;
	threads = calloc(extra + 1, sizeof(*threads));
	if (!threads)
		return err_nomem(err);
	pthread_mutex_init(&p.lock, NULL);
	while (started < extra && start(&threads[started], &p) == 0)
		started++;
	work(&p); /* the caller is a worker too */
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&p.lock);
	free(threads);
	return 0;
}
