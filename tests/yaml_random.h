#ifndef TESTS_YAML_RANDOM_H
#define TESTS_YAML_RANDOM_H

/*
 * Random YAML documents, each as its seed says: block and flow, comments and
 * blank lines in between, all sorts of scalars and line ends.
 */
#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/strbuf.h"

struct gen {
	uint64_t state;
	struct strbuf *out;
	unsigned names;
};

static inline uint32_t gen_dice(struct gen *g, uint32_t sides)
{
	g->state = g->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(g->state >> 33) % sides;
}

static inline void gen_indent(struct gen *g, int indent)
{
	strbuf_addf(g->out, "%*s", indent, "");
}

static inline void gen_line_end(struct gen *g)
{
	if (gen_dice(g, 5) == 0)
		strbuf_adds(g->out, gen_dice(g, 2) ? "  # Zo\xc3\xab: [x]"
						   : " # it's - so");
	strbuf_addc(g->out, '\n');
}

static inline void gen_between(struct gen *g, int indent)
{
	switch (gen_dice(g, 8)) {
	case 0:
		gen_indent(g, indent);
		strbuf_adds(g->out, "# a note: here\n");
		break;
	case 1:
		strbuf_addc(g->out, '\n');
		break;
	case 2:
		gen_indent(g, indent + 2);
		strbuf_adds(g->out, "#- deeper\n");
		break;
	default:
		break;
	}
}

static inline const char *gen_scalar(struct gen *g)
{
	static const char *const scalars[] = {
		"plain",
		"17:00",
		"12",
		"true",
		"\"dou\\\"ble # [x]\"",
		"'it''s'",
		"Zo\xc3\xab \xe2\x82\xac",
		"null",
		"~",
		"\"\"",
		"https://x.example/a#b",
		"-1.5",
		"\"a\\\n   b\"",
	};

	return scalars[gen_dice(g, ARRAY_LEN(scalars))];
}

static inline void gen_flow(struct gen *g, int depth)
{
	bool is_map = gen_dice(g, 2);
	uint32_t count = gen_dice(g, 4);

	strbuf_addc(g->out, is_map ? '{' : '[');
	for (uint32_t i = 0; i < count; i++) {
		if (gen_dice(g, 6) == 0)
			strbuf_adds(g->out, " # c\n          ");
		if (is_map)
			strbuf_addf(g->out, "k%u: ", g->names++);
		if (depth > 0 && gen_dice(g, 4) == 0)
			gen_flow(g, depth - 1);
		else if (!is_map || gen_dice(g, 5))
			strbuf_adds(g->out, gen_scalar(g));
		if (i + 1 < count || gen_dice(g, 5) == 0)
			strbuf_adds(g->out, gen_dice(g, 3) ? ", " : ",");
		else
			strbuf_adds(g->out, gen_dice(g, 2) ? " " : "");
	}
	strbuf_addc(g->out, is_map ? '}' : ']');
}

static inline void gen_text(struct gen *g, int indent)
{
	static const char *const heads[] = { "|", ">", "|-", "|+", ">+" };

	strbuf_addf(g->out, "%s\n", heads[gen_dice(g, ARRAY_LEN(heads))]);
	for (uint32_t i = gen_dice(g, 3) + 1; i > 0; i--) {
		gen_indent(g, indent);
		strbuf_adds(g->out, "# text: - Zo\xc3\xab\n");
	}
	for (uint32_t i = gen_dice(g, 3); i > 0; i--)
		strbuf_addc(g->out, '\n');
}

static inline void gen_block(struct gen *g, int indent, int depth);

/* What stands behind "key:" or "-", up to the end of the line. */
static inline void gen_value(struct gen *g, int indent, int depth, bool is_item)
{
	uint32_t kind = gen_dice(g, 10);

	if (kind == 0) {
		gen_line_end(g);
	} else if (kind == 1) {
		strbuf_addc(g->out, ' ');
		gen_text(g, indent + 2);
	} else if (kind <= 3) {
		strbuf_addc(g->out, ' ');
		gen_flow(g, 2);
		gen_line_end(g);
	} else if (kind <= 6 && depth > 0) {
		if (is_item && gen_dice(g, 2)) {
			strbuf_addc(g->out, ' ');
		} else {
			gen_line_end(g);
			gen_between(g, indent + 2);
			gen_indent(g, indent + 2);
		}
		gen_block(g, indent + 2, depth - 1);
	} else {
		strbuf_addf(g->out, "%*s%s", (int)gen_dice(g, 2) + 1, "",
			    gen_scalar(g));
		gen_line_end(g);
	}
}

/* The first line's indentation is written already. */
static inline void gen_block(struct gen *g, int indent, int depth)
{
	bool is_list = gen_dice(g, 2);
	uint32_t count = gen_dice(g, 4) + 1;

	for (uint32_t i = 0; i < count; i++) {
		if (i > 0) {
			gen_between(g, indent);
			gen_indent(g, indent);
		}
		if (is_list)
			strbuf_addc(g->out, '-');
		else
			strbuf_addf(g->out, "%s%u:",
				    gen_dice(g, 4) ? "k" : "Zo\xc3\xab ",
				    g->names++);
		gen_value(g, indent, depth, is_list);
	}
}

static inline void gen_document(struct gen *g)
{
	AUTO(strbuf_releasep) struct strbuf lf = { 0 };
	struct strbuf *out = g->out;
	bool crlf = gen_dice(g, 3) == 0;
	size_t len;

	g->out = &lf;
	gen_between(g, 0);
	gen_block(g, 0, 3);
	gen_between(g, 0);
	g->out = out;
	len = lf.len;
	if (gen_dice(g, 4) == 0) {
		while (len > 0 && lf.data[len - 1] == '\n')
			len--;
	}
	if (gen_dice(g, 6) == 0)
		strbuf_adds(out, "\xef\xbb\xbf");
	for (size_t i = 0; i < len; i++) {
		if (crlf && lf.data[i] == '\n')
			strbuf_addc(out, '\r');
		strbuf_addc(out, lf.data[i]);
	}
}

#endif
