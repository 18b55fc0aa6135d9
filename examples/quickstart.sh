#!/usr/bin/env bash
# A shop of four services on a private PostgreSQL server and a private MariaDB server, and ringfence in front of both.
# Installs what it needs, builds, shows what is allowed and what is not, and stays up until Ctrl-C. Leaves nothing behind
# but the build.
#
#   examples/quickstart.sh            look around
#   examples/quickstart.sh --check    nobody watches: fail if anything is not as said
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

check=
case ${1:-} in
    --check) check=1 ;;
    "") ;;
    *) sed -n 2,7p "$0"; exit 2 ;;
esac

# What the reader sees.
if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
fail() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# --- Install and build -----------------------------------------------------------------------------------------------
tests/setup.sh build server
ringfence=${RINGFENCE:-$root/build/release/proxy/ringfence}
if [ ! -x "$ringfence" ]; then
    say "Building ringfence (once; a few minutes)"
    mkdir -p build
    cmake --preset release -DRINGFENCE_TESTS=OFF >build/quickstart.log 2>&1 || { tail -n 20 build/quickstart.log; exit 1; }
    cmake --build --preset release --target ringfence >>build/quickstart.log 2>&1 || { tail -n 20 build/quickstart.log; exit 1; }
fi

# --- A folder, an unprivileged user, free ports ----------------------------------------------------------------------
work=$(mktemp -d /tmp/ringfence-quickstart.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then
    user=$(id -un postgres 2>/dev/null || echo nobody)
    as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
    chown "$user" "$work"
fi
run() { "${as[@]}" env -u PGSERVICE -u PGOPTIONS HOME="$work" LC_ALL=C.UTF-8 "$@"; }

pids=()
cleanup() {
    trap - EXIT INT TERM
    # PostgreSQL waits for its clients with one of them; MariaDB hears the other only.
    for pid in "${pids[@]}"; do kill -INT "$pid" 2>/dev/null && kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
wait_for() {    # wait_for SECONDS WHAT COMMAND…
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ $SECONDS -ge $end ]; then tail -n 20 "$work"/*.log >&2 || true; fail "$what"; fi
        sleep 0.1
    done
}
bin=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
db_port=$(free_port) port=$(free_port) my_port=$(free_port) admin_port=$(free_port)
backend_password=$(openssl rand -hex 16)

# --- The shop's databases --------------------------------------------------------------------------------------------
# One login of ringfence's at each server, which may do all: the worst case, in which nothing else stands between the services.
say "Starting a private PostgreSQL with the shop"
run "$bin/initdb" -D "$work/db" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$work/initdb.log"
printf 'host all all 127.0.0.1/32 scram-sha-256\nlocal all all trust\n' | run tee "$work/db/pg_hba.conf" >/dev/null
"${as[@]}" "$bin/postgres" -D "$work/db" -p "$db_port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$work" \
    -c fsync=off >"$work/postgres.log" 2>&1 &
pids+=($!)
admin_psql() { run "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$work" -p "$db_port" -U postgres "$@"; }
wait_for 30 "PostgreSQL did not start" admin_psql -d postgres -c 'SELECT 1'
admin_psql -d postgres -c 'CREATE DATABASE shop' -c "CREATE ROLE ringfence LOGIN SUPERUSER PASSWORD '$backend_password'"
admin_psql -d shop <examples/shop/shop.sql
admin_psql -d shop -A -t -F ' ' -c "SELECT '  ' || oid::regclass, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('users', 'catalog', 'orders', 'billing') ORDER BY 1" |
    awk '{printf "  %-22s %6d rows\n", $1, $2}'

say "Starting a private MariaDB with the same shop"
run mariadb-install-db --no-defaults --datadir="$work/my" --skip-test-db --auth-root-authentication-method=normal \
    >"$work/mariadb-install.log" 2>&1
"${as[@]}" /usr/sbin/mariadbd --no-defaults --datadir="$work/my" --socket="$work/my.sock" --skip-networking \
    --pid-file="$work/my.pid" >"$work/mariadb.log" 2>&1 &
pids+=($!)
admin_mariadb() { run mariadb --no-defaults --socket="$work/my.sock" -u root "$@"; }
wait_for 30 "MariaDB did not start" admin_mariadb -e 'SELECT 1'
admin_mariadb -e "CREATE USER ringfence@localhost IDENTIFIED BY '$backend_password'; GRANT ALL ON *.* TO ringfence@localhost"
admin_mariadb <examples/shop/shop-mysql.sql

# --- Policies, credentials, configuration ----------------------------------------------------------------------------
last_day=$(date -u -d '+30 days' +%F)
cp -r examples/shop/policies "$work/policies"
sed -i "s/until: .*/until: $last_day/" "$work/policies/services/user-service.yaml"    # the share of the example, from today
{
    echo "services:"
    for login in orders users billing catalog; do
        verifier() { printf '%s-secret' "$login" | "$ringfence" hash-password --method "$1"; }    # one for each protocol
        echo "  $login: {verifiers: [\"$(verifier scram)\", \"$(verifier caching-sha2)\"]}"
    done
    echo "servers:"
    for server in shop-pg shop-my; do echo "  $server: {user: ringfence, password: \"$backend_password\"}"; done
} >"$work/credentials.yaml"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$work/server.key" -out "$work/server.crt" 2>/dev/null
cat >"$work/ringfence.yaml" <<YAML
listen:
  postgresql: {address: 127.0.0.1, port: $port, tls: prefer}
  mysql:      {address: 127.0.0.1, port: $my_port, tls: prefer}
  admin:      {address: 127.0.0.1, port: $admin_port}
tls: {certificate: server.crt, key: server.key}
policies: policies/
credentials: credentials.yaml
servers:
  shop-pg: {host: 127.0.0.1, port: $db_port, tls: prefer, pool: {mode: session, size: 20}}
  shop-my: {host: $work/my.sock}
audit: {file: audit.jsonl}
YAML
chmod 600 "$work/credentials.yaml" "$work/server.key"
[ "$(id -u)" != 0 ] || chown -R "$user" "$work/policies" "$work"/*.yaml "$work"/server.*

say "Checking the policies and starting ringfence"
"$ringfence" check --config "$work/ringfence.yaml" || fail "the policies of the example have errors"
start_ringfence() {    # start_ringfence ARGUMENTS…
    "${as[@]}" "$ringfence" serve --config "$work/ringfence.yaml" "$@" >>"$work/ringfence.log" 2>&1 &
    proxy=$!
    pids+=("$proxy")
    wait_for 20 "ringfence did not start" curl -fs "http://127.0.0.1:$admin_port/readyz"
}
start_ringfence

# --- See it work -----------------------------------------------------------------------------------------------------
ask_psql() {    # ask_psql LOGIN SQL
    PGPASSWORD="$1-secret" run "$bin/psql" -X "host=localhost hostaddr=127.0.0.1 port=$port dbname=shop user=$1 sslmode=verify-full sslrootcert=$work/server.crt" -c "$2" 2>&1
}
ask_mariadb() {    # the same; its databases are called as the logins
    MYSQL_PWD="$1-secret" run mariadb --no-defaults --table -h 127.0.0.1 -P "$my_port" -u "$1" --ssl-ca="$work/server.crt" \
        --ssl-verify-server-cert -D "$1" -e "$2" 2>&1
}
client=psql
# show LOGIN SQL works|denied EXPECTED…: each EXPECTED must be in the answer.
show() {
    local login=$1 sql=$2 outcome=$3 answer status=0
    shift 3
    printf '%s%s=> %s%s\n' "$dim" "$login" "$sql" "$plain"
    answer=$("ask_$client" "$login" "$sql") || status=$?
    printf '%s\n' "$answer" | sed 's/^/  /'
    case $outcome in
        works) [ $status = 0 ] || fail "that should have worked" ;;
        denied) [ $status = 1 ] || fail "that should have been denied" ;;
    esac
    for expected in "$@"; do
        [[ $answer == *"$expected"* ]] || fail "the answer should say: $expected"
    done
}

say "1. order-service reads its own tables"
show orders "SELECT status, count(*) FROM orders GROUP BY status ORDER BY status" works "shipped"

say "2. ... and not those of user-service, which are on the same server"
show orders "SELECT email FROM users.accounts WHERE id = 7" denied \
    "ERROR:  ringfence: order-service may not read users.accounts" \
    'DETAIL:  schema "users" on shop-pg/shop is owned by user-service (team identity, #team-identity)' \
    "https://users.shop.example/openapi.json" "services/user-service.yaml"

say "3. What user-service publishes is there for everybody it names"
show orders "SELECT full_name FROM users_api_v1.accounts WHERE id = 7" works "(1 row)"

say "4. billing-service was lent two columns, until the end of $last_day"
show billing "SELECT a.email, i.total_cents FROM users.accounts a JOIN billing.invoices i ON i.account_id = a.id ORDER BY i.id LIMIT 2" works "(2 rows)"
show billing "SELECT email, password_hash FROM users.accounts LIMIT 1" denied "billing-service may not read users.accounts"
day_after=$(date -u -d "$last_day + 1 day" +%F)
printf '%s%s=> the same on %s, by ringfence explain%s\n' "$dim" billing "$day_after" "$plain"
answer=$("$ringfence" explain --policies "$work/policies" --service billing-service --server shop-pg --database shop \
    --today "$day_after" "SELECT id, email FROM users.accounts") && fail "the share should have ended" || status=$?
printf '%s\n' "$answer" | sed 's/^/  /'
[ "$status" = 1 ] && [[ $answer == *"$last_day"* ]] || fail "the answer should say when the share ended"

say "5. A denial ends the transaction, as an error of the server would; nothing of it stays"
show orders "BEGIN; DELETE FROM orders; UPDATE users.accounts SET email = ''; COMMIT" denied "may not write users.accounts"
show orders "SELECT count(*) FROM orders" works "3000"

say "6. Each denial is counted, and written to the audit log"
show_violations() {    # show_violations SERVER
    local metrics
    metrics=$(curl -fs "http://127.0.0.1:$admin_port/metrics" | grep "^ringfence_violations_total{.*order-service.*\"$1\"" || true)
    printf '%s\n' "$metrics" | sed 's/^/  /'
    [[ $metrics == *'owner="user-service"'* ]] || fail "/metrics should count the violations"
}
show_violations shop-pg
written() { [ "$(grep -c '"users' "$work/audit.jsonl")" -ge 3 ]; }
wait_for 10 "the audit log should have a line for each denial" written
head -n 1 "$work/audit.jsonl" | python3 -m json.tool | sed 's/^/  /'

say "7. The same on MariaDB: the same policies, the same explanation, in MariaDB's own way"
client=mariadb
show orders "SELECT status, count(*) FROM orders GROUP BY status" works "shipped"
show orders "SELECT full_name FROM users_api_v1.accounts WHERE id = 7" works "full_name"
show orders "SELECT email FROM users.accounts WHERE id = 7" denied \
    "ERROR 1142 (42000)" "ringfence: order-service may not read users.accounts" \
    'DETAIL: schema "users" on shop-my is owned by user-service (team identity, #team-identity)' \
    "https://users.shop.example/openapi.json" "services/user-service.yaml"
show orders "UPDATE users.accounts SET email = ''" denied "may not write users.accounts"
show_violations shop-my
! grep -q -e "= 7" "$work/audit.jsonl" || fail "the audit log must not hold literals"

kill -TERM "$proxy"
if ! wait "$proxy"; then fail "ringfence should end in peace"; fi
if [ -n "$check" ]; then
    say "All as said."
    exit 0
fi

start_ringfence
cat <<TEXT

${bold}ringfence is up.${plain} Try it from another terminal (Ctrl-C here ends everything and cleans up):

  PGPASSWORD=orders-secret psql "host=127.0.0.1 port=$port dbname=shop user=orders"
  MYSQL_PWD=orders-secret mariadb -h 127.0.0.1 -P $my_port -u orders orders
      ... also as users, billing or catalog, with their passwords LOGIN-secret
  curl http://127.0.0.1:$admin_port/metrics        or a browser at http://127.0.0.1:$admin_port/
  tail -f $work/audit.jsonl
  vi $work/policies/services/user-service.yaml     saved changes take effect at once; a mistake keeps the old policy
  $ringfence check $work/policies
  $ringfence explain --policies $work/policies --service order-service --server shop-pg 'SELECT 1'
TEXT
wait "$proxy" || true
