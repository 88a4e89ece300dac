#!/bin/sh
# compose.sh OUT: listen-accept by docker-compose: up, wait for the programs, take the output and the captures, down.
# BENCH_IMAGE names the image, BENCH_PROGRAMS the folder of server.py and client.py.
set -eu
export BENCH_OUT="$1"
export BENCH_LAB="bench$$"
compose() { docker-compose -f "$(dirname "$0")/compose.yaml" -p "$BENCH_LAB" "$@"; }
# What is left to stop is tcpdump, and it ends at once when it is told to.
trap 'compose down --volumes >"$BENCH_OUT/down.log" 2>&1' EXIT
trap 'exit 130' INT TERM

compose up -d >"$BENCH_OUT/up.log" 2>&1
docker wait "$BENCH_LAB-server-program" "$BENCH_LAB-client1-program" "$BENCH_LAB-client2-program" >/dev/null
docker logs "$BENCH_LAB-server-program" >"$BENCH_OUT/server.out"
