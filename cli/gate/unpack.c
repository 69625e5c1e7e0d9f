#include "gate/unpack.h"

#include "base/err.h"
#include "base/path.h"
#include "io/archive.h"
#include "io/file.h"

enum {
	UNPACKED_MAX = 512 << 20
};

int package_unpack(const char *package, const char *dir, char **out,
		   struct err *err)
{
	AUTO(file_map_releasep) struct file_map map = { 0 };
	AUTO(file_names_releasep) struct file_names names = { 0 };

	if (file_map_open(package, &map, err) < 0 ||
	    file_make_dirs(dir, err) < 0 ||
	    archive_unpack(map.data, map.len, UNPACKED_MAX, dir, err) < 0 ||
	    file_names_read(dir, &names, err) < 0)
		return (int)err->code;
	if (names.count != 1)
		return err_set(err, ERR_UNSAFE,
			       "the package has not one folder but %zu",
			       names.count);
	*out = path_joined(dir, names.items[0]);
	return *out ? 0 : err_nomem(err);
}
