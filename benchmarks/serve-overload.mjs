/**
 * @file Ten times the load that the server can answer, in an open loop: what it still answers, how fast it refuses the rest, and whether it is
 * itself again afterwards.
 *
 * `serve-overload.mjs [--seconds 60] [--times 10] [--connections 16]`. The peak is what a closed loop reached just before, by the same
 * generator on the same cores. Answers in memory are switched off.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArguments } from './pictures.mjs';
import { mobilenet } from './serve/models.mjs';
import { listPictures, round, startProcess } from './serve/processes.mjs';
import { Connection, renderGet } from './serve/requests.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';

const { options } = parseArguments(process.argv.slice(2));
const seconds = Number(options.seconds ?? 60);
const times = Number(options.times ?? 10);
const connections = Number(options.connections ?? 16);
const bars = { goodput: 0.9, refusalP99Ms: 50, loopDelayP999Ms: 50, liveP99Ms: 50, recoveryS: 5 };

const pictures = listPictures(['scenes', 'recyclables'], 400);
const served = await makeServedWorkspace(await mobilenet(), { settings: ['cache: { entries: 0 }'] });
const server = await startProcess('server-main.mjs', [served.folder]);
const load = await startProcess('load-main.mjs');
const { address } = server.first;
const closed = (time) => load.ask({ address, pictures, seconds: time, connections });

/** `/health/live` again and again, ten times a second. */
async function watchLife(state) {
  const connection = new Connection(address);
  const latencies = [];
  while (!state.isOver) {
    const startedAt = performance.now();
    const { status } = await connection.ask(renderGet('/health/live'));
    latencies.push(status === 200 ? performance.now() - startedAt : Number.POSITIVE_INFINITY);
    await delay(100);
  }
  connection.end();
  return latencies.toSorted((a, b) => a - b)[Math.floor(0.99 * latencies.length)];
}

const memoryOf = (report) => report.rssMiB + report.children.reduce((sum, { rssMiB }) => sum + rssMiB, 0);

try {
  await closed(3);
  const quiet = await closed(3);
  const peak = await closed(Math.max(5, seconds / 5));
  const before = await server.ask('reset');
  const state = { isOver: false };
  const living = watchLife(state);
  const overloaded = await load.ask({ address, pictures, seconds, rate: times * peak.perSecond });
  state.isOver = true;
  const liveP99Ms = await living;
  const after = await server.ask('report');
  // Normal again: answers as before, none refused, within these seconds.
  const recovered = await load.ask({ address, pictures, seconds: bars.recoveryS, rate: 0.5 * peak.perSecond });

  const answered = overloaded.byStatus[200]?.count ?? 0;
  const refusals = overloaded.byStatus[503] ?? { count: 0, p99: null };
  const others = Object.keys(overloaded.byStatus).filter((status) => !['200', '503'].includes(status));
  const goodput = overloaded.perSecond / peak.perSecond;
  const isRecovered =
    recovered.byStatus[200]?.count === Object.values(recovered.byStatus).reduce((n, { count }) => n + count, 0);
  const met =
    goodput >= bars.goodput &&
    refusals.p99 <= bars.refusalP99Ms &&
    others.length === 0 &&
    Object.keys(overloaded.failures).length === 0 &&
    after.loopDelayMs.p999 <= bars.loopDelayP999Ms &&
    liveP99Ms <= bars.liveP99Ms &&
    isRecovered;
  console.log(
    JSON.stringify({
      met,
      bars,
      goodput: round(goodput, 3),
      peakPerSecond: round(peak.perSecond, 1),
      answered,
      refused: refusals.count,
      refusalMs: refusals,
      answeredMs: overloaded.byStatus[200],
      otherStatuses: others,
      failures: overloaded.failures,
      unsent: overloaded.unsent,
      liveP99Ms: round(liveP99Ms, 1),
      loopDelayMs: after.loopDelayMs,
      memoryMiB: { before: memoryOf(before), after: memoryOf(after), door: [before.rssMiB, after.rssMiB] },
      afterwards: { isNormal: isRecovered, p50Ms: recovered.byStatus[200]?.p50, quietP50Ms: quiet.byStatus[200]?.p50 },
      doorCpuMsPerRequest: round((after.cpuMs - before.cpuMs) / (answered + refusals.count)),
      generatorCpuMsPerRequest: round(overloaded.cpuMs / (answered + refusals.count)),
    }),
  );
} finally {
  await load.end('SIGKILL');
  await server.end();
  await served.remove();
}
