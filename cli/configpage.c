#include "command.h"
#include "model/cohort_keys.h"
#include "model/curriculum.h"
#include "model/policy.h"
#include "model/roster_keys.h"

/* cohort-config(5), from the same tables that the files are read by. */
static const struct {
	const char *file;
	const char *about;
	const struct key *keys;
} files[] = {
	{ "config/cohort.yaml",
	  "When the cohort meets, what it costs, where its work comes from and "
	  "goes to.",
	  cohort_keys },
	{ "config/roster.yaml",
	  "The students, one seat each, and only what they chose to show.",
	  roster_keys },
	{ "config/curriculum.yaml",
	  "What is taught when: phases, weeks, lessons and live sessions.",
	  curriculum_keys },
	{ "config/policy.yaml",
	  "How serious lints and gates are, and which findings are let pass.",
	  policy_keys },
};

void usage_config(FILE *out, const char *prose)
{
	fputs(".Dd November 23, 2026\n.Dt COHORT-CONFIG 5\n.Os\n"
	      ".Sh NAME\n.Nm cohort-config\n"
	      ".Nd the files of a cohort that people write\n",
	      out);
	if (prose)
		fputs(prose, out);
	fputs(".Sh KEYS\n", out);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		fprintf(out, ".Ss %s\n%s\n", files[i].file, files[i].about);
		schema_manual(out, files[i].keys);
	}
	fputs(".Sh SEE ALSO\n.Xr cohort 1\n", out);
}
