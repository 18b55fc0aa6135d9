#!/usr/bin/env bash
# Builds the fuzzers and runs each in turn, from its seeds and from what earlier runs found (build/fuzz/corpus).
# Ends with the first crash; the input that did it lies in build/fuzz.
#
#   tests/fuzz/run.sh [SECONDS each, default 60] [NAME…]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
case $seconds in *[!0-9]*|"") sed -n 2,5p "$0"; exit 2 ;; esac
[ $# -eq 0 ] || shift

tests/setup.sh build fuzz
cmake --preset fuzz >build/fuzz.log 2>&1 || { tail -n 20 build/fuzz.log; exit 1; }
cmake --build --preset fuzz -- --quiet
[ $# -gt 0 ] || set -- $(cd tests/fuzz/seeds && ls)
for name in "$@"; do
    mkdir -p "build/fuzz/corpus/$name"
    printf '== %s, %s s\n' "$name" "$seconds"
    "build/fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name" "tests/fuzz/seeds/$name" >"build/fuzz/$name.log" 2>&1 ||
        { tail -n 40 "build/fuzz/$name.log"; exit 1; }
    grep -E 'number_of_executed_units|peak_rss_mb' "build/fuzz/$name.log"
done
