# credentials.rps and credentials.p99_us: a worker against a bare libmicrohttpd and nginx, same bytes, same load.
# Sourced by tests/bench.

load() { # URL TOKEN: prints "rps p99_us" of wrk
    wrk -t 1 -c 16 -d "${seconds}s" --latency -H "Authorization: $2" "$1" >"$work/wrk" 2>&1
    if grep -q 'Non-2xx' "$work/wrk"; then
        cat "$work/wrk" >&2
        echo "0 0"
        return
    fi
    awk '/Requests\/sec/ { rps = $2 }
         /^ *99%/ { p = $2; if (p ~ /us$/) p += 0; else if (p ~ /ms$/) p *= 1000; else p *= 1000000 }
         END { printf "%d %d\n", rps, p }' "$work/wrk"
}

credentials() {
    local stage_pid peer_pid peer_port rest port path token body mine peer
    mkdir -p "$work/m"
    "$build/metadata/remit-metadata" --dir "$work/m" --control 127.0.0.1:1 --log-level error 2>"$work/metadata.log" &
    pids+=($!)
    for _ in $(seq 1 100); do [ -S "$work/m/metadata.sock" ] && break; sleep 0.05; done
    # Both programs end with their standard input; nobody else may hold its other end.
    mkfifo "$work/hold" && exec 7<>"$work/hold"
    "$build/tests/benchmarks/credentials_stage" "$work/m" "$work/body.json" <"$work/hold" >"$work/stage.out" 7>&- &
    stage_pid=$!
    for _ in $(seq 1 100); do [ -s "$work/stage.out" ] && break; sleep 0.05; done
    read -r port path token body <"$work/stage.out" || { skip "credentials: no worker ($(tail -n 1 "$work/metadata.log"))"; return; }
    "$build/tests/benchmarks/microhttpd_peer" "$body" <"$work/hold" >"$work/peer.out" 7>&- &
    peer_pid=$!
    for _ in $(seq 1 100); do [ -s "$work/peer.out" ] && break; sleep 0.05; done
    read -r peer_port rest <"$work/peer.out"
    # each side twice, in turn: the better run of each counts, so that a noisy neighbour hits neither alone
    mine=$(best "http://127.0.0.1:$port$path" "$token" "http://127.0.0.1:$peer_port$path")
    read -r my_rps my_p99 peer_rps peer_p99 <<<"$mine"
    figure credentials.rps "$my_rps" 1/s microhttpd "$peer_rps" more
    figure credentials.p99_us "$my_p99" us microhttpd "$peer_p99" less
    if nginx_start "$body"; then
        mine=$(best "http://127.0.0.1:$port$path" "$token" "http://127.0.0.1:$nginx_port/credentials")
        read -r my_rps my_p99 peer_rps peer_p99 <<<"$mine"
        figure credentials.rps "$my_rps" 1/s nginx "$peer_rps" more
        figure credentials.p99_us "$my_p99" us nginx "$peer_p99" less
    else
        skip "credentials against nginx: no nginx here"
    fi
    exec 7>&-
    wait "$stage_pid" "$peer_pid"
}

best() { # URL TOKEN PEER-URL: "rps p99 peer-rps peer-p99"
    local a b c d
    a=$(load "$1" "$2") b=$(load "$3" "$2") c=$(load "$1" "$2") d=$(load "$3" "$2")
    better() { awk -v x="$1" -v y="$2" 'BEGIN { split(x, p); split(y, q); print (p[1] + 0 >= q[1] + 0) ? x : y }'; }
    echo "$(better "$a" "$c") $(better "$b" "$d")"
}

nginx_start() { # BODY-FILE: one worker process, the bytes from its own memory map, no log
    command -v nginx >/dev/null || return 1
    nginx_port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    mkdir -p "$work/nginx/html"
    cp "$1" "$work/nginx/html/credentials"
    cat >"$work/nginx/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $work/nginx/pid;
error_log $work/nginx/error.log;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 100000000;
    open_file_cache max=10;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path $work/nginx/a; proxy_temp_path $work/nginx/b; fastcgi_temp_path $work/nginx/c;
    uwsgi_temp_path $work/nginx/d; scgi_temp_path $work/nginx/e;
    server {
        listen 127.0.0.1:$nginx_port;
        location / { default_type application/json; root $work/nginx/html; }
    }
}
CONF
    chmod 755 "$work" "$work/nginx" "$work/nginx/html"
    nginx -c "$work/nginx/nginx.conf" -p "$work/nginx" 2>"$work/nginx/start.log" 7>&- &
    pids+=($!)
    for _ in $(seq 1 60); do
        curl -sf -o /dev/null "http://127.0.0.1:$nginx_port/credentials" && return 0
        sleep 0.05
    done
    tail -n 3 "$work/nginx/start.log" "$work/nginx/error.log" >&2
    return 1
}

credentials
