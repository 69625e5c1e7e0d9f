#ifndef IO_TREE_COPY_H
#define IO_TREE_COPY_H

#include <stdint.h>

#include "io/digest.h"

struct err;

/*
 * Copy the files below FROM, a folder that somebody works in, into the fresh
 * folder TO: regular files with their executable bit, links as links, nothing
 * else.  `.git`, and folders marked as a cache by a CACHEDIR.TAG
 * (bford.info/cachedir), cargo's `target` for one, are left out.  KEY
 * identifies the paths and contents that were copied.  Any thread.
 *   ERR_LIMIT	more than MAX bytes, or the limits of io/walk.h
 */
int tree_copy(const char *from, const char *to, uint64_t max,
	      char key[DIGEST_HEX_SIZE], struct err *err);

#endif
