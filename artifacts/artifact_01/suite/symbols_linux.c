/*
 * The symbol table of an ELF file.  The file is a student's: nothing in it is
 * believed before it was held against the file's size.
 */
#define _GNU_SOURCE /* dladdr */
#include "symbols.h"

#include <ctype.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
	bool tried;
	const unsigned char *file;
	size_t size;
	const Elf64_Sym *symbols;
	size_t count;
	const char *names;
	size_t names_size;
} table;

/* SIZE bytes at OFFSET of the file, or NULL if it has no such place. */
static const void *part(uint64_t offset, uint64_t size)
{
	if (offset > table.size || size > table.size - offset)
		return NULL;
	return table.file + offset;
}

static bool map_file(uintptr_t base)
{
	struct stat info;
	Dl_info found;
	void *file;
	int fd;

	if (!dladdr((const void *)base, &found) || !found.dli_fname)
		return false;
	fd = open(found.dli_fname, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &info) < 0 || info.st_size < 64) {
		close(fd);
		return false;
	}
	file = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (file == MAP_FAILED)
		return false;
	table.file = file;
	table.size = (size_t)info.st_size;
	return true;
}

static void take_symbols(const Elf64_Shdr *sections, unsigned int count,
			 const Elf64_Shdr *one)
{
	const Elf64_Shdr *names =
		one->sh_link < count ? &sections[one->sh_link] : NULL;
	const void *symbols = part(one->sh_offset, one->sh_size);

	if (!names || !symbols || one->sh_offset % 8 != 0 ||
	    !part(names->sh_offset, names->sh_size))
		return;
	table.symbols = symbols;
	table.count = one->sh_size / sizeof(Elf64_Sym);
	table.names = part(names->sh_offset, names->sh_size);
	table.names_size = names->sh_size;
}

static void load(uintptr_t base)
{
	const Elf64_Shdr *sections;
	const Elf64_Ehdr *head;

	table.tried = true;
	if (!map_file(base))
		return;
	head = part(0, sizeof(*head));
	if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
	    head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_shoff % 8 != 0 ||
	    head->e_shentsize != sizeof(*sections))
		return;
	sections = part(head->e_shoff, head->e_shnum * sizeof(*sections));
	for (unsigned int i = 0; sections && i < head->e_shnum; i++) {
		/* what the linker kept tells more than what is exported */
		if (sections[i].sh_type == SHT_SYMTAB ||
		    (sections[i].sh_type == SHT_DYNSYM && !table.symbols))
			take_symbols(sections, head->e_shnum, &sections[i]);
	}
}

/* What Rust's older mangling has for signs. */
static const struct {
	const char *mangled;
	const char *plain;
} signs[] = {
	{ "$LT$", "<" }, { "$GT$", ">" },  { "$RF$", "&" },
	{ "$BP$", "*" }, { "$u20$", " " }, { "$C$", "," },
	{ "..", "::" },	 { "$u7b$", "{" }, { "$u7d$", "}" },
};

/* The LEN bytes of PART, in plain; what does not fit is left out. */
static void add_part(char *out, size_t size, const char *part, size_t len)
{
	size_t at = strlen(out);

	while (len > 0 && at + 3 < size) {
		size_t took = 0;

		for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
			size_t n = strlen(signs[i].mangled);

			if (n > len || memcmp(part, signs[i].mangled, n) != 0)
				continue;
			took = n;
			memcpy(out + at, signs[i].plain,
			       strlen(signs[i].plain));
			at += strlen(signs[i].plain);
			break;
		}
		if (took == 0) {
			out[at++] = *part;
			took = 1;
		}
		part += took;
		len -= took;
	}
	out[at] = '\0';
}

/* _ZN, then parts with their lengths, of which the last is a hash, then E. */
static bool add_rust_name(char *out, size_t size, const char *name)
{
	bool first = true;

	if (strncmp(name, "_ZN", 3) != 0)
		return false;
	name += 3;
	while (isdigit((unsigned char)*name)) {
		char *part;
		size_t len = strtoul(name, &part, 10);

		if (len == 0 || len > strlen(part))
			return false;
		name = part + len;
		if (len == 17 && part[0] == 'h' && *name == 'E')
			break;
		if (!first)
			add_part(out, size, "::", 2);
		first = false;
		/* a part that begins with a sign has a _ before it */
		if (len > 1 && part[0] == '_' && part[1] == '$') {
			part++;
			len--;
		}
		add_part(out, size, part, len);
	}
	return !first;
}

static const Elf64_Sym *symbol_of(uint64_t offset)
{
	for (size_t i = 0; i < table.count; i++) {
		const Elf64_Sym *one = &table.symbols[i];

		if (ELF64_ST_TYPE(one->st_info) == STT_FUNC &&
		    offset >= one->st_value &&
		    offset - one->st_value < one->st_size &&
		    one->st_name < table.names_size &&
		    memchr(table.names + one->st_name, '\0',
			   table.names_size - one->st_name))
			return one;
	}
	return NULL;
}

void symbol_write(char *out, size_t size, uintptr_t at, uintptr_t base)
{
	const Elf64_Sym *symbol;
	const char *name;
	size_t len;

	if (!table.tried)
		load(base);
	symbol = symbol_of(at - base);
	if (!symbol) {
		snprintf(out, size, "0x%lx", (unsigned long)(at - base));
		return;
	}
	name = table.names + symbol->st_name;
	out[0] = '\0';
	if (!add_rust_name(out, size - 24, name))
		snprintf(out, size - 24, "%.*s", (int)(size - 32), name);
	len = strlen(out);
	snprintf(out + len, size - len, "+0x%lx",
		 (unsigned long)(at - base - symbol->st_value));
}
