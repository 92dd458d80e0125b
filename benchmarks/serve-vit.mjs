/**
 * @file The service with ViT-B/16, as it is and in 8 bits, against FastAPI with transformers and the same weights (peers/fastapi_vit.py).
 *
 * `serve-vit.mjs --python PYTHON [--seconds 6] [--rounds 3]`. One server at a time has the machine, in alternated rounds; a closed loop of 1 and
 * of 4 connections on loopback, its generator on the same cores. Ready: from the start of the process to its first answer. Memory: the
 * proportional set sizes of all its processes, after the load. Answers in memory are switched off. Weights are random: only time counts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArguments } from './pictures.mjs';
import { listPictures, median, round, startProcess } from './serve/processes.mjs';
import { Connection, renderUpload } from './serve/requests.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';
import { makeVit } from './vit-bundle.mjs';

const { options } = parseArguments(process.argv.slice(2));
const python = options.python ?? process.env.TINTYPE_PEER_PYTHON;
if (!python) {
  console.log(JSON.stringify({ skipped: 'TINTYPE_PEER_PYTHON names no Python with FastAPI and transformers' }));
  process.exit(0);
}
const seconds = Number(options.seconds ?? 6);
const rounds = Number(options.rounds ?? 3);
const bars = { fp32: 1.25, int8: 2.7, ready: 3, memory: 0.6 };
const startDeadlineMs = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'tintype-serve-vit-'));
const vit = await makeVit(folder);
const settings = ['cache: { entries: 0 }'];
const served = {
  fp32: await makeServedWorkspace(vit.fp32.model, { settings }),
  int8: await makeServedWorkspace(vit.int8.model, { settings }),
};
const pictures = listPictures(['portraits'], 60);
const upload = renderUpload(readFileSync(pictures[0]));

/** One process with the model, and both cores for it: what a model of this size is served best by. */
const ours = (form) => async () => {
  const server = await startProcess('server-main.mjs', [served[form].folder, 1]);
  return { address: server.first.address, pid: server.child.pid, end: () => server.end() };
};

async function theirs() {
  const port = await freePort();
  const script = join(import.meta.dirname, 'peers/fastapi_vit.py');
  const env = { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' };
  const child = spawn(python, [script, vit.huggingFace, String(port)], { stdio: ['ignore', 'ignore', 'inherit'], env });
  const ended = once(child, 'exit');
  return {
    address: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks until there is an answer. */
async function firstAnswer(address) {
  const deadline = performance.now() + startDeadlineMs;
  const connection = new Connection(address);
  while (performance.now() < deadline) {
    const { status, body } = await connection.ask(upload);
    if (status === 200) {
      connection.end();
      return JSON.parse(body);
    }
    await delay(20);
  }
  throw new Error(`${address} did not answer within ${startDeadlineMs / 1000} s`);
}

/** MiB of a process and all it started. */
function readMemory(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(pss) / 1024 + children.reduce((sum, child) => sum + readMemory(Number(child)), 0);
}

const starters = { peer: theirs, fp32: ours('fp32'), int8: ours('int8') };
const found = Object.fromEntries(Object.keys(starters).map((name) => [name, []]));
const load = await startProcess('load-main.mjs');
try {
  for (let n = 0; n < rounds; n += 1)
    for (const [name, start] of Object.entries(starters)) {
      const startedAt = performance.now();
      const server = await start();
      try {
        const answer = await firstAnswer(server.address);
        const readyMs = performance.now() - startedAt;
        const measured = { readyMs, answer: Object.values(answer.probabilities)[0] };
        for (const connections of [1, 4]) {
          const result = await load.ask({ address: server.address, pictures, seconds, connections });
          if (Object.keys(result.byStatus).join() !== '200') throw new Error(`${name}: ${JSON.stringify(result)}`);
          // Few are answered in a round: the time that all took counts, not the seconds that were meant.
          measured[`c${connections}`] = result.answered / result.tookS;
          measured[`p50c${connections}`] = result.byStatus[200].p50;
        }
        measured.memoryMiB = readMemory(server.pid);
        found[name].push(measured);
        console.error(`${name} ${JSON.stringify(measured)}`);
      } finally {
        await server.end();
      }
    }
} finally {
  await load.end('SIGKILL');
  for (const each of Object.values(served)) await each.remove();
  rmSync(folder, { recursive: true });
}

const middle = (name, of) => median(found[name].map((measured) => measured[of]));
const summary = Object.fromEntries(
  Object.keys(found).map((name) => [
    name,
    Object.fromEntries(Object.keys(found[name][0]).map((of) => [of, round(middle(name, of), of === 'answer' ? 4 : 2)])),
  ]),
);
const ratio = (form, of) => round(middle(form, of) / middle('peer', of));
const ratios = {
  fp32: { c1: ratio('fp32', 'c1'), c4: ratio('fp32', 'c4'), ready: round(1 / ratio('fp32', 'readyMs')) },
  int8: {
    c1: ratio('int8', 'c1'),
    c4: ratio('int8', 'c4'),
    ready: round(1 / ratio('int8', 'readyMs')),
    memory: ratio('int8', 'memoryMiB'),
  },
};
const met =
  Math.min(ratios.fp32.c1, ratios.fp32.c4) >= bars.fp32 &&
  Math.min(ratios.int8.c1, ratios.int8.c4) >= bars.int8 &&
  Math.min(ratios.fp32.ready, ratios.int8.ready) >= bars.ready &&
  ratios.int8.memory <= bars.memory;
console.log(JSON.stringify({ ratios, bars, summary, rounds, seconds, met }));
