#!/bin/sh
# docker.sh OUT: listen-accept by plain docker commands, what can go side by side side by side.
# BENCH_IMAGE names the image, BENCH_PROGRAMS the folder of server.py and client.py.
#
# A host is its tcpdump, and the program joins its network stack: the other way round, a client could send its SYN
# before the tcpdump beside it exists.
set -eu
out="$1"
lab="bench$$"
on() { # on HOST docker's arguments...: a program on a host
    host="$1"
    shift
    docker run --network "container:$lab-$host" -v "$BENCH_PROGRAMS:/programs:ro" "$@"
}
cleanup() {
    # tcpdump ends at once when it is told to, and writes what it holds.
    docker stop "$lab-server" "$lab-client1" "$lab-client2" >/dev/null 2>&1 || true
    docker rm -f "$lab-program" "$lab-server" "$lab-client1" "$lab-client2" >/dev/null 2>&1 || true
    docker network rm "$lab" >/dev/null
}
trap cleanup EXIT
trap 'exit 130' INT TERM

docker network create --internal "$lab" >/dev/null
for host in server client1 client2; do
    docker run -d --name "$lab-$host" --network "$lab" --network-alias "$host" --user root -v "$out:/capture" "$BENCH_IMAGE" \
        tcpdump -i eth0 -U --immediate-mode -Z root -w "/capture/$host.pcap" tcp >/dev/null &
done
wait
# A container that is started need not capture yet: tcpdump writes the file's header once the interface is open.
for host in server client1 client2; do
    until [ -s "$out/$host.pcap" ]; do sleep 0.02; done
done
on server -d --name "$lab-program" "$BENCH_IMAGE" python3 -u /programs/server.py 8001 5 >/dev/null
# The server listens: looked for in the table of sockets, as a probe of its port would eat an accept.
until docker exec "$lab-server" ss -Htln 'sport = :8001' | grep -q .; do :; done
# The order of the two: the first has been served when it ends.
on client1 --rm "$BENCH_IMAGE" python3 /programs/client.py server 8001 client1 >"$out/client1.out"
on client2 --rm "$BENCH_IMAGE" python3 /programs/client.py server 8001 client2 >"$out/client2.out"
docker wait "$lab-program" >/dev/null
docker logs "$lab-program" >"$out/server.out"
