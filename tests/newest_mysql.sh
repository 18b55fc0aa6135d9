#!/usr/bin/env bash
# The MySQL of a newer Debian in a folder: server, clients and MySQL Router, and programs that run with the libraries of
# that folder. Debian 12 and 13 have MariaDB only. Nothing is installed, and no root is needed. Prints the programs' folder.
#
#   tests/newest_mysql.sh [FOLDER]               default: build/mysql-newest; made once, remove it for a newer one
#   RINGFENCE_MYSQL_SUITE=sid                    the suite of Debian; stable and testing may have none
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
target=$(realpath -m "${1:-build/mysql-newest}")
suite=${RINGFENCE_MYSQL_SUITE:-sid}
. tests/newer_debian.sh
if made_before; then echo "$target/usr/bin"; exit 0; fi

unpack mysql-server-core mysql-client-core mysql-router
programs=(mysqld mysql mysqladmin mysqldump mysqlimport mysqlshow mysqlslap mysqlrouter)
mv "$made/usr/sbin/mysqld" "$made/usr/bin/" 2>>"$log" || failed "Debian $suite has its files elsewhere"
for program in "${programs[@]}"; do
    [ -x "$made/usr/bin/$program" ] || failed "the packages of Debian $suite have no $program"
done
# MySQL Router's own libraries are beside the others, where its plugins look for them.
(cd "$made/${loader%/*}" && ln -s ../mysql-router/*.so.* .) || failed "Debian $suite has its files elsewhere"
wrap "${programs[@]/#/usr/bin/}"
finish
echo "$target/usr/bin"
