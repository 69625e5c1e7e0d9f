/*
 * Preloaded into a program, this refuses it one allocation.
 *
 *	FAULT_PROGRAM	the base name of the program it is about; every other
 *			one that inherits the preload is left in peace
 *	FAULT_ALLOC	the number of the allocation that fails, from 1; 0: none
 *	FAULT_OURS=1	only those that the program itself makes count, and not
 *			those of libraries
 *	FAULT_COUNT	a file of 8 bytes, or longer, that receives the number
 *			of allocations made, as a native long
 *
 * Counting begins when main does, on all threads.
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

/* glibc's own, which need no dlsym that might allocate in turn */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static atomic_bool counting;
static bool ours_only;
static long failing;
static atomic_long own_count;
static atomic_long *count = &own_count;
static uintptr_t text_begin, text_end;

static int find_text(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && p->p_flags & PF_X) {
			text_begin = info->dlpi_addr + p->p_vaddr;
			text_end = text_begin + p->p_memsz;
		}
	}
	return 1; /* the first is the program itself */
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
	ours_only = getenv("FAULT_OURS") != NULL;
	dl_iterate_phdr(find_text, NULL);
	if (file)
		map_count(file);
	atomic_store(&counting, true);
}

static bool refused(const void *caller)
{
	uintptr_t from = (uintptr_t)caller;

	if (!atomic_load_explicit(&counting, memory_order_relaxed))
		return false;
	if (ours_only && (from < text_begin || from >= text_end))
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
