/*
 * index_line MANIFEST SHA256 [OWN...]: the path in an index, and the line, of
 * the packed manifest; OWN are the crates that the registry has.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "crate/package/index.h"

static int print(const char *bytes, size_t len, char **argv, size_t own_count,
		 struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf line = { 0 };
	char path[INDEX_PATH_SIZE];
	struct manifest m;
	struct index_spec spec = {
		.manifest = &m,
		.sha256 = argv[2],
		.own = own_count ? (const char *const *)argv + 3 : NULL,
		.own_count = own_count
	};

	if (manifest_read(bytes, len, argv[1], &arena, &m, err) < 0 ||
	    index_line(&spec, &line, err) < 0 ||
	    index_path(m.name.value, path, err) < 0)
		return err->code;
	printf("%s\n%s\n", path, strbuf_str(&line));
	return 0;
}

int main(int argc, char **argv)
{
	static char bytes[1 << 20];
	struct err err = { 0 };
	FILE *f;
	size_t len;

	if (argc < 3)
		return 2;
	f = fopen(argv[1], "rb");
	if (!f)
		return 6;
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	if (print(bytes, len, argv, (size_t)argc - 3, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.msg);
	return 6;
}
