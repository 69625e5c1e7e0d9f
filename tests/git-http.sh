# shellcheck shell=sh
# Serve a folder of bare repositories over HTTP on loopback, as a forge does:
# nginx in front, fcgiwrap behind it, git's own http-backend at the end.
# Sourced after lib.sh or env.sh; needs no root and works as root.
#
#	git_http_start DIR [push]	DIR/x.git becomes $GIT_URL/x.git; with
#					`push`, anybody may push.  Sets GIT_PORT
#	git_http_stop			ends the newest; the others at exit
#
# GIT_HTTP_TLS, if set, is a folder with cert.pem and key.pem: it is https then.
# GIT_HTTP_EXTRA, if set, is put into nginx's server block: a location that
# is slow, redirects, asks for a password or answers nonsense.

TEST_AT_EXIT="${TEST_AT_EXIT:-} git_http_stop_all"
GIT_HTTP_COUNT=0
GIT_HTTP_PIDS=

# Two groups of processes; each PID is that of a group.
git_http_stop_all() {
	while [ -n "$GIT_HTTP_PIDS" ]; do
		git_http_stop
	done
}

# True while the group PGID has a process that is not a zombie.
git_http_lives() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v pgid="$1" '
		{ sub(/.*\) /, "") } # the name may hold anything
		$3 == pgid && $1 != "Z" { found = 1 }
		END { exit !found }'
}

git_http_end() {
	kill -s TERM -- "-$1" 2>/dev/null
	GIT_HTTP_TRY=0
	while git_http_lives "$1" && [ "$GIT_HTTP_TRY" -lt 60 ]; do
		GIT_HTTP_TRY=$((GIT_HTTP_TRY + 1))
		sleep 0.05
	done
	kill -s KILL -- "-$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

git_http_stop() {
	for GIT_HTTP_PID in ${GIT_HTTP_PIDS%%;*}; do
		git_http_end "$GIT_HTTP_PID"
	done
	GIT_HTTP_PIDS=${GIT_HTTP_PIDS#*;}
}

git_http_conf() {
	cat <<-EOT
	daemon off;
	worker_processes 1;
	pid $1/nginx.pid;
	error_log $1/error.log warn;
	$([ "$(id -u)" -ne 0 ] || echo "user root;")
	events { worker_connections 512; }
	http {
		access_log $1/access.log;
		client_body_temp_path $1/body;
		fastcgi_temp_path $1/fastcgi;
		proxy_temp_path $1/proxy;
		scgi_temp_path $1/scgi;
		uwsgi_temp_path $1/uwsgi;
		client_max_body_size 0;
		server {
			listen 127.0.0.1:$2 backlog=512${GIT_HTTP_TLS:+ ssl};
			${GIT_HTTP_TLS:+ssl_certificate $GIT_HTTP_TLS/cert.pem;}
			${GIT_HTTP_TLS:+ssl_certificate_key $GIT_HTTP_TLS/key.pem;}
			${GIT_HTTP_EXTRA:-}
			location / {
				fastcgi_pass unix:$1/fcgi.sock;
				fastcgi_buffering off;
				fastcgi_read_timeout 300;
				fastcgi_param SCRIPT_FILENAME $(git --exec-path)/git-http-backend;
				fastcgi_param GIT_HTTP_EXPORT_ALL 1;
				fastcgi_param GIT_PROJECT_ROOT $3;
				fastcgi_param GIT_CONFIG_NOSYSTEM 1;
				fastcgi_param GIT_CONFIG_GLOBAL /dev/null;
				fastcgi_param HOME $1;
				fastcgi_param PATH /usr/local/bin:/usr/bin:/bin;
				fastcgi_param PATH_INFO \$uri;
				fastcgi_param QUERY_STRING \$query_string;
				fastcgi_param REQUEST_METHOD \$request_method;
				fastcgi_param CONTENT_TYPE \$content_type;
				fastcgi_param CONTENT_LENGTH \$content_length;
				fastcgi_param REMOTE_ADDR \$remote_addr;
				${4:+fastcgi_param REMOTE_USER student;}
			}
		}
	}
	EOT
}

# nginx, once it listens; false if somebody else took the port meanwhile.
git_http_nginx() {
	PATH=$PATH:/usr/sbin:/sbin setsid nginx -e "$1/error.log" \
		-c "$1/nginx.conf" >>"$1/log" 2>&1 </dev/null &
	GIT_HTTP_PID=$!
	GIT_HTTP_TRY=0
	while ! [ -s "$1/nginx.pid" ]; do
		GIT_HTTP_TRY=$((GIT_HTTP_TRY + 1))
		if ! kill -0 "$GIT_HTTP_PID" 2>/dev/null ||
			[ "$GIT_HTTP_TRY" -gt 200 ]; then
			git_http_end "$GIT_HTTP_PID"
			return 1
		fi
		sleep 0.02
	done
}

git_http_start() {
	GIT_HTTP_COUNT=$((GIT_HTTP_COUNT + 1))
	GIT_HTTP_DIR=$TEST_ROOT/http-$GIT_HTTP_COUNT
	GIT_HTTP_REPOS=$(cd "$1" && pwd -P) || return 1
	mkdir "$GIT_HTTP_DIR" || return 1
	PATH=$PATH:/usr/sbin:/sbin setsid fcgiwrap -c "${GIT_HTTP_WORKERS:-16}" \
		-s "unix:$GIT_HTTP_DIR/fcgi.sock" \
		>"$GIT_HTTP_DIR/log" 2>&1 </dev/null &
	GIT_HTTP_FCGI=$!
	GIT_HTTP_PIDS="$GIT_HTTP_FCGI;$GIT_HTTP_PIDS"
	for GIT_HTTP_TRIES in 1 2 3 4 5; do
		GIT_PORT=$(free_port)
		git_http_conf "$GIT_HTTP_DIR" "$GIT_PORT" "$GIT_HTTP_REPOS" \
			"${2:-}" >"$GIT_HTTP_DIR/nginx.conf"
		if git_http_nginx "$GIT_HTTP_DIR"; then
			GIT_HTTP_PIDS="$GIT_HTTP_PID $GIT_HTTP_PIDS"
			# shellcheck disable=SC2034
			GIT_URL=http${GIT_HTTP_TLS:+s}://127.0.0.1:$GIT_PORT
			return 0
		fi
	done
	echo "nginx does not start after $GIT_HTTP_TRIES tries:" >&2
	cat "$GIT_HTTP_DIR/log" "$GIT_HTTP_DIR/error.log" >&2
	return 1
}
