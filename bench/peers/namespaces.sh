#!/bin/sh
# namespaces.sh OUT: the least that the same job costs without Docker: one `ip -batch` for three namespaces on a
# bridge (in a namespace of its own: Docker filters bridges of the machine's), tcpdump at each, and each program in
# strace and bubblewrap. BENCH_PROGRAMS names the folder of server.py and client.py.
set -eu
out="$1"
lab="bench$$"
cleanup() {
    # shellcheck disable=SC2086  # words are meant: it is a list
    kill $taps 2>/dev/null || true # tcpdump writes what it holds
    wait
    printf 'netns del %s\n' "$lab-server" "$lab-client1" "$lab-client2" "$lab" | ip -batch - -force
}
taps=""
trap cleanup EXIT
trap 'exit 130' INT TERM

printf 'netns add %s\n' "$lab" "$lab-server" "$lab-client1" "$lab-client2" | ip -batch -
{
    echo link add name bridge up type bridge
    for host in server client1 client2; do echo "link add name $host up master bridge type veth peer name eth0 netns $lab-$host"; done
} | ip -n "$lab" -batch -
number=1
for host in server client1 client2; do
    number=$((number + 1))
    printf '%s\n' "address add 198.18.0.$number/28 dev eth0" "link set eth0 up" | ip -n "$lab-$host" -batch -
    nsenter --net="/run/netns/$lab-$host" tcpdump -i eth0 -U --immediate-mode -Z root -w "$out/$host.pcap" tcp 2>/dev/null &
    taps="$taps $!"
done
for host in server client1 client2; do # tcpdump writes the file's header once the interface is open
    until [ -s "$out/$host.pcap" ]; do sleep 0.002; done
done

on() { # on HOST PROGRAM ARGUMENT...
    host="$1"
    shift
    nsenter --net="/run/netns/$lab-$host" strace -f -yy -ttt --seccomp-bpf -e trace=%network,read,write,close -o "$out/$host.strace" \
        bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid --unshare-ipc --die-with-parent /usr/bin/python3 -u "$@"
}
on server "$BENCH_PROGRAMS/server.py" 8001 5 >"$out/server.out" &
server=$!
until nsenter --net="/run/netns/$lab-server" ss -Htln 'sport = :8001' | grep -q .; do sleep 0.005; done
on client1 "$BENCH_PROGRAMS/client.py" 198.18.0.2 8001 client1 >"$out/client1.out"
on client2 "$BENCH_PROGRAMS/client.py" 198.18.0.2 8001 client2 >"$out/client2.out"
wait "$server"
