// node websocket-center.mjs <journal> <port>: a control center over WebSocket. Says {"event":"listening","port":…} first.
import { WebSocketServer } from 'ws';
import { Center } from './center.mjs';

const SUB_PROTOCOL = 'outpost.v1.json';
const [journal, port] = process.argv.slice(2);
const center = new Center(journal);

function connect(socket) {
  let lastId = 0;
  const send = (type, payload, inReplyTo) => {
    const envelope = { id: `${++lastId}`, type, payload, timestamp: new Date().toISOString() };
    socket.send(JSON.stringify(inReplyTo ? { ...envelope, inReplyTo } : envelope));
  };
  const receive = center.session(send, (detail) => socket.close(1002, detail));
  socket.on('message', (data, isBinary) => {
    // A binary message is a batch: the length of the JSON head, the head, the body.
    const headEnd = isBinary ? 4 + data.readUInt32BE(0) : data.length;
    const { id, type, payload } = JSON.parse(data.toString('utf8', isBinary ? 4 : 0, headEnd));
    receive(type, payload, id, data.subarray(headEnd));
  });
  socket.on('error', () => {}); // the connection is over; the agent connects anew
}

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(port),
  maxPayload: 4 << 20,
  handleProtocols: (offered) => (offered.has(SUB_PROTOCOL) ? SUB_PROTOCOL : false),
  verifyClient: ({ req }) => (req.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/).includes(SUB_PROTOCOL),
});
server.on('connection', connect);
server.on('listening', () => center.note({ event: 'listening', port: server.address().port }));
process.stdin.resume().on('end', () => process.exit()); // with whoever has started it
