#ifndef COMMANDS_NOTES_H
#define COMMANDS_NOTES_H

struct cli;
struct workspace;

/*
 * What the workspace wants people to hear: every command that changes it calls
 * this before it shows its result.
 */
void notes_print(struct cli *cli, const struct workspace *ws);

#endif
