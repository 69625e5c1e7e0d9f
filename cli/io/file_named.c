/* Files that somebody named, who may mean a device. */
#include "io/file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/err.h"

int file_write_named(const char *path, const void *bytes, size_t len,
		     unsigned mode, struct err *err)
{
	struct stat st;
	FILE *to;
	bool done;

	if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
		return file_write(path, bytes, len, mode, err);
	to = fopen(path, "we");
	if (!to)
		return err_errno(err, errno, "write", path);
	done = fwrite(bytes, 1, len, to) == len;
	if (fclose(to) != 0 || !done)
		return err_errno(err, errno, "write", path);
	return 0;
}
