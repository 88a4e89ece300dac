# client.sh HOST PORT: print each message that the server sends, on a line of its own.
# bash itself connects, where it is given the file name /dev/tcp/HOST/PORT.

exec 3<>"/dev/tcp/$1/$2"

# TODO 1: receive exactly 4 bytes (`dd bs=1 count=4 status=none <&3`): the length of a message, most significant first
# TODO 2: receive exactly so many bytes, print them and a line's end
# TODO 3: go on until the server has closed
echo "client.sh: not written yet" >&2
exit 1
