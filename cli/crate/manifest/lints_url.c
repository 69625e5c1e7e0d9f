#include <string.h>

#include "base/parse.h"
#include "crate/manifest/lints_private.h"

/*
 * The host, as far as the WHATWG's URL standard refuses one: it may be any
 * text but must be there, and some ASCII characters cannot stand in it.  Tabs
 * and line ends are dropped by that parser wherever they stand.
 */
static bool host_is_possible(const char *host, size_t len)
{
	static const char forbidden[] = " #/:<>?@[\\]^|%\x7f";
	size_t seen = 0;

	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		return strspn(host + 1, "0123456789abcdefABCDEF:.") == len - 2;
	for (size_t i = 0; i < len; i++) {
		char c = host[i];

		if (c == '\t' || c == '\n' || c == '\r')
			continue;
		/* '%' may begin an escape, which decodes to anything */
		if (c != '%' &&
		    ((unsigned char)c < 0x20 || strchr(forbidden, c)))
			return false;
		seen++;
	}
	return seen > 0;
}

static bool port_is_possible(const char *port, size_t len)
{
	uint64_t value;

	return len == 0 ||
	       (parse_u64_n(port, len, &value) && value <= UINT16_MAX);
}

bool url_is_web(const char *url)
{
	const char *host, *end, *at, *colon, *bracket;
	size_t len;

	if (strncmp(url, "https://", 8) == 0)
		host = url + 8;
	else if (strncmp(url, "http://", 7) == 0)
		host = url + 7;
	else
		return false;
	host += strspn(host, "/\\");
	end = host + strcspn(host, "/\\?#");
	for (at = end; at > host && at[-1] != '@'; at--)
		;
	host = at; /* what stands before it is a user, perhaps */
	len = (size_t)(end - host);
	bracket = memchr(host, ']', len);
	colon = bracket ? bracket : host;
	colon = memchr(colon, ':', (size_t)(end - colon));
	if (!colon)
		return host_is_possible(host, len);
	return host_is_possible(host, (size_t)(colon - host)) &&
	       port_is_possible(colon + 1, (size_t)(end - colon - 1));
}
