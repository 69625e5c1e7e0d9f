#include "commands/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/record.h"

const char *view_text(const json_t *v, const char *key)
{
	const char *s = json_string_value(json_object_get(v, key));

	return s ? s : "";
}

long long view_int(const json_t *v, const char *key)
{
	return json_integer_value(json_object_get(v, key));
}

bool view_bool(const json_t *v, const char *key)
{
	return json_is_true(json_object_get(v, key));
}

json_t *view_stamp(int64_t t)
{
	char text[CLOCK_STAMP_SIZE];

	if (t == RECORD_NEVER)
		return json_null();
	stamp_format(t, text);
	return json_string(text);
}

bool view_instant(const json_t *v, const char *key, int64_t *out)
{
	return stamp_parse(view_text(v, key), out);
}

json_t *view_string(const char *s)
{
	json_t *value = json_string(s);
	char *copy;

	if (value)
		return value;
	copy = strdup(s);
	if (!copy)
		return NULL;
	for (char *p = copy; *p; p++)
		*p = (unsigned char)*p < 0x80 ? *p : '?';
	value = json_string(copy);
	free(copy);
	return value;
}
