#ifndef IO_ZONEFILE_H
#define IO_ZONEFILE_H

#include <stddef.h>

#include "base/strbuf.h"

struct err;

/*
 * The time zone files of this machine: below $TZDIR, else
 * /usr/share/zoneinfo.  Any thread.
 */
enum {
	ZONEFILE_MAX = 1 << 20,
	ZONE_RELEASE_SIZE = 16
};

/* The bytes of zone NAME ("Asia/Kolkata"); ERR_NOT_FOUND if there is none. */
int zonefile_read(const char *name, struct strbuf *out, struct err *err);

/* The release of the data, "2025b"; "" where it cannot be told. */
void zonefile_release_name(char out[ZONE_RELEASE_SIZE]);

#endif
