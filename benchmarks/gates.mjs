/**
 * @file Gates at serving: persons counted through a running server, what each gate costs, and what the gate `unknown` refuses of pictures
 * like those of the training and of others: `gates.mjs [--known recyclables] [--most N]`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTrainer } from '@tintype/adapters/children/create-trainer';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { parseGates } from '@tintype/contracts/gate';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { ingestPictures } from '@tintype/core/ingest/ingest-pictures';
import { DetectorShelf } from '@tintype/core/model/gates/detector-shelf';
import { objectKeys } from '@tintype/core/ports/object-store';
import { trainAndRegister } from '@tintype/core/registry/train-and-register';
import { startServer } from '@tintype/server/start-server';
import { parseArguments, readPictures, shared } from './pictures.mjs';
import { askPrediction, makeServedWorkspace, mapLimited } from './served-workspace.mjs';

const children = 2;
const bars = { persons: 47, knownRefused: 0.03, othersCaught: 0.95 };
const { options } = parseArguments(process.argv.slice(2));
const known = options.known ?? 'recyclables';
const most = Number(options.most ?? Number.POSITIVE_INFINITY);
const others = ['scenes', 'portraits', 'flowers', 'lego'].filter((set) => set !== known);
const mostOthers = Math.min(most, 200);
const backbone = join(shared, 'models/mobilenetv2-imagenet-fp32.onnx');
const detectors = {
  person: { kind: 'yolox', file: join(shared, 'models/yolox_nano.onnx') },
  face: { kind: 'ultraface', file: join(shared, 'models/ultraface-RFB-320.onnx') },
};

const round = (value) => Math.round(value * 1000) / 1000;
const folders = (path) => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const counts = { none: 0, one: 1, many: 2 };

/** The clear pictures with 0, 1 or 2 (which is any more) persons. */
function readPersons() {
  const clear = join(shared, 'data/persons/clear');
  return folders(clear).flatMap(({ name }) =>
    readdirSync(join(clear, name)).map((file) => ({
      persons: counts[name],
      bytes: readFileSync(join(clear, name, file)),
    })),
  );
}

/** Disposed when `use` has ended; Node 20 has no `await using` of its own. */
async function withOpen(opening, use) {
  const opened = await opening;
  try {
    return await use(opened);
  } finally {
    await opened[Symbol.asyncDispose]();
  }
}

async function serve(folder, settings, use) {
  const path = join(folder, 'tintype.yaml');
  const before = existsSync(path) ? readFileSync(path) : undefined;
  await appendFile(
    path,
    `\n${Object.entries(settings)
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
      .join('')}`,
  );
  try {
    return await withOpen(
      startServer({ workspaceFolder: folder, port: 0, children, logLevel: 'error' }),
      ({ address }) => use(address),
    );
  } finally {
    if (before) await rewrite(path, before);
  }
}

async function rewrite(path, bytes) {
  await rm(path);
  await appendFile(path, bytes);
}

async function countPersons(pictures) {
  const served = await makeServedWorkspace();
  try {
    const settings = { detectors, serve: { gates: ['person-count=1'] } };
    return await serve(served.folder, settings, async (address) => {
      const startedAt = performance.now();
      const answers = await mapLimited(pictures, children * 2, ({ bytes }) => askPrediction(address, bytes));
      const right = answers.filter(
        ({ body }, n) => Math.min(body.person_count ?? -1, 2) === pictures[n].persons,
      ).length;
      return {
        right,
        of: pictures.length,
        perSecond: round((1000 * pictures.length) / (performance.now() - startedAt)),
      };
    });
  } finally {
    await served.remove();
  }
}

/** Milliseconds of one core for a picture. */
async function timeGates(pictures) {
  const tasks = import.meta.resolve('@tintype/core/model/picture-tasks');
  return withOpen(openTaskPool({ tasks, size: children }), async (pool) => {
    const shelf = new DetectorShelf(pool, { settings: detectors, folder: '.' });
    const times = {};
    for (const text of ['min-size=16', 'blur=0', 'person-count=0..', 'face-count=0..']) {
      const gates = parseGates([text]);
      times[gates[0].kind] = await withOpen(shelf.hold(gates), async ({ keys }) => {
        const gate = ({ bytes }) => pool.run('gate', { bytes, limits, gates, detectors: keys });
        const run = () => mapLimited(pictures, children * 2, gate);
        await run();
        const startedAt = performance.now();
        await run();
        return round(((performance.now() - startedAt) * children) / pictures.length);
      });
    }
    return times;
  });
}

/** A head on `known`, and what a server with the gate refuses of its test split and of other sets. */
async function measureUnknown() {
  const folder = await initWorkspace(await mkdtemp(join(tmpdir(), 'tintype-gates-')));
  try {
    const { test, trained } = await trainKnown(folder);
    const sets = Object.fromEntries(others.map((set) => [set, readPictures(set, { most: mostOthers })]));
    const shares = {};
    for (const share of [0.95, 0.99]) {
      const gate = `unknown=${share}`;
      shares[gate] = await serve(folder, { serve: { gates: [gate] } }, async (address) => {
        const refused = async (pictures) => {
          const answers = await mapLimited(pictures, children * 2, ({ bytes }) => askPrediction(address, bytes));
          return round(answers.filter(({ body }) => body.reason === 'UNKNOWN').length / pictures.length);
        };
        const result = { [known]: await refused(test) };
        for (const [set, pictures] of Object.entries(sets)) result[set] = await refused(pictures);
        return result;
      });
    }
    return { ...trained, refused: shares };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function trainKnown(folder) {
  const tasks = import.meta.resolve('@tintype/core/model/picture-tasks');
  return withOpen(openWorkspace({ folder }), (workspace) =>
    withOpen(openTaskPool({ tasks }), (pool) => trainIn(workspace, pool)),
  );
}

async function trainIn({ catalog, store, clock, hub, runFolders }, pool) {
  const needs = { catalog, store, clock, hub, pool, runFolders, openSource: openPictureSource };
  const trainer = createTrainer({ tasks: import.meta.resolve('@tintype/core/train/trainer-tasks') });
  const sources = [join(shared, 'data', known)];
  await ingestPictures(needs, { sources, dataset: known, labels: 'folder', annotator: 'bench', move: false, limits });
  const request = { ...trainOptionsSchema.parse({ dataset: known, backbone }), limits, by: 'bench' };
  const { version } = await trainAndRegister({ ...needs, trainer }, request);
  const entries = await catalog.snapshots.entries(version.snapshot);
  const test = entries.filter(({ split }) => split === 'test').slice(0, most);
  const index = await store.find(objectKeys.bundleFile(version.bundleHash, 'neighbors.safetensors'));
  const bytes = await Promise.all(test.map(({ contentHash }) => store.get(objectKeys.source(contentHash))));
  const trainedOn = entries.filter(({ split }) => split === 'train').length;
  const trained = { trainedOn, tested: test.length, accuracy: round(version.accuracy), indexBytes: index.sizeBytes };
  return { test: bytes.map((each) => ({ bytes: each })), trained };
}

const pictures = readPersons();
const persons = await countPersons(pictures);
console.error(`persons: ${JSON.stringify(persons)}`);
const msPerPicture = await timeGates(pictures);
console.error(`milliseconds of a core for a picture: ${JSON.stringify(msPerPicture)}`);
const unknown = await measureUnknown();
const strict = unknown.refused['unknown=0.99'];
const met =
  persons.right >= bars.persons &&
  strict[known] <= bars.knownRefused &&
  ['scenes', 'portraits'].every((set) => set === known || strict[set] >= bars.othersCaught);
console.log(JSON.stringify({ benchmark: 'gates', children, persons, msPerPicture, unknown, bars, met }));
