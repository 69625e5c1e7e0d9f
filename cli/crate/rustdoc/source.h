#ifndef CRATE_RUSTDOC_SOURCE_H
#define CRATE_RUSTDOC_SOURCE_H

#include <stddef.h>

struct err;

/*
 * Where the text of a document comes from.  One that is a file is read once
 * from its beginning to its end, a window at a time, and then here and there.
 */
struct rustdoc_source {
	size_t len;
	const char *text; /* all of it, if it is in memory; else NULL */
	/*
	 * SIZE bytes from AT on into BUF; what there is of them lies below LEN.
	 * 0, or a code: bytes that are not there are a failure.
	 */
	int (*read)(void *context, size_t at, char *buf, size_t size,
		    struct err *err);
	void *context;
	size_t window; /* bytes read at a time; 0: as many as is best */
};

#endif
