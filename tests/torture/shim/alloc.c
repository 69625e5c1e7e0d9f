/*
 * Preloaded into a program, this refuses it one allocation.
 *
 *	FAULT_PROGRAM	the base name of the program it is about; every other
 *			one that inherits the preload is left in peace
 *	FAULT_ALLOC	the number of the allocation that fails, from 1; 0: none
 *	FAULT_FROM	whose allocations count: "program" for its own, and the
 *			beginnings of libraries' names ("libjansson"), one space
 *			between them; unset: everybody's.  Those that libc makes
 *			for somebody are libc's
 *	FAULT_COUNT	a file of 8 bytes, or longer, that receives the number
 *			of allocations made, as a native long
 *
 * Counting begins when main does, on all threads; in a library that is loaded
 * later, when it is there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	RANGES_MAX = 32
};

/* glibc's own, which need no dlsym that might allocate in turn */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static atomic_bool counting;
static bool everybody;
static long failing;
static atomic_long own_count;
static atomic_long *count = &own_count;
/* Where the code is whose allocations count. */
static struct range {
	uintptr_t begin, end;
} counted[RANGES_MAX];
static atomic_size_t counted_len; /* after what it counts was written */
static char *from;

static bool is_counted(uintptr_t caller)
{
	size_t len = atomic_load(&counted_len);

	for (size_t i = 0; i < len; i++) {
		if (caller >= counted[i].begin && caller < counted[i].end)
			return true;
	}
	return everybody;
}

/* Is NAME, a path, or "" for the program, among the words of FAULT_FROM? */
static bool is_named(const char *words, const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = *name ? (slash ? slash + 1 : name) : "program";

	while (*words) {
		size_t len = strcspn(words, " ");

		if (len > 0 && strncmp(words, base, len) == 0)
			return true;
		words += len + (words[len] == ' ');
	}
	return false;
}

static int find_code(struct dl_phdr_info *info, size_t size, void *words)
{
	(void)size;
	if (!is_named(words, info->dlpi_name))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		struct range r = { info->dlpi_addr + p->p_vaddr, 0 };

		r.end = r.begin + p->p_memsz;
		if (p->p_type == PT_LOAD && p->p_flags & PF_X &&
		    counted_len < RANGES_MAX && !is_counted(r.begin)) {
			counted[counted_len] = r;
			atomic_fetch_add(&counted_len, 1);
		}
	}
	return 0;
}

static void map_count(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *p;

	if (fd < 0)
		_exit(125);
	p = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		_exit(125);
	count = p;
	close(fd);
}

/* Is this the program it is all about? */
static bool concerned(void)
{
	const char *want = getenv("FAULT_PROGRAM");
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	const char *slash;

	if (!want || len <= 0)
		return false;
	path[len] = '\0';
	slash = strrchr(path, '/');
	return slash && strcmp(slash + 1, want) == 0;
}

static void begin(void)
{
	const char *nth = getenv("FAULT_ALLOC"), *file = getenv("FAULT_COUNT");

	if (!nth || !concerned())
		return;
	failing = strtol(nth, NULL, 10);
	from = getenv("FAULT_FROM");
	everybody = !from;
	if (from)
		dl_iterate_phdr(find_code, from);
	if (file)
		map_count(file);
	atomic_store(&counting, true);
}

static bool refused(const void *caller)
{
	if (!atomic_load_explicit(&counting, memory_order_relaxed))
		return false;
	if (!is_counted((uintptr_t)caller))
		return false;
	if (atomic_fetch_add(count, 1) + 1 != failing)
		return false;
	errno = ENOMEM;
	return true;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
	return refused(CALLER) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return refused(CALLER) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return refused(CALLER) ? NULL : __libc_realloc(p, size);
}

/* Never refused: by this the program serves libgit2; see io/git_memory.c. */
void *reallocarray(void *p, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(p, n * size);
}

void *aligned_alloc(size_t align, size_t size)
{
	return refused(CALLER) ? NULL : __libc_memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
	void *p = refused(CALLER) ? NULL : __libc_memalign(align, size);

	if (!p)
		return ENOMEM;
	*out = p;
	return 0;
}

/* Which libraries there are changes here; libc's lock guards find_code(). */
void *dlopen(const char *file, int mode)
{
	void *(*real)(const char *, int) = NULL;
	void *handle;

	/* ISO C has no cast from an object to a function */
	*(void **)&real = dlsym(RTLD_NEXT, "dlopen");
	handle = real(file, mode);
	if (handle && from)
		dl_iterate_phdr(find_code, from);
	return handle;
}

/* libc reaches main through this; constructors have run by then. */
typedef int main_fn(int, char **, char **);
typedef int start_fn(main_fn *, int, char **, void (*)(void), void (*)(void),
		     void (*)(void), void *);

int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*rtld_fini)(void), void *stack);

int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*rtld_fini)(void), void *stack)
{
	start_fn *real = NULL;

	/* ISO C has no cast from an object to a function */
	*(void **)&real = dlsym(RTLD_NEXT, "__libc_start_main");
	begin();
	return real(main, argc, argv, init, fini, rtld_fini, stack);
}
