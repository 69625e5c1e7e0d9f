#ifndef COURSE_RENDER_H
#define COURSE_RENDER_H

#include <stddef.h>

struct err;

/*
 * A tree of template files becomes a folder.  In names and contents, {{key}}
 * is replaced by its value; a line that begins with {{?key}} stands only if
 * that value is not empty; a name's part that begins with "dot-" begins with
 * "." instead, and a trailing ".in" goes.  An unknown key is ERR_BUG with its
 * file and line: templates ship with the program.
 */
struct render_var {
	const char *key;
	const char *value;
};

/*
 * Render TEMPLATE (a name below the shipped files, "templates/artifact_01")
 * to DIR, which must not exist or be an empty folder (ERR_EXISTS).  DIR
 * appears whole or not at all.
 */
int render_tree(const char *template_name, const char *dir,
		const struct render_var *vars, size_t count, struct err *err);

/* One text; for messages and single files.  NAME is for complaints. */
struct strbuf;
int render_text(const char *name, const char *text, size_t len,
		const struct render_var *vars, size_t count, struct strbuf *out,
		struct err *err);

#endif
