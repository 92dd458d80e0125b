/**
 * @file Pictures per second through `POST /predict`, as a share of the bare decode + run loop in as many processes on the same cores.
 *
 * `serve-throughput.mjs [--seconds 12] [--rounds 3] [--children 2] [--connections 8]`. The load generator runs on the same cores on both
 * sides: beside the bare loop it sends the same pictures, as many a second as the server last answered, to a sink that reads them.
 * Answers in memory are switched off, so that every picture is worked on.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArguments } from './pictures.mjs';
import { mobilenet } from './serve/models.mjs';
import { listPictures, median, round, startProcess } from './serve/processes.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';

const { options } = parseArguments(process.argv.slice(2));
const seconds = Number(options.seconds ?? 12);
const rounds = Number(options.rounds ?? 3);
const children = Number(options.children ?? availableParallelism());
const connections = Number(options.connections ?? 4 * children);
const bar = 0.85;

const model = await mobilenet();
const folder = mkdtempSync(join(tmpdir(), 'tintype-throughput-'));
const graph = join(folder, 'model.onnx');
writeFileSync(graph, model.graph);
const pictures = listPictures(['scenes', 'recyclables'], 400);
const served = await makeServedWorkspace(model, { settings: ['cache: { entries: 0 }'] });
const server = await startProcess('server-main.mjs', [served.folder, children]);
const load = await startProcess('load-main.mjs');
const sink = await startProcess('sink-main.mjs');
const bare = await Promise.all(
  Array.from({ length: children }, () => startProcess('bare-main.mjs', [graph, model.input.name, 1])),
);

async function runBare(time, rate) {
  const sending = rate ? load.ask({ address: sink.first.address, pictures, seconds: time, rate }) : undefined;
  const parts = await Promise.all(
    bare.map((each, n) => each.ask({ seconds: time, pictures: pictures.filter((_, i) => i % children === n) })),
  );
  await sending;
  const sum = (of) => parts.reduce((total, part) => total + of(part), 0);
  return { perSecond: sum((part) => part.perSecond), cpuMs: sum((part) => part.cpuMs) / sum((part) => part.count) };
}

async function runServed(time) {
  const before = await server.ask('reset');
  const result = await load.ask({ address: server.first.address, pictures, seconds: time, connections });
  const after = await server.ask('report');
  const childCpu = ({ children: each }) => each.reduce((total, { cpuMs }) => total + cpuMs, 0);
  return {
    ...result,
    loopDelayMs: after.loopDelayMs,
    cpuMsPerPicture: {
      door: round((after.cpuMs - before.cpuMs) / result.answered),
      children: round((childCpu(after) - childCpu(before)) / result.answered),
      generator: round(result.cpuMs / result.answered),
    },
  };
}

try {
  let { perSecond: rate } = await runServed(2);
  await runBare(1);
  const found = [];
  for (let round_ = 0; round_ < rounds; round_ += 1) {
    const withGenerator = await runBare(seconds, rate);
    const alone = await runBare(seconds / 2);
    const answered = await runServed(seconds);
    rate = answered.perSecond;
    found.push({ withGenerator, alone, answered });
    console.error(
      `bare ${round(withGenerator.perSecond, 1)}/s beside a generator, ${round(alone.perSecond, 1)}/s alone; served ${round(rate, 1)}/s, p50 ${answered.byStatus[200]?.p50} ms`,
    );
    const isClean = Object.keys(answered.byStatus).join() === '200' && Object.keys(answered.failures).length === 0;
    if (!isClean) throw new Error(`not every picture was answered: ${JSON.stringify(answered)}`);
  }
  const share = median(found.map(({ withGenerator, answered }) => answered.perSecond / withGenerator.perSecond));
  const shareOfLoopAlone = median(found.map(({ alone, answered }) => answered.perSecond / alone.perSecond));
  const last = found.at(-1);
  console.log(
    JSON.stringify({
      share: round(share, 3),
      bar,
      met: share >= bar,
      shareOfLoopAlone: round(shareOfLoopAlone, 3),
      perSecond: round(median(found.map(({ answered }) => answered.perSecond)), 1),
      barePerSecond: round(median(found.map(({ withGenerator }) => withGenerator.perSecond)), 1),
      bareAlonePerSecond: round(median(found.map(({ alone }) => alone.perSecond)), 1),
      latencyMs: last.answered.byStatus[200],
      cpuMsPerPicture: { ...last.answered.cpuMsPerPicture, bare: round(last.alone.cpuMs) },
      loopDelayMs: last.answered.loopDelayMs,
      children,
      connections,
    }),
  );
} finally {
  for (const each of [load, sink, ...bare]) await each.end('SIGKILL');
  await server.end();
  await served.remove();
  rmSync(folder, { recursive: true });
}
