#include "tell.h"

#include <stdio.h>

void tell_json(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c); /* bytes, taken for Latin-1 */
		else
			putchar(c);
	}
	putchar('"');
}

void tell_plain(const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		putchar(c < 0x20 || c >= 0x7f ? '?' : c);
	}
}
