#include "commands/artifact_arg.h"

#include "base/err.h"

int artifact_required(const char *s, enum artifact *out, struct err *err)
{
	if (artifact_parse(s, out))
		return 0;
	(void)err_set(err, ERR_USAGE, "there is no artifact '%s'", s);
	return err_hint(err, "artifact_01, artifact_02 or artifact_03");
}
