#ifndef COMMANDS_VIEW_H
#define COMMANDS_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

/* Making and reading views: what every renderer of commands/ needs. */

/* The string KEY of V; "" where it is missing or no string. */
const char *view_text(const json_t *v, const char *key);

long long view_int(const json_t *v, const char *key);
bool view_bool(const json_t *v, const char *key);

/* S, which may be foreign: what is no UTF-8 comes out as '?'. */
json_t *view_string(const char *s);

/* An instant as RFC 3339 in UTC; JSON null for RECORD_NEVER. */
json_t *view_stamp(int64_t t);

/* The instant KEY of V; false where it is missing. */
bool view_instant(const json_t *v, const char *key, int64_t *out);

#endif
