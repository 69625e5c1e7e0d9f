#include "crate/manifest/wordlist.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/parse.h"

void wordlist_release(struct wordlist *w)
{
	if (!w)
		return;
	map_release(&w->marks);
	arena_release(&w->arena);
	*w = (struct wordlist){ 0 };
}

static size_t count_lines(const char *bytes, size_t len)
{
	size_t lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += bytes[i] == '\n';
	return lines;
}

/* LEN bytes without the comment and the blanks at both ends. */
static void trim(const char **line, size_t *len)
{
	const char *comment = memchr(*line, '#', *len);

	if (comment)
		*len = (size_t)(comment - *line);
	while (*len > 0 &&
	       ((*line)[*len - 1] == ' ' || (*line)[*len - 1] == '\t' ||
		(*line)[*len - 1] == '\r'))
		--*len;
	while (*len > 0 && (**line == ' ' || **line == '\t')) {
		++*line;
		--*len;
	}
}

static int add_word(struct wordlist *w, const char *line, size_t len,
		    struct err *err)
{
	const char *space = memchr(line, ' ', len);
	size_t word_len = space ? (size_t)(space - line) : len;
	char *word = arena_strndup(&w->arena, line, word_len);
	char *mark = arena_strndup(&w->arena, space ? space + 1 : "",
				   space ? len - word_len - 1 : 0);

	if (!word || !mark)
		return err_nomem(err);
	if (map_get(&w->marks, word))
		return err_set(err, ERR_FORMAT, "'%s' stands there twice",
			       word);
	if (map_put(&w->marks, word, mark) < 0)
		return err_nomem(err);
	w->words[w->count++] = word;
	return 0;
}

static int add_words(struct wordlist *w, const char *bytes, size_t len,
		     const char *file, struct err *err)
{
	size_t lines = count_lines(bytes, len);
	unsigned number = 0;

	if (lines > WORDLIST_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d words", file,
			       (int)WORDLIST_MAX);
	w->words = arena_calloc(&w->arena, lines, sizeof(*w->words));
	if (!w->words)
		return err_nomem(err);
	while (len > 0) {
		const char *end = memchr(bytes, '\n', len), *line = bytes;
		size_t line_len = end ? (size_t)(end - bytes) : len;
		size_t step = line_len + (end != NULL);

		number++;
		trim(&line, &line_len);
		if (memchr(line, '\0', line_len) ||
		    !text_is_utf8(line, line_len))
			return err_set(err, ERR_FORMAT,
				       "%s:%u: this line is no text", file,
				       number);
		if (line_len > 0 && add_word(w, line, line_len, err) < 0)
			return err_context(err, "%s:%u", file, number);
		bytes += step;
		len -= step;
	}
	return 0;
}

int wordlist_read(const char *bytes, size_t len, const char *file,
		  struct wordlist *out, struct err *err)
{
	struct wordlist w = { 0 };

	if (add_words(&w, bytes, len, file, err) < 0) {
		wordlist_release(&w);
		return err->code;
	}
	*out = w;
	return 0;
}

const char *wordlist_find(const struct wordlist *w, const char *word,
			  size_t len)
{
	return map_get_n(&w->marks, word, len);
}

const char *wordlist_nearest(const struct wordlist *w, const char *word)
{
	for (size_t i = 0; i < w->count; i++) {
		if (strcasecmp(w->words[i], word) == 0)
			return w->words[i];
	}
	return parse_nearest(word, w->words, w->count);
}
