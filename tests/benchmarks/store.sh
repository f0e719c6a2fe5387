# store.{commits,gets}.{ram,lmdb}.THREADS: commits (synced to the disk by lmdb) and gets per second. The peer of many
# threads is one thread of the same store. Sourced by tests/bench.

store() {
    local folder
    folder=$(mktemp -d "$build/store.XXXXXX") || return # on the tree's disk: /tmp may be memory
    "$build/tests/benchmarks/store_bench" "$folder" "$seconds" || skip "store: store_bench ended with an error"
    rm -rf "$folder"
}

store
