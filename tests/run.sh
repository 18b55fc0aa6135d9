#!/usr/bin/env bash
# Everything that must hold: installs what is missing, builds, runs the unit tests and the tests with real servers
# and clients. Ends with one line that counts them.
#
#   tests/run.sh [--preset dev|asan|tsan|release] [--only unit|integration] [arguments for pytest]
set -euo pipefail
cd "$(dirname "$0")/.."

preset=dev only=
while [ $# -gt 0 ]; do
    case $1 in
        --preset) preset=${2:?a preset}; shift 2 ;;
        --only) only=${2:?unit or integration}; shift 2 ;;
        -h|--help) sed -n 2,5p "$0"; exit 0 ;;
        *) break ;;
    esac
done
case $only in ""|unit|integration) ;; *) echo "run: --only unit or --only integration" >&2; exit 2 ;; esac

if [ "$only" = unit ]; then tests/setup.sh build; else tests/setup.sh build server clients; fi

build=build/$preset
results=$build/results
step() { printf '\n== %s (%s)\n' "$1" "$(date +%T)"; }

step "configure and build, preset $preset"
mkdir -p build
cmake --preset "$preset" >"$build.configure.log" 2>&1 || { cat "$build.configure.log"; exit 1; }
cmake --build "$build" -- --quiet
rm -rf "$results" && mkdir -p "$results"

failed=0
if [ "$only" != integration ]; then
    step "unit tests"
    ctest --test-dir "$build" --output-on-failure -j "$(nproc)" --timeout 300 \
        --output-junit "$PWD/$results/unit.xml" >"$results/unit.log" 2>&1 ||
        { failed=1; grep -vE '^ +Start | Passed ' "$results/unit.log" || true; }
    tail -n 3 "$results/unit.log"
fi
if [ "$only" != unit ]; then
    step "integration tests"
    RINGFENCE=$PWD/$build/proxy/ringfence timeout --kill-after=30 2700 \
        /usr/bin/python3 -m pytest tests/integration --junitxml="$results/integration.xml" "$@" || failed=1
fi

step "result"
/usr/bin/python3 tests/count.py "$results"/*.xml || failed=1
exit $failed
