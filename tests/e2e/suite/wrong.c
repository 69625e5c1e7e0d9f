/*
 * Libraries that misbehave, each in the way that WRONG names.  Most are the
 * reference, whose functions of the same names are called right_ here, but
 * for what happens at load or in one function.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

#include "cohort_executor.h"
#include "suite/record.h"

enum {
	RIGHT,
	ABI,
	LOAD_CRASHES,
	LOAD_EXITS,
	LOAD_FORGES,
	LOAD_SLEEPS,
	NEW_LOOPS,
	NEW_IS_NULL,
	CRASHES,
	UNMAPS,
	EXITS,
	EXITS_POLITELY,
	EXITS_QUICKLY,
	ENDS_THREAD,
	SLEEPS,
	SLEEPS_IN_RUN,
	SPINS,
	STOPS,
	FORKS,
	FORKS_BOMB,
	FORKS_DAEMON,
	FORKS_BARELY,
	EXECUTES,
	KILLS_PARENT,
	KILLS_ALL,
	OWNS_PARENT,
	TRACES_PARENT,
	STEALS,
	OUTLIVES,
	DIALS,
	RAW_TERMINAL,
	CHANGES_FOLDER,
	NAGS,
	FORGES,
	PRINTS,
	CLOSES,
	CLOSES_STANDARD,
	CLOSES_ALL,
	EATS,
	EATS_PAGES,
	THREADS_BOMB,
	HANDLES_SIGNAL,
	BLOCKS_SIGNAL,
	LEAVES_TIMER,
	CHANGES_UMASK,
	CHANGES_LIMIT,
	JUMPS,
	/* no fault, or one that can do no harm */
	WRITES_FILE,
	WRITES_AND_CRASHES,
	TRIES_NEW_CALLS,
	THREADS_GO_ON,
	IGNORES_SIGPIPE,
};

static const char last_words[] = "all is well\n\033[1mno such page\n\n";

uint32_t cx_abi(void)
{
	return WRONG == ABI ? 99 : CX_ABI_VERSION;
}

struct cx_exec *right_new(void);

struct cx_exec *cx_new(void)
{
	while (WRONG == NEW_LOOPS)
		;
	return WRONG == NEW_IS_NULL ? NULL : right_new();
}

/* Whatever socket keeps messages apart is told that all is well. */
static void forge(void)
{
	struct {
		struct key key;
		char record[sizeof(struct record)];
	} packet = { .key = { { 1, 2 } } };
	struct record pass = { .pid = getpid(), .event = EVENT_PASS };

	memcpy(packet.record, &pass, sizeof(pass));
	for (int fd = 3; fd < 70000; fd++) {
		socklen_t len = sizeof(int);
		int type = 0;

		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
		    type == SOCK_SEQPACKET)
			(void)!write(fd, &packet,
				     sizeof(struct key) + sizeof(pass));
	}
	_exit(0);
}

__attribute__((constructor)) static void at_load(void)
{
	if (WRONG == LOAD_CRASHES)
		raise(SIGSEGV);
	if (WRONG == LOAD_EXITS)
		_exit(0);
	if (WRONG == LOAD_FORGES)
		forge();
	while (WRONG == LOAD_SLEEPS)
		pause();
}

/* ---- what leads out of the process */

static void fork_daemon(void)
{
	if (fork() != 0)
		return;
	setsid();
	if (fork() == 0)
		pause();
	_exit(0);
}

static void fork_bomb(void)
{
	for (int i = 0; i < 300; i++)
		(void)!fork();
}

static void fork_barely(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	if (syscall(SYS_clone3, &args, sizeof(args)) < 0 &&
	    syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L) == 0)
		pause();
}

static void own_parent(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0)
		fcntl(fds[0], F_SETOWN, getppid());
}

static void write_file(void)
{
	int fd = open("left-behind", O_WRONLY | O_CREAT, 0600);

	if (fd >= 0)
		close(fd);
	mkdir("left-behind", 0700);
}

/* What good libraries try first, and do without. */
static void try_new_calls(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	char room[256] = { 0 };

	syscall(SYS_io_uring_setup, 8L, room);
	syscall(SYS_pidfd_open, (long)getpid(), 0L);
	syscall(SYS_openat2, -100L, "/etc/passwd", room, 24L);
	if (syscall(SYS_clone3, &args, sizeof(args)) == 0)
		_exit(1);
}

static void misbehave_outside(void)
{
	static const char *const argv[] = { "true", NULL };

	switch (WRONG) {
	case FORKS:
		if (fork() == 0)
			pause();
		break;
	case FORKS_BOMB:
		fork_bomb();
		break;
	case FORKS_DAEMON:
		fork_daemon();
		break;
	case FORKS_BARELY:
		fork_barely();
		break;
	case EXECUTES:
		execv("/bin/true", (char *const *)argv);
		break;
	case KILLS_PARENT:
		kill(getppid(), SIGTERM);
		break;
	case KILLS_ALL:
		kill(-1, SIGTERM);
		break;
	case OWNS_PARENT:
		own_parent();
		break;
	case TRACES_PARENT:
		ptrace(PTRACE_SEIZE, getppid(), NULL, NULL);
		break;
	case STEALS:
		syscall(SYS_pidfd_getfd, 3L, 0L, 0L);
		break;
	case OUTLIVES:
		prctl(PR_SET_PDEATHSIG, 0);
		break;
	case DIALS:
		close(socket(AF_INET, SOCK_STREAM, 0));
		break;
	case RAW_TERMINAL:
		tcsetattr(0, TCSANOW, &(struct termios){ 0 });
		break;
	case CHANGES_FOLDER:
		(void)!chdir("/");
		break;
	case WRITES_AND_CRASHES:
		write_file();
		abort();
	case WRITES_FILE:
		write_file();
		break;
	case TRIES_NEW_CALLS:
		try_new_calls();
		break;
	case NAGS:
		for (;;)
			unlink("left-behind");
	}
}

/* ---- what happens to the process itself */

static void close_all(int first, int last)
{
	for (int fd = first; fd <= last; fd++)
		close(fd);
}

static void print_much(void)
{
	for (int i = 0; i < 40000; i++)
		fputs("so much to say, and nobody who wants to hear it all\n",
		      stderr);
}

static void eat_pages(void)
{
	enum {
		SOME = 1 << 26
	};

	for (;;) {
		void *room =
			mmap(NULL, SOME, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (room == MAP_FAILED)
			break;
	}
	for (;;)
		pause();
}

static void *wait_for_ever(void *nothing)
{
	for (;;)
		pause();
	return nothing;
}

static void start_threads(int count)
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 1 << 16);
	while (count-- > 0)
		pthread_create(&thread, &small, wait_for_ever, NULL);
}

static void handle(int signal)
{
	(void)signal;
}

static void block_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void change_limit(void)
{
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 64, 64 });
}

static void misbehave_inside(void)
{
	static bool closed;
	volatile int zero = 0;

	switch (WRONG) {
	case CRASHES:
		(void)!write(2, last_words, sizeof(last_words) - 1);
		*(volatile int *)(uintptr_t)zero = 1;
		break;
	case UNMAPS:
		munmap((void *)((uintptr_t)&zero & ~(uintptr_t)4095), 4096);
		break;
	case EXITS:
		_exit(0);
	case EXITS_POLITELY:
		exit(0);
	case EXITS_QUICKLY:
		quick_exit(0);
	case ENDS_THREAD:
		pthread_exit(NULL);
	case SLEEPS:
		for (;;)
			pause();
	case SPINS:
		for (;;)
			zero++;
	case STOPS:
		raise(SIGSTOP);
		break;
	case FORGES:
		forge();
		break;
	case PRINTS:
		print_much();
		break;
	case CLOSES:
		close_all(3, 255);
		break;
	case CLOSES_STANDARD:
		close_all(1, 2);
		break;
	case CLOSES_ALL:
		if (!closed)
			close_all(0, 70000);
		closed = true;
		break;
	case EATS:
		while (malloc(1 << 20))
			;
		abort();
	case EATS_PAGES:
		eat_pages();
		break;
	case THREADS_BOMB:
		start_threads(1000000);
		pause();
		break;
	}
}

static void change_process(void)
{
	switch (WRONG) {
	case THREADS_GO_ON:
		start_threads(3);
		break;
	case HANDLES_SIGNAL:
		signal(SIGTERM, handle);
		break;
	case IGNORES_SIGPIPE:
		signal(SIGPIPE, SIG_IGN);
		break;
	case BLOCKS_SIGNAL:
		block_signal();
		break;
	case LEAVES_TIMER:
		alarm(3600);
		break;
	case CHANGES_UMASK:
		umask(0);
		break;
	case CHANGES_LIMIT:
		change_limit();
		break;
	}
}

/* ---- where */

static jmp_buf before_run;
static bool cancelled;

int right_block_on(struct cx_exec *ex, struct cx_future fut);

int cx_block_on(struct cx_exec *ex, struct cx_future fut)
{
	if (WRONG == JUMPS && setjmp(before_run))
		return CX_OK;
	while (WRONG == SLEEPS_IN_RUN && cancelled)
		pause();
	return right_block_on(ex, fut);
}

int right_cancel(struct cx_exec *ex, uint64_t task);

int cx_cancel(struct cx_exec *ex, uint64_t task)
{
	misbehave_outside();
	misbehave_inside();
	change_process();
	if (WRONG == JUMPS)
		longjmp(before_run, 1); /* over the poll that cancels */
	cancelled = true;
	return right_cancel(ex, task);
}
