/*
 * E91: timers in fast motion.
 *
 * Where nothing is ready, a wait with a time-out does not take its time: all
 * clocks are put ahead by as much, and it is over.  So months pass in a
 * moment, as long as the library waits through the C library and asks it for
 * the time.  One that does so otherwise, or somewhere else, is right as well:
 * whatever cannot be told from that is left out.
 */
#include <unistd.h>

#include "clocks.h"
#include "os_linux.h"
#include "timers.h"

static const uint64_t SECOND = 1000ull * MS;
static const uint64_t DAY = 24ull * 3600 * 1000 * MS;

enum {
	MOST_WAITS = 100000, /* for one timer; shorter ones are planned for */
	MOST_ASKS = 1000000, /* without a time-out, one after the other */
	SPLIT_SECOND = 2 * MS,
	STUCK_SAMPLES = 16, /* of 50 ms */
};

/* What happens in waits. */
static struct {
	pthread_t loop;
	const char *_Atomic timer; /* what is waited for; NULL: nothing yet */
	_Atomic bool over;
	_Atomic bool elsewhere;	 /* another thread than the loop waited */
	_Atomic uint64_t events; /* of any kind: something goes on */
	_Atomic uint64_t waits;	 /* with a time-out, for this timer */
	_Atomic uint64_t asks;
	_Atomic uint64_t began; /* clocks_moved() */
	_Atomic uint64_t longest;
} motion;

/* Are there no threads but the loop and the one that looks after it? */
static bool is_alone(void)
{
	return !motion.elsewhere && os_usage(getpid()).threads == 2;
}

/* Nothing is ready, the loop alone could fire the timer, and sleeps. */
static void judge_sleep(void)
{
	const char *timer = motion.timer;

	CHECK(!timer || !is_alone(),
	      "a timer of %s is pending, and it waits without a time-out",
	      timer);
}

static void judge_ask(void)
{
	const char *timer = motion.timer;

	if (++motion.asks < MOST_ASKS)
		return;
	if (!timer || !is_alone())
		skip_because("it asks for events all the time");
	FAIL("before a timer of %s it asks for events %d times, and does not "
	     "wait",
	     timer, MOST_ASKS);
}

static void judge_count(void)
{
	const char *timer = motion.timer;

	if (++motion.waits <= 2 * MOST_WAITS)
		return;
	CHECK(!timer || !is_alone() || motion.longest < DAY ||
		      clocks_moved() - motion.began >
			      motion.waits * SPLIT_SECOND,
	      "a timer of %s takes more than %d waits of a moment each", timer,
	      2 * MOST_WAITS);
	skip_because(timer ? "its waits are too short for days to pass"
			   : "its timers do not go by its waits");
}

static bool on_wait(int64_t ns)
{
	uint64_t time = (uint64_t)ns;

	motion.events++;
	if (ns == CLOCKS_FOREVER) {
		if (pthread_equal(pthread_self(), motion.loop))
			judge_sleep();
		return false;
	}
	if (!pthread_equal(pthread_self(), motion.loop))
		motion.elsewhere = true;
	if (ns == 0) {
		judge_ask();
		return true;
	}
	judge_count();
	/* further than the clocks go */
	if (time > 40000 * DAY)
		time = 40000 * DAY;
	if (clocks_moved() > 60000 * DAY)
		skip_because("its waits have no end");
	if (time > motion.longest)
		motion.longest = time;
	motion.asks = 0;
	clocks_move(time);
	return true;
}

/* What sleeps, or works, where we do not see it is not to be judged. */
static void *look_after(void *data)
{
	uint64_t seen = 0;
	int still = 0;

	(void)data;
	while (!motion.over) {
		uint64_t now;

		doze(50 * MS);
		now = motion.events + all_polls;
		still = now == seen ? still + 1 : 0;
		seen = now;
		if (still >= STUCK_SAMPLES && !motion.over)
			skip_because("it sleeps where it cannot be hurried");
	}
	return NULL;
}

static void motion_start(void)
{
	motion.loop = pthread_self();
	pthread_detach(thread_start(look_after, NULL));
	clocks_on_wait = on_wait;
}

static void count_for(const char *timer)
{
	motion.timer = timer;
	motion.waits = 0;
	motion.asks = 0;
	motion.began = clocks_moved();
}

/* ---- a timer that takes a leap */

struct leap {
	const char *name;
	uint64_t ns;
	struct probe probe;
	uint64_t deadline;
	uint64_t began; /* wall_ns() */
	uint64_t moved;
	uint64_t waits;	    /* that it took, if it was alone */
	struct cx_op *gone; /* is waited for, and dropped when this is over */
};

/*
 * By how much, in seconds.  It may have read cx_now a while before, so the
 * clock has to say so as well.
 */
static double early(const struct leap *leap)
{
	uint64_t now = cx_now(leap->probe.ex);
	uint64_t passed = wall_ns() - leap->began;

	if (now >= leap->deadline || passed >= leap->ns)
		return 0;
	return (double)(leap->deadline - now) / 1e9;
}

/*
 * A quarter is as good as granularity may be.  A reactor in another thread
 * may be off to the next timer before the loop has run.
 */
static double late(const struct leap *leap)
{
	uint64_t moved = clocks_moved() - leap->moved;

	if (motion.elsewhere || moved <= leap->ns + leap->ns / 4 + 2 * SECOND)
		return 0;
	return (double)(moved - leap->ns) / 1e9;
}

static int step_leap(struct probe *p, struct cx_ctx *cx)
{
	struct leap *leap = p->data;
	double off;

	if (p->polls == 1 && leap->gone)
		cx_op_poll(leap->gone, cx, NULL);
	if (step_await(p, cx) == CX_PENDING)
		return CX_PENDING;
	CHECK(p->n == 0, "a timer of %s gave the error %ld", leap->name,
	      -100 - p->n);
	off = early(leap);
	CHECK(off == 0, "a timer of %s fired %.3f s early", leap->name, off);
	off = late(leap);
	CHECK(off == 0, "a timer of %s fired %.0f s late", leap->name, off);
	cx_op_drop(leap->gone);
	leap->gone = NULL;
	return CX_READY;
}

static void leap_begin(struct cx_exec *ex, struct leap *leap)
{
	leap->moved = clocks_moved();
	leap->began = wall_ns();
	leap->deadline = cx_now(ex) + leap->ns;
	leap->probe = (struct probe){ .step = step_leap,
				      .data = leap,
				      .op = sleep_op(ex, leap->deadline) };
}

static void leap_spawn(struct cx_exec *ex, struct leap *leap)
{
	leap_begin(ex, leap);
	probe_spawn(ex, &leap->probe);
}

static void leap_over(struct cx_exec *ex, struct leap *leap)
{
	leap_begin(ex, leap);
	count_for(leap->name);
	probe_block_on(ex, &leap->probe);
	leap->waits = motion.waits;
	motion.timer = NULL;
}

/* All that have been spawned. */
static void leap_all(struct cx_exec *ex)
{
	count_for("days");
	exec_run(ex);
	motion.timer = NULL;
}

/* ---- can it be hurried at all? */

static void try_a_second(struct cx_exec *ex, uint64_t *real)
{
	uint64_t before = cx_now(ex);
	uint64_t moved = clocks_moved();

	count_for(NULL);
	*real = clocks_real_ns();
	sleep_for(ex, SECOND);
	*real = clocks_real_ns() - *real;
	if (clocks_moved() == moved)
		skip_because("its timers sleep in no wait of the C library");
	if (cx_now(ex) - before < SECOND)
		skip_because("its clock is not asked for in the C library");
}

static void need_motion(struct cx_exec *ex)
{
	uint64_t real = SECOND;

	/* a busy machine may need another try */
	for (int i = 0; i < 3 && real > SECOND / 2; i++)
		try_a_second(ex, &real);
	if (real > SECOND / 2)
		skip_because("its timers sleep somewhere else than it waits");
}

/* ---- E91 */

/* Would NS need more than MOST_WAITS, of the length that LEAP's had? */
static bool takes_too_long(const struct leap *leap, uint64_t ns)
{
	return leap->waits > 10 && ns / (leap->ns / leap->waits) > MOST_WAITS;
}

static void one_by_one(struct cx_exec *ex, struct leap *leaps, int count)
{
	for (int i = 0; i < count; i++) {
		if (i > 0 && takes_too_long(&leaps[i - 1], leaps[i].ns))
			skip_because("its waits are too short for days to "
				     "pass");
		leap_over(ex, &leaps[i]);
	}
}

/* Near ones while others are far, two of which are dropped. */
static void near_beside_far(struct cx_exec *ex)
{
	struct leap far[] = {
		{ .name = "400 days", .ns = 400 * DAY },
		{ .name = "25 days", .ns = 25 * DAY },
		{ .name = "50 days", .ns = 50 * DAY },
	};
	struct leap near[] = {
		{ .name = "a second", .ns = SECOND },
		{ .name = "an hour", .ns = HOUR },
		{ .name = "a day", .ns = DAY },
	};

	for (int i = 0; i < 3; i++)
		leap_spawn(ex, &far[i]);
	near[0].gone = sleep_op(ex, cx_now(ex) + 24 * DAY);
	near[1].gone = sleep_op(ex, cx_now(ex) + 30 * DAY);
	for (int i = 0; i < 3; i++)
		leap_over(ex, &near[i]);
	leap_all(ex);
}

static void all_at_once(struct cx_exec *ex)
{
	struct leap leaps[] = {
		{ .name = "30 days", .ns = 30 * DAY },
		{ .name = "a minute", .ns = 60 * SECOND },
		{ .name = "60 days", .ns = 60 * DAY },
		{ .name = "20 days", .ns = 20 * DAY },
		{ .name = "a millisecond", .ns = MS },
		{ .name = "400 days", .ns = 400 * DAY },
		{ .name = "an hour", .ns = HOUR },
		{ .name = "25 days", .ns = 25 * DAY },
	};

	for (int i = 0; i < 8; i++)
		leap_spawn(ex, &leaps[i]);
	leap_all(ex);
}

void fast_motion(void)
{
	struct leap leaps[] = {
		{ .name = "a millisecond", .ns = MS },
		{ .name = "3 seconds", .ns = 3 * SECOND },
		{ .name = "a minute", .ns = 60 * SECOND },
		{ .name = "an hour", .ns = HOUR },
		{ .name = "a day", .ns = DAY },
		{ .name = "20 days", .ns = 20 * DAY },
		{ .name = "24.9 days", .ns = 249 * DAY / 10 },
		{ .name = "25 days", .ns = 25 * DAY },
		{ .name = "30 days", .ns = 30 * DAY },
		{ .name = "49.8 days", .ns = 498 * DAY / 10 },
		{ .name = "60 days", .ns = 60 * DAY },
		{ .name = "400 days", .ns = 400 * DAY },
	};
	struct leap years[] = {
		{ .name = "10 years", .ns = 3652 * DAY },
		{ .name = "100 years", .ns = 36524 * DAY },
	};
	struct cx_exec *ex;

	motion_start();
	ex = exec_new();
	need_motion(ex);
	one_by_one(ex, leaps, 12);
	near_beside_far(ex);
	all_at_once(ex);
	/* an hour is a good time to look round, but not for a century */
	for (int i = 0; i < 2; i++) {
		if (!takes_too_long(&leaps[11], years[i].ns))
			leap_over(ex, &years[i]);
	}
	motion.over = true;
	cx_free(ex);
}
