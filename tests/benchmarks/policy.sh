# policy.p50_ns.N (the slowest shape of that size), policy.allocations, policy.compile_us.6k, policy.glob_bomb_us.
# Sourced by tests/bench.

policy() {
    local name value unit
    "$build/tests/benchmarks/proof_bench" >"$work/proof" || skip "policy: proof_bench ended with an error"
    "$build/tests/benchmarks/policy_bench" >"$work/policy" || { skip "policy: policy_bench ended with an error"; return; }
    while read -r name value unit; do
        figure "$name" "$value" "$unit" - - less
    done < <(grep -h '^policy\.' "$work/policy" "$work/proof")
}

policy
