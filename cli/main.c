/* cohort: runs a live course, from the first application to the party. */
#include "command.h"

int main(int argc, char **argv)
{
	return command_main(argc, argv);
}
