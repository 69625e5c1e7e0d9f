#!/bin/sh
# Make a fresh crate somebody's own: two features more, each with its tests,
# and a paragraph about them.  The same student always writes the same.
#
#	vary.sh NAME NUMBER DIR
#
# NAME goes into a Rust string: it has no quote and no backslash.
set -eu
here=$(cd "${0%/*}" && pwd -P)
name=$1 number=$2 dir=$3
features=$(cd "$here/features" && ls)
count=$(printf '%s\n' "$features" | wc -l)
first=$((number % count))
second=$(((first + 1 + (number - 1) / count) % count))

# The feature of that place in the list, counted from 0.
feature() {
	printf '%s\n' "$features" | sed -n "$(($1 + 1))s/[.]rs\$//p"
}

# The first line of its documentation, as a part of a sentence.
phrase() {
	sed -n '1s/^\/\/! \(.*\)[.]$/\1/p' "$here/features/$1.rs" |
		awk '{ print tolower(substr($0, 1, 1)) substr($0, 2) }'
}

one=$(feature "$first") other=$(feature "$second")
cp "$here/features/$one.rs" "$here/features/$other.rs" "$dir/src"
mods=$(printf 'pub mod %s;\n' "$one" "$other" | LC_ALL=C sort | sed 's/$/\\n/' |
	tr -d '\n')
sed -i "s/^pub mod channel;/$mods\\n&/" "$dir/src/lib.rs"
cat >>"$dir/src/lib.rs" <<EOF

/// Who wrote this crate, and what it adds to the executor.
#[must_use]
pub fn about() -> &'static str {
    "$name: $one and $other"
}
EOF
cat >>"$dir/README.md" <<EOF

## What is different here

$name added two modules to the executor of the course:

* \`$one\`: $(phrase "$one");
* \`$other\`: $(phrase "$other").
EOF
sed -i "s/^description = .*/description = \"A single-threaded async executor that also has $one and $other\"/" \
	"$dir/Cargo.toml"
