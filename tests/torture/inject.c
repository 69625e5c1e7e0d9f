/*
 * Harm a program at one of its system calls.
 *
 *	inject [OPTIONS] COMMAND [ARGUMENT...]
 *
 *	-c SET		which calls count; all, change, space or io (change)
 *	-k N		kill the program with SIGKILL before its Nth such call
 *	-e N:ERRNO	let the Nth fail with ENOSPC, EIO, EDQUOT or EMFILE
 *	-p		with -e: and every one after it too
 *	-f		count the calls of its child processes as well
 *	-o FILE		write "POINTS HIT CALL STATUS" there at the end: calls
 *			counted, 1 if the Nth was reached, its name or number,
 *			and the exit status, 128 + signal if it was killed
 *
 * SET is all; change, whatever can change the world outside the process, so
 * that a kill before any other call leaves what a kill before the next of
 * these leaves; space, what fails on a full disk; io, what fails on a broken
 * one; writes to standard error never fail.  Calls count from the program's
 *entry point on, which is after the dynamic loader's own; those of all its
 *threads count as one sequence.
 *
 * ptrace does it: nothing is preloaded, so stdio inside libc counts too, and
 * static programs as well.  When the program has ended, its orphans get ten
 * seconds to end too.  The status is that of the program (a kill: 137), or
 * 125 if the machinery failed.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/ptrace.h>

enum set {
	SET_CHANGE = 1, /* a bit each */
	SET_SPACE = 2,
	SET_IO = 4,
	SET_ALL = 8
};

enum {
	FAILED = 125, /* the status when we could not do our work */
	THREADS_MAX = 512
};

struct call {
	long number;
	const char *name;
	unsigned sets;
};

/* open, which counts as a change only if it can make or empty a file. */
enum {
	OPENS = SET_CHANGE | SET_SPACE | SET_IO
};

#define ALL3 (SET_CHANGE | SET_SPACE | SET_IO)

static const struct call calls[] = {
	{ SYS_write, "write", ALL3 },
	{ SYS_pwrite64, "pwrite64", ALL3 },
	{ SYS_writev, "writev", ALL3 },
	{ SYS_pwritev, "pwritev", ALL3 },
	{ SYS_pwritev2, "pwritev2", ALL3 },
	{ SYS_sendfile, "sendfile", ALL3 },
	{ SYS_copy_file_range, "copy_file_range", ALL3 },
	{ SYS_splice, "splice", ALL3 },
	{ SYS_sendto, "sendto", SET_CHANGE },
	{ SYS_sendmsg, "sendmsg", SET_CHANGE },
	{ SYS_sendmmsg, "sendmmsg", SET_CHANGE },
	{ SYS_connect, "connect", SET_CHANGE },
	{ SYS_openat, "openat", OPENS },
	{ SYS_renameat2, "renameat2", ALL3 },
	{ SYS_linkat, "linkat", ALL3 },
	{ SYS_symlinkat, "symlinkat", ALL3 },
	{ SYS_unlinkat, "unlinkat", SET_CHANGE | SET_IO },
	{ SYS_mkdirat, "mkdirat", ALL3 },
	{ SYS_mknodat, "mknodat", ALL3 },
	{ SYS_fchmod, "fchmod", SET_CHANGE | SET_IO },
	{ SYS_fchmodat, "fchmodat", SET_CHANGE | SET_IO },
	{ SYS_fchown, "fchown", SET_CHANGE },
	{ SYS_fchownat, "fchownat", SET_CHANGE },
	{ SYS_truncate, "truncate", ALL3 },
	{ SYS_ftruncate, "ftruncate", ALL3 },
	{ SYS_fallocate, "fallocate", ALL3 },
	{ SYS_fsync, "fsync", ALL3 },
	{ SYS_fdatasync, "fdatasync", ALL3 },
	{ SYS_sync_file_range, "sync_file_range", ALL3 },
	{ SYS_syncfs, "syncfs", ALL3 },
	{ SYS_msync, "msync", ALL3 },
	{ SYS_munmap, "munmap", SET_CHANGE }, /* of a shared mapping */
	{ SYS_utimensat, "utimensat", SET_CHANGE },
	{ SYS_setxattr, "setxattr", SET_CHANGE },
	{ SYS_fsetxattr, "fsetxattr", SET_CHANGE },
	{ SYS_ioctl, "ioctl", SET_CHANGE }, /* cloning of files */
	{ SYS_clone, "clone", SET_CHANGE },
#ifdef SYS_clone3
	{ SYS_clone3, "clone3", SET_CHANGE },
#endif
	{ SYS_execve, "execve", SET_CHANGE },
	{ SYS_kill, "kill", SET_CHANGE },
	{ SYS_read, "read", SET_IO },
	{ SYS_pread64, "pread64", SET_IO },
	{ SYS_readv, "readv", SET_IO },
	{ SYS_getdents64, "getdents64", SET_IO },
#ifdef __x86_64__ /* the older calls that newer machines do not have */
	{ SYS_open, "open", OPENS },
	{ SYS_creat, "creat", ALL3 },
	{ SYS_rename, "rename", ALL3 },
	{ SYS_renameat, "renameat", ALL3 },
	{ SYS_link, "link", ALL3 },
	{ SYS_symlink, "symlink", ALL3 },
	{ SYS_unlink, "unlink", SET_CHANGE | SET_IO },
	{ SYS_rmdir, "rmdir", SET_CHANGE | SET_IO },
	{ SYS_mkdir, "mkdir", ALL3 },
	{ SYS_mknod, "mknod", ALL3 },
	{ SYS_chmod, "chmod", SET_CHANGE | SET_IO },
	{ SYS_chown, "chown", SET_CHANGE },
	{ SYS_utimes, "utimes", SET_CHANGE },
	{ SYS_fork, "fork", SET_CHANGE },
	{ SYS_vfork, "vfork", SET_CHANGE },
	{ SYS_getdents, "getdents", SET_IO },
#endif
};

static const struct {
	const char *name;
	int value;
} errnos[] = { { "ENOSPC", ENOSPC },
	       { "EIO", EIO },
	       { "EDQUOT", EDQUOT },
	       { "EMFILE", EMFILE } };

struct injection {
	unsigned set;
	long kill_at; /* 0: never */
	long fail_at;
	int fail_with;
	bool persistent;
	bool children;
	const char *report;
	/* as it goes */
	long points;
	bool hit;
	char hit_call[32];
};

/* A thread of the program: is it about to enter a call, and shall it fail? */
struct thread {
	pid_t tid; /* 0: free */
	bool failing;
};

static struct thread threads[THREADS_MAX];

static void die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

static struct thread *thread_of(pid_t tid)
{
	struct thread *unused = NULL;

	for (size_t i = 0; i < THREADS_MAX; i++) {
		if (threads[i].tid == tid)
			return &threads[i];
		if (threads[i].tid == 0 && !unused)
			unused = &threads[i];
	}
	if (!unused) {
		errno = EAGAIN;
		die("too many threads");
	}
	unused->tid = tid;
	unused->failing = false;
	return unused;
}

static const struct call *find_call(long number)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i].number == number)
			return &calls[i];
	}
	return NULL;
}

/* Only an open that can make, empty or write a file changes anything. */
static bool open_changes(long number, const uint64_t *args)
{
	uint64_t flags = number == SYS_openat ? args[2] : args[1];

	return flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR);
}

static bool counts(const struct injection *in, long number,
		   const uint64_t *args)
{
	const struct call *c = find_call(number);

	if (in->set == SET_ALL)
		return true;
	if (!c || !(c->sets & in->set))
		return false;
	if (strncmp(c->name, "open", 4) == 0 && in->set != SET_IO)
		return open_changes(number, args);
	if (in->set != SET_CHANGE && args[0] == STDERR_FILENO &&
	    (number == SYS_write || number == SYS_writev))
		return false;	 /* the message is to be seen */
	if (number == SYS_ioctl) /* FICLONE, FICLONERANGE */
		return (args[1] & 0xff00) == 0x9400;
	return true;
}

#ifdef __x86_64__
static void cancel_call(pid_t tid)
{
	if (ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.orig_rax),
		   -1) < 0)
		die("cannot cancel a call");
}

static void set_result(pid_t tid, long result)
{
	if (ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.rax),
		   result) < 0)
		die("cannot set a result");
}

/* The trap that stands at the entry point, and back to before it. */
static const unsigned char trap_code[] = { 0xcc };

static void step_back(pid_t tid)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) < 0)
		die("cannot read registers");
	regs.rip -= sizeof(trap_code);
	if (ptrace(PTRACE_SETREGS, tid, NULL, &regs) < 0)
		die("cannot set registers");
}
#elif defined(__aarch64__)
static void cancel_call(pid_t tid)
{
	int number = -1;
	struct iovec v = { &number, sizeof(number) };

	if (ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &v) < 0)
		die("cannot cancel a call");
}

static void set_result(pid_t tid, long result)
{
	struct user_regs_struct regs;
	struct iovec v = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &v) < 0)
		die("cannot read registers");
	regs.regs[0] = (uint64_t)result;
	if (ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &v) < 0)
		die("cannot set a result");
}

static const unsigned char trap_code[] = { 0x00, 0x00, 0x20, 0xd4 };

static void step_back(pid_t tid)
{
	(void)tid; /* brk leaves the counter where it is */
}
#else
#error "only x86-64 and 64-bit ARM"
#endif

static uint64_t entry_point(pid_t pid)
{
	char path[64];
	Elf64_auxv_t aux;
	uint64_t entry = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/auxv", (int)pid);
	file = fopen(path, "rb");
	if (!file)
		die(path);
	while (fread(&aux, sizeof(aux), 1, file) == 1) {
		if (aux.a_type == AT_ENTRY)
			entry = aux.a_un.a_val;
	}
	fclose(file);
	return entry;
}

static int memory_of(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die(path);
	return fd;
}

/* Let the dynamic loader do its work: run to the program's entry point. */
static void run_to_entry(pid_t pid)
{
	unsigned char saved[sizeof(trap_code)];
	uint64_t entry = entry_point(pid);
	int fd = memory_of(pid);
	int status;

	if (pread(fd, saved, sizeof(saved), (off_t)entry) != sizeof(saved) ||
	    pwrite(fd, trap_code, sizeof(trap_code), (off_t)entry) !=
		    sizeof(trap_code))
		die("cannot set a trap");
	if (ptrace(PTRACE_CONT, pid, NULL, NULL) < 0)
		die("cannot continue");
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status) ||
	    WSTOPSIG(status) != SIGTRAP) {
		fprintf(stderr, "inject: the program did not start\n");
		exit(FAILED);
	}
	step_back(pid);
	if (pwrite(fd, saved, sizeof(saved), (off_t)entry) != sizeof(saved))
		die("cannot take the trap away");
	close(fd);
}

static pid_t start(const struct injection *in, char **argv)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
		       PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("cannot fork");
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			die("cannot be traced");
		execvp(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		exit(FAILED); /* execvp has said why */
	if (in->children)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, options) < 0)
		die("cannot trace");
	run_to_entry(pid);
	return pid;
}

static void remember_hit(struct injection *in, long number)
{
	const struct call *c = find_call(number);

	in->hit = true;
	if (c)
		snprintf(in->hit_call, sizeof(in->hit_call), "%s", c->name);
	else
		snprintf(in->hit_call, sizeof(in->hit_call), "%ld", number);
}

/* Thread T enters a call; true if the program was killed for it. */
static bool enter(struct injection *in, pid_t pid, struct thread *t,
		  const struct ptrace_syscall_info *info)
{
	long number = (long)info->entry.nr;

	if (!counts(in, number, (const uint64_t *)info->entry.args))
		return false;
	in->points++;
	if (in->kill_at == in->points) {
		remember_hit(in, number);
		kill(pid, SIGKILL);
		return true;
	}
	if (in->fail_at == in->points ||
	    (in->persistent && in->fail_at && in->points > in->fail_at)) {
		if (!in->hit)
			remember_hit(in, number);
		cancel_call(t->tid);
		t->failing = true;
	}
	return false;
}

/* A stop of thread TID in a system call. */
static bool at_call(struct injection *in, pid_t pid, pid_t tid)
{
	struct thread *t = thread_of(tid);
	struct ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0) {
		if (errno == ESRCH)
			return false; /* killed meanwhile */
		die("cannot read a call");
	}
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		return enter(in, pid, t, &info);
	if (info.op == PTRACE_SYSCALL_INFO_EXIT && t->failing) {
		set_result(tid, -in->fail_with);
		t->failing = false;
	}
	return false;
}

/* The signal to hand on to a thread that stopped with STATUS. */
static int signal_of(int status)
{
	int sig = WSTOPSIG(status);

	if (status >> 16 != 0) /* an event of ours: clone, exec */
		return 0;
	return sig == SIGTRAP || sig == SIGSTOP ? 0 : sig;
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* Run until the program has ended; its status. */
static int trace(struct injection *in, pid_t pid)
{
	int status, result = FAILED;
	pid_t tid;

	if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0)
		die("cannot continue");
	while ((tid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		int sig = 0;

		if (tid < 0)
			continue;
		if (!WIFSTOPPED(status)) {
			thread_of(tid)->tid = 0;
			if (tid == pid) {
				result = exit_status(status);
				return result;
			}
			continue;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			if (at_call(in, pid, tid))
				continue; /* dead; waitpid tells */
		} else {
			sig = signal_of(status);
		}
		if (ptrace(PTRACE_SYSCALL, tid, NULL, (long)sig) < 0 &&
		    errno != ESRCH)
			die("cannot continue");
	}
	return result;
}

/* What the program started goes on for a while, as in life. */
static void wait_for_orphans(void)
{
	const struct timespec nap = { .tv_nsec = 5000000 };

	for (int tries = 0; tries < 2000; tries++) {
		int status;
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);

		if (tid < 0)
			return;
		if (tid == 0)
			nanosleep(&nap, NULL);
		else if (WIFSTOPPED(status))
			ptrace(PTRACE_CONT, tid, NULL, 0L);
	}
	fprintf(stderr, "inject: an orphan does not end\n");
}

static void write_report(const struct injection *in, int status)
{
	FILE *file;

	if (!in->report)
		return;
	file = fopen(in->report, "w");
	if (!file)
		die(in->report);
	fprintf(file, "%ld %d %s %d\n", in->points, in->hit,
		in->hit ? in->hit_call : "-", status);
	if (fclose(file) != 0)
		die(in->report);
}

static void usage(void)
{
	fprintf(stderr,
		"usage: inject [-c all|change|space|io] [-k N | -e N:ERRNO "
		"[-p]] [-f] [-o FILE] COMMAND...\n");
	exit(FAILED);
}

static unsigned parse_set(const char *s)
{
	if (strcmp(s, "all") == 0)
		return SET_ALL;
	if (strcmp(s, "change") == 0)
		return SET_CHANGE;
	if (strcmp(s, "space") == 0)
		return SET_SPACE;
	if (strcmp(s, "io") == 0)
		return SET_IO;
	usage();
	return 0;
}

static long parse_number(const char *s, char **end)
{
	long n;

	errno = 0;
	n = strtol(s, end, 10);
	if (errno || n < 1 || *end == s)
		usage();
	return n;
}

static void parse_failure(struct injection *in, const char *s)
{
	char *end;

	in->fail_at = parse_number(s, &end);
	for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
		if (*end == ':' && strcmp(end + 1, errnos[i].name) == 0)
			in->fail_with = errnos[i].value;
	}
	if (!in->fail_with)
		usage();
}

int main(int argc, char **argv)
{
	struct injection in = { .set = SET_CHANGE };
	char *end;
	int opt, status;
	pid_t pid;

	while ((opt = getopt(argc, argv, "+c:k:e:pfo:")) != -1) {
		if (opt == 'c')
			in.set = parse_set(optarg);
		else if (opt == 'k')
			in.kill_at = parse_number(optarg, &end);
		else if (opt == 'e')
			parse_failure(&in, optarg);
		else if (opt == 'p')
			in.persistent = true;
		else if (opt == 'f')
			in.children = true;
		else if (opt == 'o')
			in.report = optarg;
		else
			usage();
	}
	if (optind == argc || (in.kill_at && in.fail_at))
		usage();
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		die("cannot adopt orphans");
	pid = start(&in, argv + optind);
	status = trace(&in, pid);
	wait_for_orphans();
	write_report(&in, status);
	return status;
}
