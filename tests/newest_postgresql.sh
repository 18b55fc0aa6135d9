#!/usr/bin/env bash
# The PostgreSQL of a newer Debian in a folder, next to the one that is installed: its packages, unpacked, and programs
# that run with the libraries of that folder. Nothing is installed, and no root is needed. Prints the programs' folder.
#
#   tests/newest_postgresql.sh [FOLDER]          default: build/postgresql-newest; made once, remove it for a newer one
#   RINGFENCE_NEWEST_SUITE=sid                   another suite of Debian than testing
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
target=$(realpath -m "${1:-build/postgresql-newest}")
suite=${RINGFENCE_NEWEST_SUITE:-testing}
. tests/newer_debian.sh
programs() { (shopt -s nullglob; printf '%s\n' "$1"/usr/lib/postgresql/*/bin) | sort -V | tail -n 1; }
if made_before; then programs "$target"; exit 0; fi

unpack postgresql
bin=$(programs "$made")
[ -x "$bin/postgres" ] || failed "Debian $suite has its files elsewhere"
(cd "$made" && printf '%s\0' "${bin#"$made/"}"/*) | { mapfile -d '' -t all; wrap "${all[@]}"; }
finish
programs "$target"
