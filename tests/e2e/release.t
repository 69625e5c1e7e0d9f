#!/bin/sh
# What a party ships: the crates that were published, as one archive that is
# the same bytes whenever and wherever it is made.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

command -v jq >/dev/null || skip 'jq not found'
name=2027-winter-artifact_01
dir=ws/release/$name

# ship SEAT VERSION AT: SEAT's crate is packed and published, as its record and
# the store of packages would have it.
ship() {
	echo "kov-s$1 $2, packed" >crate
	sum=$(sha256sum crate | cut -d' ' -f1)
	mv crate "ws/var/packages/$sum.crate"
	oid=$(printf '%040d' "${1#0}")
	jq -n --arg s "s$1" --arg v "$2" --arg sum "$sum" --arg at "$3" \
		--arg oid "$oid" '{schema: 1, artifact: "artifact_01",
		handle: $s, submissions: [{n: 1, tag: "artifact_01/v\($v)",
		version: $v, tag_object: $oid, commit: $oid, claimed_at: $at,
		first_seen_at: $at, package_sha256: $sum, package_size: 23}],
		publications: [{registry: "local", crate: "kov-\($s)",
		version: $v, sha256: $sum, commit: $oid, at: $at}]}' \
		>"ws/artifacts/artifact_01/s$1.json"
}

commit() {
	git -C ws add artifacts && git -C ws commit -qm publish
}

seats=$(seq -w 1 32)
{
	echo handle,name,repo
	for n in $seats; do
		echo "s$n,Student $n,https://example.org/s$n.git"
	done
} >seats.csv
"$COHORT" -q init ws --id 2027-winter --first-day 2027-01-12 >/dev/null &&
	"$COHORT" -q -C ws roster import seats.csv >/dev/null || exit 1
mkdir -p ws/var/packages ws/artifacts/artifact_01
for n in $seats; do
	ship "$n" 0.1.0 "2027-02-09T18:00:${n}Z"
done
commit || exit 1

sums() {
	(cd "$dir" && sha256sum -c --quiet --strict SHA256SUMS)
}

unpack() {
	command -v zstd >/dev/null || skip 'zstd not found'
	mkdir "$1" && zstd -qdc "$dir/$name.tar.zst" | tar -xf - -C "$1"
}

makes() {
	before=$(git -C ws rev-list --count HEAD)
	run -C ws release artifact_01
	is 0 && same err </dev/null && same out <<-EOF
	32 crates in $PWD/$dir
	$(sha256sum "$dir/$name.tar.zst" | cut -d' ' -f1)  $PWD/$dir/$name.tar.zst
	EOF
	must sums
	[ "$(grep -c 'kov-s[0-9]*-0.1.0.crate$' "$dir/SHA256SUMS")" -eq 32 ] ||
		complain 'not 32 crates in SHA256SUMS'
	[ "$(git -C ws rev-list --count HEAD)" -eq $((before + 1)) ] ||
		complain 'not one commit'
	[ "$(git -C ws log -1 --format=%s)" = "release $name: 32 crates" ] ||
		complain "$(git -C ws log -1 --format=%s)"
	git -C ws show --name-only --format= HEAD >files
	same files <<-EOF
	release/$name/RELEASE.json
	release/$name/SHA256SUMS
	EOF
	[ -z "$(git -C ws status --porcelain)" ] ||
		complain "$(git -C ws status --porcelain)"
}

manifest() {
	must jq -e '.schema == 1 and .cohort == "2027-winter" and
		.artifact == "artifact_01" and .registry == "local" and
		(.crates | length == 32) and
		([.crates[].file] | . == sort and length == 32)' \
		"$dir/RELEASE.json"
	jq -c '.crates[6] | [.commit, .crate, .file, .handle, .published_at,
		.repository, .size, .tag, .version]' "$dir/RELEASE.json" >seventh
	same seventh <<-EOF
	["0000000000000000000000000000000000000007","kov-s07","kov-s07-0.1.0.crate","s07","2027-02-09T18:00:07Z","https://example.org/s07.git",23,"artifact_01/v0.1.0","0.1.0"]
	EOF
	[ "$(jq -r '.crates[] | "\(.sha256)  \(.file)"' "$dir/RELEASE.json")" = \
		"$(grep crate "$dir/SHA256SUMS")" ] ||
		complain 'the manifest and the sums differ'
}

holds() {
	unpack out.d || return 1
	[ "$(ls out.d)" = "$name" ] || complain 'not one folder'
	[ "$(find out.d -type f | wc -l)" -eq 34 ] || complain 'not 34 files'
	must diff -r -x '*.zst' "$dir" "out.d/$name"
	(cd "out.d/$name" && sha256sum -c --quiet --strict SHA256SUMS) ||
		complain 'what is unpacked is not what was packed'
}

again() {
	before=$(git -C ws rev-parse HEAD)
	cp "$dir/$name.tar.zst" first.zst
	COHORT_NOW=2028-01-01T00:00:00Z run -C ws release artifact_01
	is 0 && must cmp first.zst "$dir/$name.tar.zst"
	[ "$(git -C ws rev-parse HEAD)" = "$before" ] ||
		complain 'the same release again made a commit'
}

# another folder, another umask, other times of the files
elsewhere() {
	cp -R ws there
	rm -r "there/release/$name"
	find there/var/packages -exec touch -d 2001-01-01 {} +
	git -C there checkout -q .
	(umask 077 && run -C there release artifact_01) && is 0 &&
		must cmp first.zst "there/release/$name/$name.tar.zst"
}

# whatever is changed in the folder is put right
tampered() {
	echo x >>"$dir/kov-s03-0.1.0.crate"
	mustnt sums 2>/dev/null
	echo '{}' >"$dir/RELEASE.json"
	rm "$dir/SHA256SUMS" "$dir/kov-s04-0.1.0.crate"
	echo old >"$dir/kov-gone-0.0.1.crate"
	echo half >"$dir/.kov-s05.crate.tmp"
	run -C ws release artifact_01
	is 0 && must sums && must cmp first.zst "$dir/$name.tar.zst"
	mustnt test -e "$dir/kov-gone-0.0.1.crate"
	mustnt test -e "$dir/.kov-s05.crate.tmp"
	[ -z "$(git -C ws status --porcelain)" ] ||
		complain "$(git -C ws status --porcelain)"
}

# the store's own bytes: nothing is shipped, and nothing committed
damaged() {
	sum=$(jq -r '.publications[0].sha256' ws/artifacts/artifact_01/s09.json)
	ship 09 0.1.1 2027-02-10T18:00:00Z && commit
	new=$(jq -r '.publications[0].sha256' ws/artifacts/artifact_01/s09.json)
	before=$(git -C ws rev-parse HEAD)
	cp "ws/var/packages/$new.crate" kept
	echo x >>"ws/var/packages/$new.crate"
	run -C ws release artifact_01
	is 6 && same out </dev/null && same err <<-EOF
	cohort: '$PWD/ws/var/packages/$new.crate' is not what was published
	hint: cohort package @s09
	EOF
	rm "ws/var/packages/$new.crate"
	run -C ws release artifact_01
	is 6 && same err <<-EOF
	cohort: the bytes of kov-s09-0.1.1.crate are not here
	hint: cohort package @s09
	EOF
	[ "$(git -C ws rev-parse HEAD)" = "$before" ] ||
		complain 'a release that failed was committed'
	must cmp first.zst "$dir/$name.tar.zst"
	mv kept "ws/var/packages/$new.crate"
}

newer() {
	run -C ws release artifact_01 --json
	is 0 && must jq -e '.schema == 1 and .crates == 32 and
		.release == "2027-winter-artifact_01"' out
	[ "$(jq -r .archive_sha256 out)" = \
		"$(sha256sum "$(jq -r .archive out)" | cut -d' ' -f1)" ] ||
		complain 'not the sum of the archive'
	[ "$(jq .bytes out)" -eq "$(stat -c %s "$dir/$name.tar.zst")" ] ||
		complain 'not the size of the archive'
	must sums
	must test -e "$dir/kov-s09-0.1.1.crate"
	mustnt test -e "$dir/kov-s09-0.1.0.crate"
	mustnt cmp -s first.zst "$dir/$name.tar.zst"
}

named() {
	run -C ws release artifact_01 --name party
	is 0 && must test -s ws/release/party/party.tar.zst
	for bad in ../x a/b .hidden ''; do
		run -C ws release artifact_01 --name "$bad"
		is 2 && has err "'$bad' cannot name a release"
	done
}

nothing() {
	before=$(git -C ws rev-parse HEAD)
	run -C ws release artifact_02
	is 1 && same err <<-EOF
	cohort: no artifact_02 is published in 'local'
	hint: cohort publish --artifact artifact_02 --registry local
	EOF
	run -C ws release artifact_01 --registry crates.io
	is 1 && has err "no artifact_01 is published in 'crates.io'"
	run -C ws release artifact_04
	is 2 && has err "there is no artifact 'artifact_04'"
	[ "$(git -C ws rev-parse HEAD)" = "$before" ] || complain 'committed'
	mustnt test -e ws/release/2027-winter-artifact_02
}

check '32 crates, their sums and one archive, in one commit' makes
check 'the manifest says whose each is, and from where' manifest
check 'the archive holds all of it in one folder' holds
check 'again, a year later, it is the same bytes and no commit' again
check 'so it is in another place' elsewhere
check 'what was changed in the folder is put right' tampered
check 'bytes that are not what was published are never shipped' damaged
check 'a newer version takes the place of the older' newer
check 'it can have a name, which stays below release/' named
check 'where there is nothing to ship it says what to type' nothing
done_testing
