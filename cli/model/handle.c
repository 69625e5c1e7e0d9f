#include "model/handle.h"

#include <string.h>

bool handle_is_valid(const char *handle)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t len = strlen(handle);

	return len >= 1 && len <= HANDLE_MAX && handle[0] >= 'a' &&
	       handle[0] <= 'z' && handle[len - 1] != '-' &&
	       strspn(handle, allowed) == len && !strstr(handle, "--");
}
