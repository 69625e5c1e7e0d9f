# shellcheck shell=sh
# Programs that a shape is measured next to and that Debian does not package.

# peer_installed CRATE VERSION: on the path, or built once from crates.io into
# build/peers.
peer_installed() {
	PATH=$PATH:$ROOT/build/peers/bin
	export PATH
	command -v "$1" >/dev/null && return 0
	echo "installing $1 $2 under build/peers, once" >&2
	CARGO_TARGET_DIR=$TEST_ROOT/peer cargo install -q --locked \
		--root "$ROOT/build/peers" --version "$2" "$1" >&2
	rm -rf "$TEST_ROOT/peer"
}

# peer_crate FOLDER ARGS...: the crate of this tree, built once from crates.io
# in build/peers by its Cargo.lock; again when it changes.
peer_crate() {
	folder=$ROOT/$1
	shift
	CARGO_HOME=$ROOT/build/peers/cargo CARGO_NET_RETRY=1 \
		cargo build -q --release --locked \
		--manifest-path "$folder/Cargo.toml" \
		--target-dir "$ROOT/build/peers/${folder##*/}" "$@" >&2
}
