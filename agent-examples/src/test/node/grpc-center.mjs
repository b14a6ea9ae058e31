// node grpc-center.mjs <journal> <port>: a control center over gRPC. Says {"event":"listening","port":…} first.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { Center } from './center.mjs';

const PROTO = '../../../../agent-transport-grpc/src/main/resources/outpost/agent/v1/agent.proto';
const [journal, port] = process.argv.slice(2);
// The options make messages look as proto3-JSON has them: 64-bit numbers and enums as strings, bytes in base64.
const definition = loader.loadSync(fileURLToPath(new URL(PROTO, import.meta.url)), {
  longs: String,
  enums: String,
  bytes: String,
  oneofs: true,
});
const { AgentService } = grpc.loadPackageDefinition(definition).outpost.agent.v1;
const center = new Center(journal);

function connect(call) {
  let lastId = 0;
  const send = (type, payload, inReplyTo = 0) =>
    call.write({
      id: ++lastId,
      inReplyTo,
      timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`,
      [type]: payload,
    });
  const close = (detail) => call.emit('error', { code: grpc.status.INVALID_ARGUMENT, details: detail });
  const receive = center.session(send, close);
  call.on('data', (message) => {
    const type = message.payload; // the name of the oneof's member
    receive(type, message[type], message.id, type === 'batch' ? Buffer.from(message.batch.body, 'base64') : null);
  });
  call.on('end', () => call.end());
  call.on('error', () => {}); // the stream is over; the agent connects anew
}

const server = new grpc.Server();
server.addService(AgentService.service, { Connect: connect });
server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
  if (error) throw error;
  center.note({ event: 'listening', port: bound });
});
process.stdin.resume().on('end', () => process.exit()); // with whoever has started it
