/** @file Every bad, odd and hostile picture through POST /predict, in a form and as the body, and through ingest; PngSuite is the oracle. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { ingestPictures } from '@tintype/core/ingest/ingest-pictures';
import { askPrediction, mapLimited } from '../served-workspace.mjs';

const sets = ['bad-images', 'hostile/pngsuite', 'hostile/crafted'];
const valid = 162;
const invalid = 14;
const longestMs = 15_000;

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

async function askRaw(address, bytes) {
  const startedAt = performance.now();
  const headers = { 'content-type': 'image/png' };
  const response = await fetch(`${address}/predict`, { method: 'POST', headers, body: bytes });
  return { status: response.status, body: await response.json(), ms: performance.now() - startedAt };
}

async function predictAll(data, files, ask) {
  const replies = await mapLimited(files, 4, async (path) => {
    const reply = await ask(readFileSync(path), basename(path));
    return { path: relative(data, path), ...reply };
  });
  const failed = replies.filter((reply) => reply.status >= 500);
  const slow = replies.filter((reply) => reply.ms > longestMs);
  const killed = replies.filter((reply) => reply.body.code === 'IMAGE_DECODE_FAILED');
  return {
    replies,
    summary: {
      files: replies.length,
      statuses: countBy(replies.map((reply) => reply.status)),
      codes: countBy(replies.filter((reply) => reply.status !== 200).map((reply) => reply.body.code)),
      slowestMs: Math.round(Math.max(...replies.map((reply) => reply.ms))),
      slow: slow.map(({ path }) => path),
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

async function ingestAll(data, workspace) {
  const pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks' });
  try {
    const reports = {};
    for (const set of sets) reports[set] = await ingestSet(join(data, set), { workspace, pool, set });
    return { ...reports, childrenLost: pool.stats().restarts };
  } finally {
    await pool[Symbol.asyncDispose]();
  }
}

async function ingestSet(folder, { workspace: { catalog, store, clock, config }, pool, set }) {
  const { seen, added, duplicates, rejected, rejections, durationMs } = await ingestPictures(
    { catalog, store, clock, pool, openSource: openPictureSource },
    {
      sources: [folder],
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

/** `data` is the folder with the sets. */
export async function testPictures({ data, address, workspace }) {
  const files = sets.flatMap((set) => listFiles(join(data, set)));
  const inForms = await predictAll(data, files, (bytes, name) => askPrediction(address, bytes, name));
  const asBodies = await predictAll(data, files, (bytes) => askRaw(address, bytes));
  const pngsuite = judgePngSuite(inForms.replies);
  const ingest = await ingestAll(data, workspace);
  const suite = ingest['hostile/pngsuite'];
  const met =
    [inForms, asBodies].every(({ summary }) => summary.serverErrors.length === 0 && summary.slow.length === 0) &&
    pngsuite.accepted === valid &&
    pngsuite.refused === invalid &&
    suite.added + suite.duplicates === valid &&
    suite.rejectedPng === invalid;
  return { met, inForms: inForms.summary, asBodies: asBodies.summary, pngsuite, ingest };
}
