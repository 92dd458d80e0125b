/**
 * @file Latency in an open loop at 60 % of what a closed loop reached just before: the slow ones beside the usual ones.
 *
 * `serve-latency.mjs [--seconds 40] [--share 0.6] [--connections 8]`. Answers in memory are switched off.
 */
import { parseArguments } from './pictures.mjs';
import { mobilenet } from './serve/models.mjs';
import { listPictures, round, startProcess } from './serve/processes.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';

const { options } = parseArguments(process.argv.slice(2));
const seconds = Number(options.seconds ?? 40);
const share = Number(options.share ?? 0.6);
const connections = Number(options.connections ?? 8);
const bars = { p99OverP50: 3, loopDelayP999Ms: 50 };

const pictures = listPictures(['scenes', 'recyclables'], 400);
const served = await makeServedWorkspace(await mobilenet(), { settings: ['cache: { entries: 0 }'] });
const server = await startProcess('server-main.mjs', [served.folder]);
const load = await startProcess('load-main.mjs');
const { address } = server.first;
try {
  await load.ask({ address, pictures, seconds: 3, connections });
  const peak = await load.ask({ address, pictures, seconds: 10, connections });
  await load.ask({ address, pictures, seconds: 2, rate: share * peak.perSecond });
  await server.ask('reset');
  const result = await load.ask({ address, pictures, seconds, rate: share * peak.perSecond });
  const { loopDelayMs } = await server.ask('report');
  const latencyMs = result.byStatus[200];
  const ratio = latencyMs.p99 / latencyMs.p50;
  const isClean = Object.keys(result.byStatus).join() === '200' && Object.keys(result.failures).length === 0;
  console.log(
    JSON.stringify({
      p99OverP50: round(ratio),
      met: isClean && ratio <= bars.p99OverP50 && loopDelayMs.p999 <= bars.loopDelayP999Ms,
      bars,
      latencyMs,
      offeredPerSecond: round(share * peak.perSecond, 1),
      peakPerSecond: round(peak.perSecond, 1),
      byStatus: Object.fromEntries(Object.entries(result.byStatus).map(([status, { count }]) => [status, count])),
      failures: result.failures,
      loopDelayMs,
    }),
  );
} finally {
  await load.end('SIGKILL');
  await server.end();
  await served.remove();
}
