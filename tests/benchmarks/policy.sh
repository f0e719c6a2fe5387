# policy.p50_ns.N (the slowest shape of that size, a line a peer), policy.allocations, policy.compile_us.6k,
# policy.glob_bomb_us, policy.no_new_access_ms.p99. Sourced by tests/bench.
#
# The peers, Cedar and Open Policy Agent, are programs over their libraries: peers/cedar (cargo) and peers/opa (go).
# They are built once, in build-bench/peers, from their registries. Each reads the same policies and requests, and
# fails if any of its verdicts is not ours.

peer_cedar_build() { # BINARY
    command -v cargo >/dev/null || { skip "policy against cedar: no cargo"; return 1; }
    echo "bench: building the peer cedar (some minutes when it is the first time)" >&2
    CARGO_TARGET_DIR=$build/peers/cedar.target CARGO_NET_RETRY=1 timeout 1800 cargo build --quiet --release --locked \
        --manifest-path "$top/tests/benchmarks/peers/cedar/Cargo.toml" >"$build/peers/cedar.log" 2>&1 &&
        cp "$build/peers/cedar.target/release/remit-bench-cedar" "$1" && return
    skip "policy against cedar: it could not be built; $build/peers/cedar.log says why"
    return 1
}

peer_opa_build() { # BINARY
    command -v go >/dev/null || { skip "policy against opa: no go"; return 1; }
    echo "bench: building the peer opa (a minute or two when it is the first time)" >&2
    (cd "$top/tests/benchmarks/peers/opa" && GOTOOLCHAIN=local timeout 1800 go build -mod=readonly -o "$1" .) \
        >"$build/peers/opa.log" 2>&1 && return
    skip "policy against opa: it could not be built; $build/peers/opa.log says why"
    return 1
}

slowest() { # SIZE FILE: of lines "literal-100-conditions p50_ns 120 ..."
    awk -v size="$1" '{ split($1, name, "-") } name[2] == size && $3 > worst { worst = $3 } END { print worst }' "$2"
}

policy_peer() { # PEER
    local peer=$1 size
    mkdir -p "$build/peers"
    "peer_${peer}_build" "$build/peers/$peer" || return 0
    if ! "$build/peers/$peer" "$work/cases" >"$work/policy.$peer"; then
        fail "policy: $peer gave no figures"
        return 0
    fi
    [ -z "${REMIT_BENCH_DETAILS:-}" ] || sed "s/^/$peer /" "$work/policy.$peer" >&2
    for size in 5 100 1000 10000; do
        figure "policy.p50_ns.$size" "$(awk -v n="policy.p50_ns.$size" '$1 == n { print $2 }' "$work/policy")" ns \
            "$peer" "$(slowest $size "$work/policy.$peer")" less
    done
}

policy() {
    local name value unit peer bench=$build/tests/benchmarks/policy_bench PATH=$PATH:$HOME/.cargo/bin:/usr/local/go/bin
    "$build/tests/benchmarks/proof_bench" >"$work/proof" || skip "policy: proof_bench ended with an error"
    "$bench" >"$work/policy" || { skip "policy: policy_bench ended with an error"; return; }
    [ -z "${REMIT_BENCH_DETAILS:-}" ] || grep -v '^policy\.' "$work/policy" >&2
    if "$bench" --dump "$work/cases" >/dev/null; then
        for peer in cedar opa; do policy_peer $peer; done >"$work/policy.peers"
        cat "$work/policy.peers"
    else
        fail "policy: policy_bench could not write its cases"
    fi
    while read -r name value unit; do
        # printed with its peers already, unless there are none here
        grep -qsF "$name $value " "$work/policy.peers" || figure "$name" "$value" "$unit" - - less
    done < <(grep -h '^policy\.' "$work/policy" "$work/proof")
}

policy
