#include "crate/package/names.h"

#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/parse.h"
#include "base/path.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The LEN bytes at S are WORD, whatever their case. */
static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(s, word, len) == 0;
}

/* The device that Windows sees before the first dot. */
static bool is_device(const char *s, size_t len)
{
	static const char *const devices[] = { "con", "prn", "aux", "nul" };

	for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
		if (is_word(s, len, devices[i]))
			return true;
	}
	return len == 4 && s[3] >= '1' && s[3] <= '9' &&
	       (is_word(s, 3, "com") || is_word(s, 3, "lpt"));
}

static bool component_breaks_windows(const char *s, size_t len)
{
	const char *dot = memchr(s, '.', len);

	if (len == 0)
		return false;
	return s[len - 1] == '.' || s[len - 1] == ' ' ||
	       is_device(s, dot ? (size_t)(dot - s) : len);
}

/* NTFS's short name and what HFS+ drops from one: git's own list. */
static bool component_is_git(const char *s, size_t len)
{
	char plain[8];
	size_t n = 0;

	if (is_word(s, len, "git~1"))
		return true;
	while (len > 0 && (s[len - 1] == '.' || s[len - 1] == ' '))
		len--;
	for (size_t i = 0; i < len; i++) {
		/* U+200C to U+200F, U+202A to U+202E, U+206A to U+206F, U+FEFF
		 */
		if (len - i >= 3 && ((memcmp(s + i, "\xe2\x80", 2) == 0 &&
				      (((unsigned char)s[i + 2] >= 0x8c &&
					(unsigned char)s[i + 2] <= 0x8f) ||
				       ((unsigned char)s[i + 2] >= 0xaa &&
					(unsigned char)s[i + 2] <= 0xae))) ||
				     (memcmp(s + i, "\xe2\x81", 2) == 0 &&
				      (unsigned char)s[i + 2] >= 0xaa &&
				      (unsigned char)s[i + 2] <= 0xaf) ||
				     memcmp(s + i, "\xef\xbb\xbf", 3) == 0)) {
			i += 2;
			continue;
		}
		if (n == sizeof(plain))
			return false;
		plain[n++] = s[i];
	}
	return is_word(plain, n, ".git");
}

static bool any_component(const char *path,
			  bool (*test)(const char *s, size_t len))
{
	for (;;) {
		size_t len = strcspn(path, "/");

		if (test(path, len))
			return true;
		if (path[len] == '\0')
			return false;
		path += len + 1;
	}
}

bool path_breaks_windows(const char *path)
{
	return any_component(path, component_breaks_windows);
}

bool path_has_git(const char *path)
{
	return any_component(path, component_is_git);
}

bool path_is_secret(const char *path)
{
	static const char *const names[] = {
		".env",	     ".env.local",	 ".env.production",
		".netrc",    ".npmrc",		 ".pypirc",
		".pgpass",   ".git-credentials", "id_rsa",
		"id_dsa",    "id_ecdsa",	 "id_ed25519",
		".htpasswd",
	};
	const char *base = path_base(path);
	size_t len = strlen(path);
	static const char credentials[] = ".cargo/credentials";

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(base, names[i]) == 0)
			return true;
	}
	if (len > 5 && strcmp(path + len - 5, ".toml") == 0)
		len -= 5;
	return len >= sizeof(credentials) - 1 &&
	       memcmp(path + len - (sizeof(credentials) - 1), credentials,
		      sizeof(credentials) - 1) == 0;
}

bool path_is_build_output(const char *path)
{
	static const char *const below[] = { "debug/",	    "release/",
					     "doc/",	    "package/",
					     "tmp/",	    ".rustc_info.json",
					     "CACHEDIR.TAG" };

	if (strncmp(path, "target/", 7) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(below); i++) {
		if (strncmp(path + 7, below[i], strlen(below[i])) == 0)
			return true;
	}
	return false;
}

bool path_is_unpackable(const char *path)
{
	return strpbrk(path, "\\<>:\"|?*") != NULL;
}

int path_compare_folded(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

void path_printable(const char *path, size_t len, char *out, size_t size)
{
	bool utf8 = text_is_utf8(path, len);
	size_t i;

	for (i = 0; i < len && i + 1 < size; i++) {
		unsigned char c = (unsigned char)path[i];

		out[i] = c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8)
				 ? '?'
				 : path[i];
	}
	/* do not end in the middle of a character */
	while (i < len && i > 0 && ((unsigned char)path[i] & 0xc0) == 0x80)
		i--;
	out[i] = '\0';
}
