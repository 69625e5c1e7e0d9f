#include "course/dot_file.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "io/file.h"
#include "io/yaml.h"

enum {
	DOT_MAX = 64 << 10
};

int dot_file_read(const char *dir, struct dotcohort **out, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(str_freep) char *path = path_joined(dir, ".cohort.yaml");
	const struct node *n;

	if (!path)
		return err_nomem(err);
	if (!file_exists(path))
		return 0;
	if (file_read(path, DOT_MAX, &text, err) < 0 ||
	    yaml_read(strbuf_str(&text), text.len, path, &arena, &n, err) < 0)
		return (int)err->code;
	return dotcohort_read(n, out, err);
}
