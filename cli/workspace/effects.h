#ifndef WORKSPACE_EFFECTS_H
#define WORKSPACE_EFFECTS_H

#include "workspace/workspace.h"

/*
 * The lines of an effects file, as bytes.  A last line without its newline
 * was never finished, and does not count.
 */
int effects_read(const char *bytes, size_t len, const char *name,
		 workspace_effect_visit *visit, void *ctx, struct err *err);

#endif
