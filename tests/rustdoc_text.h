#ifndef TESTS_RUSTDOC_TEXT_H
#define TESTS_RUSTDOC_TEXT_H

/* Small rustdoc documents, made by hand.  Include after cmocka.h. */
#include <string.h>

#include "base/err.h"
#include "crate/rustdoc/doc.h"

#define ITEM(id, name, vis, attrs, inner)                                  \
	"\"" id "\":{\"id\":" id ",\"crate_id\":0,\"name\":" name          \
	",\"span\":{\"filename\":\"src/lib.rs\",\"begin\":[" id            \
	",5],\"end\":[9,9]},\"visibility\":" vis                           \
	",\"docs\":\"a \\\"{[ doc\",\"links\":{\"x\":1},\"attrs\":[" attrs \
	"],\"deprecation\":null,\"something_new\":[{}],\"inner\":" inner "}"

#define ROOT(items)                                      \
	ITEM("0", "\"k\"", "\"public\"", "",             \
	     "{\"module\":{\"is_crate\":true,\"items\":" \
	     "[" items "],\"is_stripped\":false}}")

#define DOC(index)                                                          \
	"{\"root\":0,\"crate_version\":\"1.2.3\",\"includes_private\":true" \
	",\"index\":{" index                                                \
	"},\"paths\":{\"9\":{\"crate_id\":1,\"path\":[\"core\",\"marker\"," \
	"\"Send\"],\"kind\":\"trait\"}},\"external_crates\":{},\"target\":" \
	"{\"triple\":\"x86_64-unknown-linux-gnu\",\"target_features\":[]}," \
	"\"format_version\":57}"

static inline struct rustdoc *must_open(const char *text)
{
	struct rustdoc *d = NULL;
	struct err err = { 0 };

	if (rustdoc_open(text, strlen(text), "new.json", &d, &err) < 0)
		fail_msg("%s", err.msg);
	return d;
}

#endif
