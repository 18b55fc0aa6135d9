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
programs() { (shopt -s nullglob; printf '%s\n' "$1"/usr/lib/postgresql/*/bin) | sort -V | tail -n 1; }
if [ "$(cat "$target/suite" 2>/dev/null)" = "$suite" ]; then programs "$target"; exit 0; fi

mkdir -p "$(dirname "$target")"
made=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$made"' EXIT
chmod 755 "$made"
log=$made/log
: >"$log"
failed() { tail -n 20 "$log" >&2 || true; echo "newest_postgresql: $1" >&2; exit 1; }

# The machine's own mirror and apt settings (proxies, authentication); only the suite is another, and nothing counts as
# installed. A mirror may be behind: that is no matter for a test.
. /etc/os-release
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $VERSION_CODENAME" "Origin: Debian" | sed -n 1p)
[ -n "$mirror" ] || failed "apt knows no mirror of Debian $VERSION_CODENAME; is an apt-get update missing?"
mkdir -p "$made"/apt/{lists,archives}/partial
: >"$made/apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$made/apt/sources.list"
apt_get() {
    apt-get -q -y -o Dir::Etc::SourceList="$made/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null -o APT::Default-Release= \
        -o Dir::State="$made/apt" -o Dir::State::Lists="$made/apt/lists" -o Dir::State::Status="$made/apt/status" \
        -o Dir::Cache="$made/apt" -o Dir::Cache::Archives="$made/apt/archives" -o Dir::Log="$made/apt" \
        -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o Acquire::Retries=3 \
        -o APT::Sandbox::User= -o APT::Update::Error-Mode=any -o Debug::NoLocking=true "$@" >>"$log" 2>&1
}
apt_get update || failed "no list of packages of Debian $suite from the machine's mirror"
apt_get install --no-install-recommends --download-only postgresql ||
    failed "PostgreSQL of Debian $suite cannot be fetched from the machine's mirror"
for package in "$made"/apt/archives/*.deb; do
    dpkg-deb -x "$package" "$made" 2>>"$log" || failed "$package cannot be unpacked"
done
rm -rf "$made/apt"

# Each program is replaced by a script that starts it with its own loader and libraries, and with its own name: initdb
# looks for postgres, and all of them for their share folder, where they themselves are. Paths are those of `target`.
bin=$(programs "$made")
loader=$(cd "$made" && printf '%s\n' usr/lib/*/ld-linux*.so.* | sed -n 1p)
if [ ! -x "$bin/postgres" ] || [ ! -x "$made/$loader" ]; then failed "Debian $suite has its files elsewhere"; fi
there=$target/${bin#"$made/"}
mkdir "$bin.real"
for program in "$bin"/*; do
    name=${program##*/}
    mv "$program" "$bin.real/$name"
    cat >"$program" <<END
#!/bin/sh
LOCPATH=$target/usr/lib/locale exec "$target/$loader" --library-path "$target/${loader%/*}" --argv0 "$there/$name" \\
    "$there.real/$name" "\$@"
END
    chmod 755 "$program"
done
echo "$suite" >"$made/suite"
rm -rf "$target"
mv -T "$made" "$target"
trap - EXIT
echo "$there"
