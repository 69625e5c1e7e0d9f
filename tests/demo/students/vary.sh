#!/bin/sh
# Make a fresh crate somebody's own: one feature more, with its tests, and a
# paragraph about it.  The same student always writes the same.
#
#	vary.sh NAME NUMBER DIR
set -eu
here=$(cd "${0%/*}" && pwd -P)
name=$1 number=$2 dir=$3
# shellcheck disable=SC2046
set -- $(cd "$here/features" && ls)
shift "$((number % $#))"
feature=${1%.rs}

cp "$here/features/$feature.rs" "$dir/src/$feature.rs"
sed -i "s/^pub mod channel;/&\\npub mod $feature;/" "$dir/src/lib.rs"
cat >>"$dir/src/lib.rs" <<EOF

/// Who wrote this crate, and what it adds to the executor.
pub fn about() -> &'static str {
    "$name: $feature"
}
EOF
cat >>"$dir/README.md" <<EOF

## What is different here

$name added \`$feature\` to the executor of the course, because number $number
on the list needed it.
EOF
sed -i "s/^description = \".*\"/description = \"A single-threaded async executor with $feature, by $name\"/" \
	"$dir/Cargo.toml"
