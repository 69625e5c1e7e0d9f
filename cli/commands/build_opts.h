#ifndef COMMANDS_BUILD_OPTS_H
#define COMMANDS_BUILD_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How crates are built, alike for all commands that build them. */
struct build_args {
	bool offline;
	bool no_sandbox;
	uint32_t timeout; /* seconds; 0: as long as builds have */
};

/* The rows of its options, where TYPE has it as MEMBER. */
/* clang-format off */
#define BUILD_OPTS(type, member) \
	{ "build-timeout", 0, OPT_U32, "SECONDS", "end a build after so long", \
	  offsetof(type, member.timeout) }, \
	{ "offline", 0, OPT_FLAG, NULL, "fetch nothing", \
	  offsetof(type, member.offline) }, \
	{ "no-sandbox", 0, OPT_FLAG, NULL, \
	  "build without a sandbox: runs the crate's code as you", \
	  offsetof(type, member.no_sandbox) }
/* clang-format on */

#endif
