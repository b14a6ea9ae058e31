// A control center, apart from how its messages travel: they come and go in their proto3-JSON form. What it has taken it
// appends to a journal, one JSON line each, before it acknowledges it; started anew with the same journal it goes on from there.
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import loader from '@grpc/proto-loader';

const otlp = loader.loadSync(fileURLToPath(new URL('otlp-logs.proto', import.meta.url)));
const FINAL = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'CANCELLED', 'REFUSED', 'SKIPPED', 'EXPIRED', 'INDETERMINATE'];
const TASK = { taskId: 'node-task-1', type: 'greet', arguments: { name: 'Node' } };

export class Center {
  #journal;
  #taken = new Map(); // the last sequence taken of every epoch of every stream
  #revisions = new Map(); // the last revision known of every task
  #ended = new Set(); // tasks that have come to a final state

  constructor(journal) {
    this.#journal = journal;
    const before = existsSync(journal) ? readFileSync(journal, 'utf8') : '';
    const whole = before.slice(0, before.lastIndexOf('\n') + 1);
    if (whole !== before) truncateSync(journal, Buffer.byteLength(whole)); // never acknowledged: it will come again
    whole.split('\n').slice(0, -1).forEach((line) => this.#remember(JSON.parse(line)));
  }

  note(event) {
    const line = JSON.stringify(event) + '\n';
    appendFileSync(this.#journal, line);
    process.stdout.write(line);
    this.#remember(event);
  }

  #remember(event) {
    if (event.event === 'batch' || event.event === 'gap') {
      this.#taken.set(key(event), BigInt(event.sequence));
    } else if (event.event === 'taskReport') {
      this.#revisions.set(event.taskId, BigInt(event.revision));
      if (FINAL.includes(event.state)) this.#ended.add(event.taskId);
    }
  }

  /** One connection: send(type, payload, inReplyTo) answers, close() ends it. Returns what takes the agent's messages. */
  session(send, close) {
    const open = new Set(); // epochs that this connection has named
    let agentId = null;
    const positionOf = (stated) => {
      const at = { streamId: stated.streamId, epoch: `${stated.epoch ?? 0}` };
      const known = this.#taken.get(key(at)) ?? 0n;
      const said = BigInt(stated.sequence ?? 0);
      open.add(key(at));
      this.#taken.set(key(at), known > said ? known : said);
      return { ...at, sequence: `${this.#taken.get(key(at))}` };
    };
    const take = (through, from, event) => {
      const at = { streamId: through.streamId, epoch: `${through.epoch ?? 0}`, sequence: `${through.sequence}` };
      const known = this.#taken.get(key(at)) ?? 0n;
      if (!open.has(key(at)) || BigInt(from) > known + 1n) return close('batches out of order');
      if (BigInt(at.sequence) > known) this.note({ ...event, agentId, ...at });
      return send('batchAck', { through: { ...at, sequence: `${this.#taken.get(key(at))}` } });
    };
    const handlers = {
      heartbeat: (beat, id) => {
        this.note({ event: 'heartbeat', agentId, condition: beat.condition });
        send('heartbeatAck', {}, id);
      },
      streamOpen: (opened, id) => send('batchAck', { through: positionOf(opened.position) }, id),
      batch: (batch, id, body) => {
        const plain = batch.codec === 'GZIP' ? gunzipSync(body) : body;
        const records = batch.signal === 'LOGS'
          ? otlp['otlp.ScopeLogs'].deserialize(plain).logRecords.map((record) => record.body.stringValue)
          : [];
        const event = { event: 'batch', signal: batch.signal, recordCount: batch.recordCount, records };
        take(batch.position, batch.position.sequence, event);
      },
      gap: (gap) => take(gap.through, gap.fromSequence, { event: 'gap', recordCount: gap.recordCount, reason: gap.reason }),
      taskReport: (report) => {
        const { taskId, revision, state, output } = report;
        if (BigInt(revision) > (this.#revisions.get(taskId) ?? 0n)) {
          this.note({ event: 'taskReport', agentId, taskId, revision: `${revision}`, state, output });
        }
        send('taskReportAck', { taskId, revision: `${this.#revisions.get(taskId)}` });
      },
      scheduleReport: ({ version, total }) => this.note({ event: 'scheduleReport', agentId, version, total }),
      ping: (_, id) => send('pong', {}, id),
      request: (_, id) => send('response', { status: 'UNIMPLEMENTED', detail: 'no requests here' }, id),
      rejection: (rejection) => this.note({ event: 'rejection', agentId, ...rejection }),
      goodbye: (goodbye) => this.note({ event: 'goodbye', agentId, reason: goodbye.reason }),
    };
    return (type, payload, id, body) => {
      if (agentId === null) {
        if (type !== 'hello') return close('the first message was not a hello');
        agentId = payload.agentId;
        this.note({ event: 'hello', agentId, instanceId: payload.instanceId, taskTypes: payload.taskTypes ?? [] });
        send('welcome', {
          sessionId: randomUUID(),
          heartbeatIntervalMs: 200,
          streams: (payload.streams ?? []).map(positionOf),
        }, id);
        if (!this.#ended.has(TASK.taskId)) send('taskDispatch', TASK); // again, when in doubt: it runs once all the same
      } else if (handlers[type]) {
        handlers[type](payload, id, body);
      } else if (type !== 'pong' && type !== 'response') {
        send('rejection', { code: 'UNIMPLEMENTED', detail: `${type} is not known here` }, id);
      }
    };
  }
}

function key(position) {
  return `${position.streamId}/${position.epoch}`;
}
