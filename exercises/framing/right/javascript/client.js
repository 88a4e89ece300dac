// client.js HOST PORT: print each message that the server sends, on a line of its own.
"use strict";

const net = require("node:net");

const [host, port] = process.argv.slice(2);
let waiting = Buffer.alloc(0); // what came and is not a whole message yet

const server = net.connect(Number(port), host);

server.on("data", (piece) => {
  waiting = Buffer.concat([waiting, piece]);
  while (waiting.length >= 4) {
    const end = 4 + waiting.readUInt32BE(0);
    if (waiting.length < end) return;
    console.log(waiting.toString("utf8", 4, end)); // whole, so that no character is cut
    waiting = waiting.subarray(end);
  }
});
