/*
 * The filter and its table.
 *
 * Numbers and flags only: a filter cannot follow pointers.  So calls that
 * take their flags in memory (clone3, openat2) do not exist here; libraries
 * fall back on the older ones.
 */
#define _GNU_SOURCE /* clone's flags, process_vm_readv */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#else
#define ARCH 0 /* not tried: no filter */
#endif

/* Architectures that came late lack the oldest calls. */
#ifndef SYS_open
#define SYS_open -1
#define SYS_creat -1
#define SYS_fork -1
#define SYS_vfork -1
#define SYS_unlink -1
#define SYS_rename -1
#define SYS_mkdir -1
#define SYS_rmdir -1
#define SYS_link -1
#define SYS_symlink -1
#define SYS_mknod -1
#define SYS_chmod -1
#define SYS_chown -1
#define SYS_lchown -1
#define SYS_utime -1
#define SYS_utimes -1
#define SYS_futimesat -1
#endif

/* The same number everywhere; headers may be older than the kernel. */
enum {
	NR_PIDFD_SEND_SIGNAL = 424,
	NR_IO_URING_SETUP = 425,
	NR_OPEN_TREE = 428,
	NR_MOVE_MOUNT = 429,
	NR_FSOPEN = 430,
	NR_PIDFD_OPEN = 434,
	NR_CLONE3 = 435,
	NR_OPENAT2 = 437,
	NR_PIDFD_GETFD = 438,
	NR_PROCESS_MADVISE = 440,
	NR_MOUNT_SETATTR = 442,
	NR_MEMFD_SECRET = 447,
	NR_PROCESS_MRELEASE = 448,
	NR_FCHMODAT2 = 452,
	NR_X32 = 0x40000000, /* x86-64's other numbering */
};

enum {
	WRITES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC
};

/* In linux/ and asm/ headers that cannot be had beside glibc's. */
enum {
	F_SET_OWNER = 8,
	F_SET_SIGNAL = 10,
	F_SET_OWNER_EX = 15,
};

enum when {
	ALWAYS,
	EQUALS,	    /* the argument is VALUE */
	ANY_OF,	    /* it has one of the bits of VALUE */
	NONE_OF,    /* it has none of them */
	OTHERS,	    /* it is another process's id */
	OTHERS_TOO, /* the same, and 0 is this one */
};

enum how {
	SILENTLY, /* a feature that this system lacks */
	TOLD,	  /* a reason why it may have failed */
	COUNTS,	  /* a reason to fail it */
};

struct rule {
	int nr;
	const char *name;
	enum when when;
	unsigned int arg;
	uint32_t value;
	enum how how;
	int error;
};

#define CALL(name, how, error)                                  \
	{                                                       \
		SYS_##name, #name, ALWAYS, 0, 0, (how), (error) \
	}

static const struct rule rules[] = {
	/* other processes */
	CALL(fork, COUNTS, EPERM),
	CALL(vfork, COUNTS, EPERM),
	{ SYS_clone, "fork", NONE_OF, 0, CLONE_THREAD, COUNTS, EPERM },
	{ NR_CLONE3, "clone3", ALWAYS, 0, 0, SILENTLY, ENOSYS },
	CALL(execve, COUNTS, EPERM),
	CALL(execveat, COUNTS, EPERM),
	{ SYS_kill, "kill of others", OTHERS, 0, 0, COUNTS, EPERM },
	{ SYS_tgkill, "tgkill of others", OTHERS, 0, 0, COUNTS, EPERM },
	CALL(tkill, TOLD, EPERM),
	{ SYS_rt_sigqueueinfo, "sigqueue to others", OTHERS, 0, 0, COUNTS,
	  EPERM },
	{ SYS_rt_tgsigqueueinfo, "sigqueue to others", OTHERS, 0, 0, COUNTS,
	  EPERM },
	{ NR_PIDFD_SEND_SIGNAL, "pidfd_send_signal", ALWAYS, 0, 0, COUNTS,
	  EPERM },
	{ NR_PIDFD_GETFD, "pidfd_getfd", ALWAYS, 0, 0, COUNTS, EPERM },
	{ NR_PIDFD_OPEN, "pidfd_open", ALWAYS, 0, 0, SILENTLY, ENOSYS },
	{ NR_PROCESS_MADVISE, "process_madvise", ALWAYS, 0, 0, TOLD, EPERM },
	{ NR_PROCESS_MRELEASE, "process_mrelease", ALWAYS, 0, 0, TOLD, EPERM },
	CALL(ptrace, COUNTS, EPERM),
	CALL(process_vm_readv, COUNTS, EPERM),
	CALL(process_vm_writev, COUNTS, EPERM),
	CALL(kcmp, TOLD, EPERM),
	{ SYS_prlimit64, "prlimit of others", OTHERS_TOO, 0, 0, COUNTS, EPERM },
	{ SYS_fcntl, "fcntl(F_SETOWN)", EQUALS, 1, F_SET_OWNER, COUNTS, EPERM },
	{ SYS_fcntl, "fcntl(F_SETOWN_EX)", EQUALS, 1, F_SET_OWNER_EX, COUNTS,
	  EPERM },
	{ SYS_fcntl, "fcntl(F_SETSIG)", EQUALS, 1, F_SET_SIGNAL, TOLD, EPERM },
	{ SYS_ioctl, "ioctl(FIOSETOWN)", EQUALS, 1, 0x8901, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(SIOCSPGRP)", EQUALS, 1, 0x8902, COUNTS, EPERM },
	{ SYS_prctl, "prctl(PR_SET_PDEATHSIG)", EQUALS, 0, PR_SET_PDEATHSIG,
	  COUNTS, EPERM },
	{ SYS_prctl, "prctl(PR_SET_SECCOMP)", EQUALS, 0, PR_SET_SECCOMP,
	  SILENTLY, EINVAL },
	CALL(seccomp, SILENTLY, ENOSYS),
	CALL(setpriority, TOLD, EPERM),
	{ SYS_sched_setaffinity, "sched_setaffinity of others", OTHERS_TOO, 0,
	  0, TOLD, EPERM },
	CALL(sched_setscheduler, TOLD, EPERM),
	CALL(sched_setparam, TOLD, EPERM),
	CALL(sched_setattr, TOLD, EPERM),

	/* the network, and other services; a socketpair is free */
	{ SYS_socket, "socket(AF_UNIX)", EQUALS, 0, AF_UNIX, TOLD, EACCES },
	{ SYS_socket, "socket(AF_NETLINK)", EQUALS, 0, AF_NETLINK, TOLD,
	  EACCES },
	{ SYS_socket, "socket(AF_INET)", EQUALS, 0, AF_INET, COUNTS, EACCES },
	{ SYS_socket, "socket(AF_INET6)", EQUALS, 0, AF_INET6, COUNTS, EACCES },
	CALL(socket, COUNTS, EACCES),
	CALL(connect, TOLD, EACCES),
	CALL(bind, TOLD, EACCES),
	CALL(shmget, TOLD, ENOSYS),
	CALL(semget, TOLD, ENOSYS),
	CALL(msgget, TOLD, ENOSYS),
	CALL(mq_open, TOLD, ENOSYS),
	/* memory that no limit counts */
	CALL(memfd_create, TOLD, ENOSYS),
	{ NR_MEMFD_SECRET, "memfd_secret", ALWAYS, 0, 0, SILENTLY, ENOSYS },
	CALL(add_key, SILENTLY, ENOSYS),
	CALL(request_key, SILENTLY, ENOSYS),
	CALL(keyctl, SILENTLY, ENOSYS),

	/* files */
	{ SYS_open, "open for writing", ANY_OF, 1, WRITES, TOLD, EROFS },
	{ SYS_openat, "openat for writing", ANY_OF, 2, WRITES, TOLD, EROFS },
	{ NR_OPENAT2, "openat2", ALWAYS, 0, 0, SILENTLY, ENOSYS },
	CALL(open_by_handle_at, TOLD, EPERM),
	CALL(creat, TOLD, EROFS),
	CALL(unlink, TOLD, EROFS),
	CALL(unlinkat, TOLD, EROFS),
	CALL(rename, TOLD, EROFS),
#ifdef SYS_renameat
	CALL(renameat, TOLD, EROFS),
#endif
	CALL(renameat2, TOLD, EROFS),
	CALL(mkdir, TOLD, EROFS),
	CALL(mkdirat, TOLD, EROFS),
	CALL(rmdir, TOLD, EROFS),
	CALL(link, TOLD, EROFS),
	CALL(linkat, TOLD, EROFS),
	CALL(symlink, TOLD, EROFS),
	CALL(symlinkat, TOLD, EROFS),
	CALL(mknod, TOLD, EROFS),
	CALL(mknodat, TOLD, EROFS),
	CALL(chmod, TOLD, EROFS),
	CALL(fchmod, TOLD, EROFS),
	CALL(fchmodat, TOLD, EROFS),
	{ NR_FCHMODAT2, "fchmodat2", ALWAYS, 0, 0, TOLD, EROFS },
	CALL(chown, TOLD, EROFS),
	CALL(lchown, TOLD, EROFS),
	CALL(fchown, TOLD, EROFS),
	CALL(fchownat, TOLD, EROFS),
	CALL(truncate, TOLD, EROFS),
	CALL(utime, TOLD, EROFS),
	CALL(utimes, TOLD, EROFS),
	CALL(futimesat, TOLD, EROFS),
	CALL(utimensat, TOLD, EROFS),
	CALL(setxattr, TOLD, EROFS),
	CALL(lsetxattr, TOLD, EROFS),
	CALL(fsetxattr, TOLD, EROFS),
	CALL(removexattr, TOLD, EROFS),
	CALL(lremovexattr, TOLD, EROFS),
	CALL(fremovexattr, TOLD, EROFS),
	CALL(chdir, COUNTS, EPERM),
	CALL(fchdir, COUNTS, EPERM),

	/* terminals: input as if typed, raw mode, a terminal of one's own */
	{ SYS_ioctl, "ioctl(TIOCSTI)", EQUALS, 1, 0x5412, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(TCSETS)", EQUALS, 1, 0x5402, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(TCSETSW)", EQUALS, 1, 0x5403, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(TCSETSF)", EQUALS, 1, 0x5404, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(TCSETS2)", EQUALS, 1, 0x402c542b, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(TCSETSW2)", EQUALS, 1, 0x402c542c, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(TCSETSF2)", EQUALS, 1, 0x402c542d, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(TIOCSCTTY)", EQUALS, 1, 0x540e, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(TIOCSPGRP)", EQUALS, 1, 0x5410, COUNTS, EPERM },
	{ SYS_ioctl, "ioctl(TIOCLINUX)", EQUALS, 1, 0x541c, COUNTS, EPERM },

	/* the machine, and ways round all this */
	{ NR_IO_URING_SETUP, "io_uring_setup", ALWAYS, 0, 0, TOLD, ENOSYS },
	CALL(bpf, SILENTLY, EPERM),
	CALL(perf_event_open, SILENTLY, EACCES),
	CALL(userfaultfd, SILENTLY, EPERM),
	CALL(unshare, TOLD, EPERM),
	CALL(setns, TOLD, EPERM),
	CALL(mount, TOLD, EPERM),
	CALL(umount2, TOLD, EPERM),
	{ NR_OPEN_TREE, "open_tree", ALWAYS, 0, 0, TOLD, EPERM },
	{ NR_MOVE_MOUNT, "move_mount", ALWAYS, 0, 0, TOLD, EPERM },
	{ NR_FSOPEN, "fsopen", ALWAYS, 0, 0, TOLD, EPERM },
	{ NR_MOUNT_SETATTR, "mount_setattr", ALWAYS, 0, 0, TOLD, EPERM },
	CALL(pivot_root, TOLD, EPERM),
	CALL(chroot, TOLD, EPERM),
	CALL(swapon, TOLD, EPERM),
	CALL(swapoff, TOLD, EPERM),
	CALL(reboot, TOLD, EPERM),
	CALL(init_module, TOLD, EPERM),
	CALL(finit_module, TOLD, EPERM),
	CALL(delete_module, TOLD, EPERM),
	CALL(kexec_load, TOLD, EPERM),
	CALL(settimeofday, TOLD, EPERM),
	CALL(clock_settime, TOLD, EPERM),
	CALL(clock_adjtime, TOLD, EPERM),
	CALL(adjtimex, TOLD, EPERM),
	CALL(sethostname, TOLD, EPERM),
};

enum {
	RULES = sizeof(rules) / sizeof(rules[0]),
	MOST_CODE = 6 * RULES + 16
};

/* ---- the program */

struct code {
	struct sock_filter at[MOST_CODE];
	size_t len;
};

static void put(struct code *code, uint16_t what, uint32_t k, uint8_t yes,
		uint8_t no)
{
	code->at[code->len++] = (struct sock_filter){ what, yes, no, k };
}

static void put_load(struct code *code, size_t offset)
{
	put(code, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* The low half; flags, ids and commands have no other. */
static size_t offset_of_arg(unsigned int arg)
{
	return offsetof(struct seccomp_data, args) + 8 * arg;
}

/* What says whether RULE concerns the argument: goes on if so, else skips 1. */
static void put_test(struct code *code, const struct rule *rule, uint32_t self)
{
	switch (rule->when) {
	case EQUALS:
		put(code, BPF_JMP | BPF_JEQ | BPF_K, rule->value, 0, 1);
		break;
	case ANY_OF:
		put(code, BPF_JMP | BPF_JSET | BPF_K, rule->value, 0, 1);
		break;
	case NONE_OF:
		put(code, BPF_JMP | BPF_JSET | BPF_K, rule->value, 1, 0);
		break;
	case OTHERS_TOO:
		put(code, BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0);
		put(code, BPF_JMP | BPF_JEQ | BPF_K, self, 1, 0);
		break;
	default:
		put(code, BPF_JMP | BPF_JEQ | BPF_K, self, 1, 0);
	}
}

static uint32_t answer_of(const struct rule *rule, bool listens)
{
	if (listens && rule->how != SILENTLY)
		return SECCOMP_RET_USER_NOTIF;
	return SECCOMP_RET_ERRNO | (uint32_t)rule->error;
}

static void put_rule(struct code *code, const struct rule *rule, bool listens)
{
	size_t head = code->len;

	put(code, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rule->nr, 0, 0);
	if (rule->when != ALWAYS) {
		put_load(code, offset_of_arg(rule->arg));
		put_test(code, rule, (uint32_t)getpid());
	}
	put(code, BPF_RET | BPF_K, answer_of(rule, listens), 0, 0);
	if (rule->when != ALWAYS)
		put_load(code, offsetof(struct seccomp_data, nr));
	code->at[head].jf = (uint8_t)(code->len - head - 1);
}

static void put_all(struct code *code, bool listens)
{
	uint32_t foreign = SECCOMP_RET_ERRNO | ENOSYS;

	if (listens)
		foreign = SECCOMP_RET_USER_NOTIF;
	put_load(code, offsetof(struct seccomp_data, arch));
	put(code, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	put(code, BPF_RET | BPF_K, foreign, 0, 0);
	put_load(code, offsetof(struct seccomp_data, nr));
	put(code, BPF_JMP | BPF_JGE | BPF_K, NR_X32, 0, 1);
	put(code, BPF_RET | BPF_K, foreign, 0, 0);
	for (size_t i = 0; i < RULES; i++) {
		if (rules[i].nr >= 0)
			put_rule(code, &rules[i], listens);
	}
	put(code, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static int install(bool listens)
{
	struct code code = { .len = 0 };
	struct sock_fprog program = { .filter = code.at };
	/* nothing secret is here that speculation could get at */
	unsigned long flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;

	if (listens)
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	put_all(&code, listens);
	program.len = (unsigned short)code.len;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			    &program);
}

bool filter_install(int *listener)
{
	*listener = -1;
	if (ARCH == 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	*listener = install(true);
	return *listener >= 0 || install(false) == 0;
}

/* ---- the runner's side */

static bool concerns(const struct rule *rule, const struct seccomp_notif *call)
{
	uint32_t arg = (uint32_t)call->data.args[rule->arg];

	if (rule->nr != call->data.nr)
		return false;
	switch (rule->when) {
	case ALWAYS:
		return true;
	case EQUALS:
		return arg == rule->value;
	case ANY_OF:
		return arg & rule->value;
	case NONE_OF:
		return !(arg & rule->value);
	case OTHERS:
	case OTHERS_TOO:
		return true; /* what it did itself does not come here */
	}
	return false;
}

static const struct rule *rule_of(const struct seccomp_notif *call)
{
	for (size_t i = 0; call->data.arch == ARCH && i < RULES; i++) {
		if (rules[i].how != SILENTLY && concerns(&rules[i], call))
			return &rules[i];
	}
	return NULL;
}

/* The path that an open names, as far as it can be read. */
static void read_path(const struct seccomp_notif *call, char *path, size_t size)
{
	uint64_t at = call->data.args[call->data.nr == SYS_openat];
	struct iovec from = { .iov_base = (void *)(uintptr_t)at };
	struct iovec to = { .iov_base = path };
	/* not over the end of a page, where nothing may be */
	size_t room = 4096 - (size_t)(at % 4096);
	ssize_t got;

	from.iov_len = to.iov_len = room < size - 1 ? room : size - 1;
	got = process_vm_readv((pid_t)call->pid, &to, 1, &from, 1, 0);
	path[got > 0 ? got : 0] = '\0';
}

static void describe(const struct seccomp_notif *call, const struct rule *rule,
		     struct refusal *refusal)
{
	char path[64] = "";

	refusal->counts = !rule || rule->how == COUNTS;
	if (!rule) {
		snprintf(refusal->what, sizeof(refusal->what),
			 "made system call %d of another architecture",
			 call->data.nr);
		return;
	}
	if (rule->when == ANY_OF)
		read_path(call, path, sizeof(path));
	snprintf(refusal->what, sizeof(refusal->what),
		 "called %s%s%s%s: not allowed here", rule->name,
		 path[0] ? " of '" : "", path, path[0] ? "'" : "");
}

bool filter_answer(int listener, struct refusal *refusal)
{
	/* both may have grown since these headers were written */
	union {
		struct seccomp_notif call;
		char room[256];
	} in;
	union {
		struct seccomp_notif_resp answer;
		char room[128];
	} out;
	const struct rule *rule;

	memset(&in, 0, sizeof(in));
	memset(&out, 0, sizeof(out));
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &in) < 0)
		return false;
	rule = rule_of(&in.call);
	describe(&in.call, rule, refusal);
	out.answer.id = in.call.id;
	out.answer.error = -(rule ? rule->error : ENOSYS);
	/* it may have been interrupted, or be gone */
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &out);
	return true;
}
