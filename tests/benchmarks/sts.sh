# sts.get_caller_identity_rps: signed calls answered per second by one remit-control, eight connections that stay open,
# the load on the same machine. There is no peer: nothing else here verifies SigV4. Sourced by tests/bench.

sts() {
    local url port rps p50 p99
    mkfifo "$work/ready"
    exec 6<>"$work/ready"
    "$build/control/remit-control" --state "$work/control" --listen 127.0.0.1:0 --account 123456789012 --region us-east-1 \
        --ready-fd 6 --log-level error 2>"$work/control.log" &
    pids+=($!)
    read -r -t 20 url <&6 || { skip "sts: remit-control did not start ($(tail -n 1 "$work/control.log"))"; return; }
    exec 6>&-
    port=${url##*:}
    read -r rps p50 p99 <<<"$("$build/tests/benchmarks/sts_bench" 127.0.0.1 "$port" us-east-1 \
        "$work/control/root-access-key" 8 "$seconds")"
    [ -n "$rps" ] || { skip "sts: the load ended with an error"; return; }
    figure sts.get_caller_identity_rps "$rps" 1/s - - more
    figure sts.get_caller_identity_p50_us "$p50" us - - less
    figure sts.get_caller_identity_p99_us "$p99" us - - less
}

sts
