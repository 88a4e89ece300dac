#!/bin/sh
# compose.sh OUT: listen-accept by docker-compose: up, wait for the programs, take the output and the captures, down.
# BENCH_IMAGE names the image, BENCH_PROGRAMS the folder of server.py and client.py.
set -eu
export BENCH_OUT="$1"
project="bench$$"
compose() { docker-compose -f "$(dirname "$0")/compose.yaml" -p "$project" "$@"; }
# What is left to stop is tcpdump, and it ends at once when it is told to.
trap 'compose down --volumes >"$BENCH_OUT/down.log" 2>&1' EXIT
trap 'exit 130' INT TERM

compose up -d >"$BENCH_OUT/up.log" 2>&1
docker wait "${project}_server-program_1" "${project}_client1-program_1" "${project}_client2-program_1" >/dev/null
docker logs "${project}_server-program_1" >"$BENCH_OUT/server.out"
