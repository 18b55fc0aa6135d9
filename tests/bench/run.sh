#!/usr/bin/env bash
# What does ringfence cost? Starts a private PostgreSQL and, in front of it, HAProxy (TCP mode), PgBouncer and ringfence;
# runs the same work through each in turn, and prints a Markdown table. Then the same with MariaDB, HAProxy and MySQL Router.
# About five minutes each.
#
#   tests/bench/run.sh [--engine postgresql|mysql|all] [--rounds N] [--seconds N] [--clients N]
#
# On a machine that does other things, too, believe the CPU time per transaction rather than the transactions per second.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/setup.sh build server bench
export RINGFENCE=${RINGFENCE:-$PWD/build/release/proxy/ringfence}
if [ ! -x "$RINGFENCE" ]; then
    cmake --preset release -DRINGFENCE_TESTS=OFF >&2
    cmake --build --preset release --target ringfence >&2
fi
exec /usr/bin/python3 tests/bench/bench.py "$@"
