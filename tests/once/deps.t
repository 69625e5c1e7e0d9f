#!/bin/sh
# What `make deps` does to a machine, on one whose apt-get is ours.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

unshare -rm true 2>/dev/null || skip 'cannot mount here'
[ ! -L /usr/sbin ] || skip '/usr/sbin is a link'

# Asked as maintainer scripts ask: by init script, by unit, and for others.
cat >apt-get <<'EOF'
#!/bin/sh
[ "$1" = install ] || exit 0
echo "$@" >>"$SEEN/apt"
for ask in 'nginx start' '--quiet nginx start 2' 'fcgiwrap.socket start' \
	'cron restart' 'nginx-other start'; do
	# shellcheck disable=SC2086
	/usr/sbin/policy-rc.d $ask
	echo "$? $ask" >>"$SEEN/policy"
done
cp /usr/sbin/policy-rc.d "$SEEN/left"
[ -e "$SEEN/fails" ] && exit 100
for tool in nginx fcgiwrap; do
	printf '#!/bin/sh\n' >"/usr/sbin/$tool" && chmod 755 "/usr/sbin/$tool"
done
EOF
for tool in update-rc.d systemctl; do
	printf '#!/bin/sh\necho "%s $*" >>"$SEEN/boot"\n' "$tool" >"$tool"
done
chmod 755 apt-get update-rc.d systemctl

# bare [COMMAND]: on a machine without /usr/sbin's programs, run COMMAND, then
# .ci/deps; its status is kept
bare() {
	rm -rf seen && mkdir seen
	[ -z "${fails:-}" ] || : >seen/fails
	SEEN=$PWD/seen PATH=$PWD:/usr/bin:/bin unshare -rm sh -c "
		mount -t tmpfs none /usr/sbin && ${1:-:} && '$ROOT/.ci/deps' serve
		echo \$? >seen/status; ls -A /usr/sbin >seen/sbin
		cat /usr/sbin/policy-rc.d >seen/policy-after 2>/dev/null
		:" >seen/out 2>seen/err
}

starts_nothing() {
	bare
	[ "$(cat seen/status)" -eq 0 ] || complain "$(cat seen/err)"
	same seen/policy <<-EOF
	101 nginx start
	101 --quiet nginx start 2
	101 fcgiwrap.socket start
	0 cron restart
	0 nginx-other start
	EOF
	printf 'fcgiwrap\nnginx\n' | same seen/sbin
}

nor_at_boot() {
	same seen/boot <<-EOF
	update-rc.d nginx disable
	update-rc.d fcgiwrap disable
	systemctl --quiet disable fcgiwrap.socket
	EOF
}

keeps_theirs() {
	bare 'printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d &&
		chmod 755 /usr/sbin/policy-rc.d'
	[ "$(cat seen/status)" -eq 0 ] || complain "$(cat seen/err)"
	[ "$(grep -c '^101' seen/policy)" -eq 5 ] ||
		complain 'not the policy that was there'
	printf '#!/bin/sh\nexit 101\n' | same seen/policy-after
}

failed() {
	fails=1
	bare
	[ "$(cat seen/status)" -eq 1 ] || complain "status $(cat seen/status)"
	has seen/err 'deps: this failed: apt-get install -y'
	same seen/sbin </dev/null
}

# whoever is killed leaves a policy that lets everything be, once
killed() {
	starts_nothing
	sed 's/\[ -d .* \]/[ -d none ]/' seen/left >left && chmod 755 left
	run_left=$(./left nginx start && echo allowed)
	[ "$run_left" = allowed ] || complain 'it still refuses'
	mustnt test -e left
}

nothing_missing() {
	bare 'cp /bin/true /usr/sbin/nginx && cp /bin/true /usr/sbin/fcgiwrap'
	[ "$(cat seen/status)" -eq 0 ] || complain "$(cat seen/err)"
	mustnt test -e seen/apt
	mustnt test -e seen/boot
}

# a person without the right to install gets two commands to type
by_hand() {
	mkdir -p nobody
	printf '#!/bin/sh\necho 1000\n' >nobody/id
	printf '#!/bin/sh\nexit 1\n' >nobody/sudo
	chmod 755 nobody/*
	bare 'PATH=$PWD/nobody:$PATH'
	[ "$(cat seen/status)" -eq 1 ] || complain "status $(cat seen/status)"
	tr -d '\t' <seen/err >said
	same said <<-EOF
	deps: packages are missing, and installing needs root; run
	sudo apt-get update && sudo apt-get install -y --no-install-recommends nginx-light fcgiwrap
	deps: Debian starts nginx fcgiwrap then; to stop that:
	sudo systemctl disable --now nginx fcgiwrap.socket fcgiwrap
	EOF
	mustnt test -e seen/apt
}

check 'installing a server starts none, and no other is kept from it' starts_nothing
check 'nor does it at boot' nor_at_boot
check 'a policy that the machine has is left alone' keeps_theirs
check 'an install that fails leaves no policy' failed
check 'one that was killed leaves one without effect' killed
check 'who cannot install is told what to type, and what starts then' by_hand
check 'where nothing is missing nothing is done' nothing_missing
done_testing
