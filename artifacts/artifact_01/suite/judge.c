/* From what was seen of a process to the verdict. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "suite.h"
#include "watched.h"

enum {
	MOST_QUOTED = 160 /* of a line */
};

static void say(struct result *result, const char *reason)
{
	result->verdict = VERDICT_FAIL;
	snprintf(result->reason, sizeof(result->reason), "%s", reason);
}

static const char *when(const struct watched *w)
{
	return w->loaded ? "" : " while it was being loaded";
}

static void judge_idle(const struct watched *w, char *text, size_t room)
{
	unsigned int cpu_ms = (unsigned int)(w->cpu_us / 1000);

	if (w->call)
		snprintf(text, room,
			 "hang-idle: %s sleeps, and does not come back (%u ms "
			 "of CPU used)",
			 w->call, cpu_ms);
	else
		snprintf(text, room,
			 "hang-idle (lost wake): it sleeps%s, and nothing will "
			 "wake it (%u ms of CPU used)",
			 when(w), cpu_ms);
}

static void judge_stop(const struct watched *w)
{
	char text[200];
	const char *in = w->call ? ", in " : "";
	const char *call = w->call ? w->call : "";

	switch (w->stop) {
	case STOP_IDLE:
		judge_idle(w, text, sizeof(text));
		break;
	case STOP_CPU:
		snprintf(text, sizeof(text),
			 "hang-busy (livelock): it goes on%s after %u ms of "
			 "CPU%s%s",
			 when(w), (unsigned int)(w->cpu_us / 1000), in, call);
		break;
	case STOP_STOPPED:
		snprintf(text, sizeof(text), "stopped itself%s", when(w));
		break;
	case STOP_FORGES:
		snprintf(text, sizeof(text),
			 "wrote to the socket that verdicts come through, "
			 "which it does not own%s",
			 when(w));
		break;
	case STOP_REFUSED:
		snprintf(text, sizeof(text),
			 "asked more than %d times for what is not allowed%s",
			 MOST_REFUSED, when(w));
		break;
	case STOP_THREADS:
		snprintf(text, sizeof(text), "started more than %d threads%s",
			 MOST_THREADS, when(w));
		break;
	case STOP_MEMORY:
		snprintf(text, sizeof(text), "uses more than %d MiB%s",
			 MOST_RESIDENT_MIB, when(w));
		break;
	case STOP_PRINTS:
		snprintf(text, sizeof(text), "prints more than %d bytes%s",
			 MOST_PRINTED, when(w));
		break;
	default:
		snprintf(text, sizeof(text),
			 "hang: not done%s after %u s, in which it used %u ms "
			 "of CPU%s%s",
			 when(w),
			 (unsigned int)((wall_ns() - w->began) / MS / 1000),
			 (unsigned int)(w->cpu_us / 1000), in, call);
	}
	say(w->result, text);
}

/*
 * What was said last: the line behind "panicked at" where Rust says so, which
 * is not the one about a panic that met C; else the last one of all.
 */
static const char *last_words(const char *log)
{
	static const char panicked[] = "panicked at ";
	static const char consequence[] = "panic in a function that cannot";
	const char *found = NULL;
	const char *at = log;
	const char *end = log + strlen(log);

	while ((at = strstr(at, panicked)) && (at = strchr(at, '\n'))) {
		if (strncmp(++at, consequence, strlen(consequence)) != 0)
			found = at;
	}
	if (found && *found)
		return found;
	while (end > log && (unsigned char)end[-1] <= ' ')
		end--;
	while (end > log && end[-1] != '\n')
		end--;
	return end;
}

/* Behind the reason of a crash, what was printed. */
static void quote(struct result *result)
{
	const char *at = last_words(result->log);
	size_t said = strcspn(at, "\n");
	size_t len = strlen(result->reason);
	char *out = result->reason + len;

	if (said == 0)
		return;
	if (said > MOST_QUOTED)
		said = MOST_QUOTED;
	out += snprintf(out, sizeof(result->reason) - len, "; it said: ");
	for (; said > 0; said--, at++)
		*out++ = (char)(*at >= ' ' && *at < 0x7f ? *at : '?');
	*out = '\0';
}

static void judge_death(const struct watched *w, int status)
{
	char text[200];

	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "crash (signal %d, %s)%s",
			 WTERMSIG(status), strsignal(WTERMSIG(status)),
			 when(w));
	else if (WEXITSTATUS(status) == STATUS_NO_PIPE)
		snprintf(text, sizeof(text),
			 "closed descriptors that it does not own%s", when(w));
	else
		snprintf(text, sizeof(text),
			 "ended the process in the middle (status %d)%s",
			 WEXITSTATUS(status), when(w));
	say(w->result, text);
	quote(w->result);
}

static void judge_word(const struct watched *w)
{
	struct result *result = w->result;

	memcpy(result->reason, w->last.reason, sizeof(w->last.reason));
	memcpy(result->file, w->last.file, sizeof(result->file));
	result->line = w->last.line;
	switch (w->last.event) {
	case EVENT_PASS:
		result->verdict = VERDICT_PASS;
		break;
	case EVENT_SKIP:
		result->verdict = VERDICT_SKIPPED;
		break;
	case EVENT_UNCLAIMED:
		result->verdict = VERDICT_UNCLAIMED;
		break;
	default:
		result->verdict = VERDICT_FAIL;
	}
}

static void also(struct result *result, const char *what)
{
	size_t len = strlen(result->reason);

	if (result->verdict != VERDICT_FAIL) {
		result->line = 0;
		say(result, what);
	} else {
		snprintf(result->reason + len, sizeof(result->reason) - len,
			 "; %s", what);
	}
}

/* Does the way it ended go with what it told? */
static bool ends_well(const struct watched *w, int status)
{
	return WIFEXITED(status) &&
	       WEXITSTATUS(status) == (w->last.event == EVENT_FAIL);
}

void judge(const struct watched *w, int status, int strays)
{
	struct result *result = w->result;

	if (w->told && ends_well(w, status))
		judge_word(w);
	else if (w->stop)
		judge_stop(w);
	else
		judge_death(w, status);
	if (strays > 0)
		also(result, "started processes of its own");
	if (w->exhausted && result->verdict == VERDICT_FAIL)
		also(result, "ate all the memory it may have");
	if (w->refused == 0)
		return;
	snprintf(result->refused, sizeof(result->refused), "%s",
		 w->refusal.what);
	if (w->refusal.counts || result->verdict == VERDICT_FAIL)
		also(result, w->refusal.what);
}
