#!/usr/bin/env bash
# Makes a certificate, a password for the server, and the credentials file: made/. Run once.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p made/tls
password=$(openssl rand -hex 16)
printf %s "$password" >made/database_password
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,DNS:ringfence -keyout made/tls/server.key -out made/tls/server.crt 2>/dev/null
docker build -q -t ringfence ../.. >/dev/null
{
    echo "services:"
    for login in orders users billing catalog; do
        echo "  $login: {verifier: \"$(printf '%s-secret' $login | docker run --rm -i ringfence hash-password)\"}"
    done
    echo "servers:"
    echo "  shop-pg: {user: postgres, password: \"$password\"}"
} >made/credentials.yaml
# The user in the container reads them as 10001; ringfence refuses secrets that everybody can read.
if [ "$(id -u)" = 0 ]; then chown 10001 made/credentials.yaml made/tls/server.key; else
    sudo chown 10001 made/credentials.yaml made/tls/server.key; fi
chmod 600 made/credentials.yaml made/tls/server.key
