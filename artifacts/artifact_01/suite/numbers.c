/* Who writes to a descriptor that it has closed writes to another's. */
#include "numbers.h"

#include <sys/socket.h>
#include <unistd.h>

void settle_on_its_numbers(struct squatters *s)
{
	for (int i = 0; i < SQUATTERS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, s->fds[i]) < 0)
			skip_because("no sockets");
	}
}

void check_nothing_written(struct squatters *s)
{
	char byte;

	for (int i = 0; i < 2 * SQUATTERS; i++)
		CHECK(recv(s->fds[i / 2][i % 2], &byte, 1, MSG_DONTWAIT) < 0,
		      "a waker wrote to a descriptor of somebody else");
	for (int i = 0; i < 2 * SQUATTERS; i++)
		close(s->fds[i / 2][i % 2]);
}
