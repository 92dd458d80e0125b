/** @file Every bad, odd and hostile file through POST /predict and through ingest: nothing crashes, hangs or answers 5xx; PngSuite is the oracle. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { ingestPictures } from '@tintype/core/ingest/ingest-pictures';
import { startServer } from '@tintype/server/start-server';
import { askPrediction, makeServedWorkspace, mapLimited } from './served-workspace.mjs';

const data = resolve(process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../shared'), 'data');
const sets = ['bad-images', 'hostile/pngsuite', 'hostile/crafted'];
const valid = 162;
const invalid = 14;

const listFiles = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

function countBy(values) {
  const counts = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

async function predictAll(address, files) {
  const replies = await mapLimited(files, 4, async (path) => {
    const reply = await askPrediction(address, readFileSync(path), basename(path));
    return { path: relative(data, path), ...reply };
  });
  const failed = replies.filter((reply) => reply.status >= 500);
  const killed = replies.filter((reply) => reply.body.code === 'IMAGE_DECODE_FAILED');
  return {
    replies,
    summary: {
      files: replies.length,
      statuses: countBy(replies.map((reply) => reply.status)),
      codes: countBy(replies.filter((reply) => reply.status !== 200).map((reply) => reply.body.code)),
      slowestMs: Math.round(Math.max(...replies.map((reply) => reply.ms))),
      serverErrors: failed.map((reply) => `${reply.path}: ${reply.body.code}`),
      decodersLost: killed.map((reply) => `${reply.path}: ${reply.body.detail}`),
    },
  };
}

/** Corrupt files of PngSuite, and only those, begin with x. */
function judgePngSuite(replies) {
  const pictures = replies.filter(({ path }) => path.startsWith('hostile/pngsuite/') && path.endsWith('.png'));
  const isCorrupt = ({ path }) => basename(path).startsWith('x');
  return {
    accepted: pictures.filter((reply) => !isCorrupt(reply) && reply.status === 200).length,
    refused: pictures.filter((reply) => isCorrupt(reply) && reply.status >= 400 && reply.status < 500).length,
    wrong: pictures.filter((reply) => isCorrupt(reply) === (reply.status === 200)).map(({ path }) => path),
  };
}

async function ingestAll(workspace) {
  const pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks' });
  try {
    const reports = {};
    for (const set of sets) reports[set] = await ingestSet(workspace, pool, set);
    return { ...reports, childrenLost: pool.stats().restarts };
  } finally {
    await pool[Symbol.asyncDispose]();
  }
}

async function ingestSet({ catalog, store, clock, config }, pool, set) {
  const { seen, added, duplicates, rejected, rejections, durationMs } = await ingestPictures(
    { catalog, store, clock, pool, openSource: openPictureSource },
    {
      sources: [join(data, set)],
      dataset: set.replace('/', '-'),
      labels: 'none',
      annotator: 'bench',
      move: false,
      limits: config.limits,
    },
  );
  const rejectedPng = rejections.filter((rejection) => rejection.path.endsWith('.png')).length;
  const codesOfFirst100 = countBy(rejections.map((rejection) => rejection.code));
  return { seen, added, duplicates, rejected, rejectedPng, codesOfFirst100, durationMs: Math.round(durationMs) };
}

const served = await makeServedWorkspace();
const server = await startServer({ workspaceFolder: served.folder, port: 0 });
try {
  const { replies, summary } = await predictAll(
    server.address,
    sets.flatMap((set) => listFiles(join(data, set))),
  );
  const health = await (await fetch(`${server.address}/health`)).json();
  const pngsuite = judgePngSuite(replies);
  const ingest = await ingestAll(served.workspace);
  const suite = ingest['hostile/pngsuite'];
  const passed =
    summary.serverErrors.length === 0 &&
    health.status === 'healthy' &&
    pngsuite.accepted === valid &&
    pngsuite.refused === invalid &&
    suite.added + suite.duplicates === valid &&
    suite.rejectedPng === invalid;
  console.log(JSON.stringify({ passed, predict: summary, pngsuite, ingest, health: health.status }));
  if (!passed) process.exitCode = 1;
} finally {
  await server.close();
  await served.remove();
}
