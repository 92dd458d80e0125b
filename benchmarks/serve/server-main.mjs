/** @file For benchmarks of serving: the server in a process of its own, which tells its parent how it fares. `server-main.mjs FOLDER [CHILDREN]` */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { startServer } from '@tintype/server/start-server';

const [folder, children] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const server = await startServer({
  workspaceFolder: folder,
  port: 0,
  signal: stop.signal,
  ...(children ? { children: Number(children) } : {}),
});
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const toMs = (nanoseconds) => Math.round(nanoseconds / 1e5) / 10;

/** Milliseconds of processor time and MiB of memory of each child that inference runs in. */
function readChildren() {
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return [
        { pid: Number(pid), cpuMs: 10 * (Number(stat[11]) + Number(stat[12])), rssMiB: Math.round(Number(rss) / 1024) },
      ];
    } catch {
      return [];
    }
  });
}

process.on('message', (message) => {
  if (message === 'reset') delay.reset();
  const { user, system } = process.cpuUsage();
  process.send({
    cpuMs: (user + system) / 1000,
    rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    // Of the delay beyond the 10 ms between two looks.
    loopDelayMs: {
      p99: toMs(delay.percentile(99) - 1e7),
      p999: toMs(delay.percentile(99.9) - 1e7),
      max: toMs(delay.max - 1e7),
    },
    children: process.platform === 'linux' ? readChildren() : [],
  });
});
process.send({ address: server.address, readyMs: performance.now() });
await server.closed;
process.disconnect();
