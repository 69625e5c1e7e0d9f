/*
 * One commit of the store: change the record of a seat, and say how many
 * milliseconds the commit took, checkout and all.
 *
 *	store-commit WORKSPACE TURN
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/parse.h"
#include "workspace/workspace.h"

static int commit(const char *dir, int64_t turn, struct err *err)
{
	AUTO(workspace_freep) struct workspace *ws = NULL;
	AUTO(record_freep) struct record *r = NULL;
	AUTO(change_freep) struct change *c = NULL;
	int64_t began;

	if (workspace_open(dir, WORKSPACE_WRITE, &ws, err) < 0 ||
	    workspace_record(ws, ARTIFACT_01, "s00001", &r, err) < 0)
		return err->code;
	if (r->submission_count == 0)
		return err_set(err, ERR_NOT_FOUND, "s00001 has no submission");
	r->submissions[0].late_s = turn;
	began = clock_monotonic_ns();
	if (change_new(ws, &c, err) < 0 || change_put_record(c, r, err) < 0 ||
	    change_commit(c, "one", err) < 0)
		return err->code;
	printf("ours %.3f\n", (double)(clock_monotonic_ns() - began) / 1e6);
	return 0;
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	int64_t turn;

	if (argc != 3 || !parse_i64(argv[2], &turn)) {
		fprintf(stderr, "usage: store-commit WORKSPACE TURN\n");
		return 2;
	}
	if (git_setup(&err) == 0 && commit(argv[1], turn + 1, &err) == 0)
		return 0;
	fprintf(stderr, "store-commit: %s\n", err.msg);
	return 1;
}
