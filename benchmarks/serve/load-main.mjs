/**
 * @file For benchmarks of serving: a load generator in a process of its own.
 *
 * Message in: `{ address, pictures: [path], seconds, connections }` for a closed loop, with `rate` for an open one, whose requests are sent
 * when they are due, and whose latencies count from then on, whatever the server does; or with `untilTold` until the message `stop`. Message
 * out: what happened.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection, renderUpload } from './requests.mjs';

/** An open loop gives up opening connections here: what is due then is counted as not sent. */
const mostConnections = 2000;

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
const round = (value) => (value === null ? null : Math.round(value * 10) / 10);
function summarize(latencies) {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share) => round(percentile(sorted, share));
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

const told = { isStopped: false };

async function run({
  address,
  pictures,
  untilTold = false,
  seconds = untilTold ? 3600 : 1,
  connections = 8,
  rate,
  path,
}) {
  const requests = pictures.map((file) => renderUpload(readFileSync(file), path ? { path } : {}));
  const latencies = new Map();
  const failures = {};
  const answeredAt = [];
  let next = 0;
  let unsent = 0;
  const startedAt = performance.now();
  const endAt = startedAt + 1000 * seconds;
  const ask = async (connection, dueAt) => {
    const outcome = await connection.ask(requests[next++ % requests.length]);
    if (outcome.failure) {
      failures[outcome.failure] = (failures[outcome.failure] ?? 0) + 1;
      return;
    }
    const now = performance.now();
    if (!latencies.has(outcome.status)) latencies.set(outcome.status, []);
    latencies.get(outcome.status).push(now - dueAt);
    if (outcome.status === 200) answeredAt.push(now - startedAt);
  };
  const before = process.cpuUsage();
  if (rate) {
    const idle = [];
    let open = 0;
    const underWay = new Set();
    const send = async (dueAt) => {
      let connection = idle.pop();
      if (!connection) {
        if (open >= mostConnections) {
          unsent += 1;
          return;
        }
        open += 1;
        connection = new Connection(address);
      }
      await ask(connection, dueAt);
      idle.push(connection);
    };
    for (let n = 0; ; n += 1) {
      const dueAt = startedAt + (1000 * n) / rate;
      if (dueAt >= endAt) break;
      const early = dueAt - performance.now();
      if (early > 0) await delay(early);
      const sent = send(dueAt);
      underWay.add(sent);
      void sent.finally(() => underWay.delete(sent));
    }
    await Promise.all(underWay);
    for (const connection of idle) connection.end();
  } else {
    const work = async () => {
      const connection = new Connection(address);
      while (performance.now() < endAt && !told.isStopped) await ask(connection, performance.now());
      connection.end();
    };
    await Promise.all(Array.from({ length: connections }, work));
  }
  const { user, system } = process.cpuUsage(before);
  const tookS = (performance.now() - startedAt) / 1000;
  const answered = latencies.get(200)?.length ?? 0;
  return {
    answered,
    // Of the last tenth at most is left over when the time is up.
    perSecond: answeredAt.filter((at) => at <= 1000 * seconds).length / seconds,
    tookS: round(tookS),
    byStatus: Object.fromEntries([...latencies].map(([status, values]) => [status, summarize(values)])),
    failures,
    unsent,
    cpuMs: Math.round((user + system) / 1000),
  };
}

process.on('message', (message) => {
  told.isStopped = message === 'stop';
  if (!told.isStopped) void run(message).then((result) => process.send(result));
});
process.send('ready');
