# client.sh HOST PORT: print each message that the server sends, on a line of its own.
# bash itself connects, where it is given the file name /dev/tcp/HOST/PORT.

exec 3<>"/dev/tcp/$1/$2"

# Copy the next $1 bytes from the server to the output; fewer if it has closed before. dd reads on until it has them.
receive_exactly() {
    dd bs=1 count="$1" status=none <&3
}

# Four bytes in the network's order, as a number; nothing where the server has closed.
receive_length() {
    set -- $(receive_exactly 4 | od -A n -t u1)
    if [ $# = 4 ]; then echo $((($1 << 24) + ($2 << 16) + ($3 << 8) + $4)); fi
}

while length=$(receive_length) && [ -n "$length" ]; do
    receive_exactly "$length"
    echo
done
