#!/bin/sh
# How a student mends it; a version that was tagged is never used again.
#
#	mend.sh KIND DIR [NAME]
set -eu
kind=$1 dir=$2

case $kind in
missing-licence)
	sed -i 's/^description = .*/&\nlicense = "MIT OR Apache-2.0"/' \
		"$dir/Cargo.toml"
	;;
breaking-patch)
	cat >>"$dir/src/lib.rs" <<EOF

/// Who wrote this crate, and what it adds to the executor.
#[must_use]
pub fn about() -> &'static str {
    "back again"
}
EOF
	;;
symlink-out)
	rm "$dir/src/notes.txt"
	;;
name-taken)
	"${0%/*}/trouble.sh" name-taken "$dir" "$3"
	;;
build-script)
	rm "$dir/build.rs"
	;;
moved-tag) ;;
*)
	echo "mend.sh: no such trouble: $kind" >&2
	exit 2
	;;
esac

"${0%/*}/bump.sh" "$dir"
