#ifndef COMMANDS_EXPLAIN_H
#define COMMANDS_EXPLAIN_H

#include <stddef.h>

struct cli;
struct err;

/*
 * Explain what IDS name; without any list all of KIND ("semver"), NULL: all
 * there are.
 */
int explain_show(struct cli *cli, const char *const *ids, size_t count,
		 const char *kind, struct err *err);

#endif
