#include "commands/notes.h"

#include "command.h"
#include "workspace/workspace.h"

void notes_print(struct cli *cli, const struct workspace *ws)
{
	const char *const *notes;
	size_t count = workspace_notes(ws, &notes);

	for (size_t i = 0; i < count; i++)
		cli_note(cli, "note: %s", notes[i]);
}
