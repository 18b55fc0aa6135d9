#!/usr/bin/env bash
# Installs what building, testing or trying ringfence needs on Debian 12 or 13: only what is missing, as root or with
# sudo, and without starting any service of the distribution.
#
#   tests/setup.sh [build] [server] [clients] [bench] [fuzz]        default: build server clients
set -euo pipefail

declare -A packages=(
    [build]="ca-certificates git g++ cmake ninja-build ccache pkg-config libssl-dev libpq-dev libyaml-cpp-dev libspdlog-dev
             libfmt-dev nlohmann-json3-dev libcli11-dev prometheus-cpp-dev libpg-query-dev libprotobuf-c-dev
             libxxhash-dev libsystemd-dev zlib1g-dev libzstd-dev libgtest-dev libgmock-dev python3"
    [server]="postgresql postgresql-contrib mariadb-server openssl procps curl ca-certificates python3"
    [clients]="python3-pytest python3-psycopg2 python3-psycopg python3-asyncpg python3-yaml python3-sqlalchemy
               python3-alembic python3-django libpostgresql-jdbc-java
               default-jdk-headless nodejs npm sqlsmith mariadb-test-data
               python3-cryptography python3-zstandard python3-pymysql python3-mysqldb mariadb-client libmariadb-java
               sysbench"
    [bench]="pgbouncer haproxy postgresql-contrib mariadb-server sysbench python3 python3-cryptography python3-zstandard"
    [fuzz]="clang-14 libclang-rt-14-dev"
)
# A program that is there already counts, whichever package brought it.
declare -A programs=(
    [g++]=g++ [cmake]=cmake [ninja-build]=ninja [ccache]=ccache [pkg-config]=pkg-config [git]=git [openssl]=openssl
    [procps]=ps [curl]=curl [default-jdk-headless]=javac [nodejs]=node [npm]=npm
    [pgbouncer]=pgbouncer [haproxy]=haproxy
)
# The Python of the packages below, wherever the PATH leads.
export PATH="$PATH:/usr/sbin:/sbin"

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

present() {
    if [ -n "${programs[$1]:-}" ]; then command -v "${programs[$1]}" >/dev/null; else installed "$1"; fi
}

boost_package() {    # the oldest Boost that will do; Debian 12 calls it by number
    if installed libboost-dev || installed libboost1.81-dev; then return; fi
    . /etc/os-release
    if [ "${VERSION_ID:-0}" = 12 ]; then echo libboost1.81-dev; else echo libboost-dev; fi
}

pgaudit_package() {  # each server has its own; the newest one that is here runs the tests
    local initdb version
    initdb=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
    [ -e "$initdb" ] || return 0
    version=${initdb#/usr/lib/postgresql/}
    installed "postgresql-${version%%/*}-pgaudit" || echo "postgresql-${version%%/*}-pgaudit"
}

missing=()
for group in "${@:-build server clients}"; do
    for name in $group; do
        [ -n "${packages[$name]:-}" ] || { sed -n 2,6p "$0" >&2; exit 2; }
        for package in ${packages[$name]}; do
            present "$package" || missing+=("$package")
        done
        [ "$name" != build ] || for package in $(boost_package); do missing+=("$package"); done
        [ "$name" != clients ] || for package in $(pgaudit_package); do missing+=("$package"); done
    done
done
[ ${#missing[@]} -gt 0 ] || exit 0

root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup: missing ${missing[*]}; install them, or run as root" >&2; exit 1; }
    root=(sudo)
fi
as_root() { "${root[@]}" "$@"; }
apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; exit 1; }
}

log=$(mktemp)
cluster_conf=/etc/postgresql-common/createcluster.conf
undo() {
    [ -z "${held_start:-}" ] || as_root rm -f /usr/sbin/policy-rc.d
    [ -z "${held_cluster:-}" ] || as_root sed -i '/^create_main_cluster = false  # setup$/d' "$cluster_conf"
    rm -f "$log"
}
trap undo EXIT

echo "setup: installing ${missing[*]}"
apt_get update
if [ ! -e /usr/sbin/policy-rc.d ]; then          # no service of the distribution starts by itself
    printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
    as_root chmod 755 /usr/sbin/policy-rc.d
    held_start=1
fi
if [[ " ${missing[*]} " == *" postgresql "* ]] && ! installed postgresql-common; then
    apt_get install --no-install-recommends postgresql-common
    echo 'create_main_cluster = false  # setup' | as_root tee -a "$cluster_conf" >/dev/null
    held_cluster=1
fi
apt_get install --no-install-recommends "${missing[@]}"
if [[ " ${missing[*]} " == *" postgresql "* && " ${missing[*]} " == *" sqlsmith "* ]]; then
    for package in $(pgaudit_package); do apt_get install --no-install-recommends "$package"; done
fi
