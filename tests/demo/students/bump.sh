#!/bin/sh
# The next patch version, in Cargo.toml and Cargo.lock.
#
#	bump.sh DIR
set -eu
dir=$1
old=$(sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$dir/Cargo.toml")
new=${old%.*}.$((${old##*.} + 1))
for file in Cargo.toml Cargo.lock; do
	[ ! -f "$dir/$file" ] ||
		sed -i "s/^version = \"$old\"/version = \"$new\"/" "$dir/$file"
done
