#include <string.h>

#include "crate/manifest/manifest.h"

/* ASCII by hand: what a name is must not depend on the locale. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_char(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool is_name(const char *name)
{
	size_t len = 0;

	while (len <= CRATE_NAME_MAX && is_name_char(name[len]))
		len++;
	return len <= CRATE_NAME_MAX && name[len] == '\0';
}

bool crate_name_is_valid(const char *name)
{
	return is_letter(name[0]) && is_name(name);
}

bool dep_key_is_valid(const char *key)
{
	return (is_letter(key[0]) || key[0] == '_') && is_name(key);
}

static char canonical(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

bool crate_name_same(const char *a, const char *b)
{
	while (*a && canonical(*a) == canonical(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

void crate_name_canonical(const char *name, char out[CRATE_NAME_SIZE])
{
	size_t i;

	for (i = 0; i < CRATE_NAME_MAX && name[i]; i++)
		out[i] = canonical(name[i]);
	out[i] = '\0';
}
