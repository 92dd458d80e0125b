/** @file What can be trained and how long it would take, over HTTP. */
import type { Role } from '@tintype/contracts/access';
import { trainableModelsViewSchema } from '@tintype/contracts/api';
import {
  architectureNames,
  type TrainingEstimate,
  type TrainOptions,
  trainOptionsSchema,
} from '@tintype/contracts/train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';
import { aToken, bearer } from '../testing/who-asks.ts';

const anEstimate: TrainingEstimate = {
  pictures: { train: 70, validation: 10 },
  classes: 2,
  missing: 0,
  preparationMs: 0,
  trainingMs: 1200,
  network: null,
  notices: [],
};

let server: TestServer;
let asked: TrainOptions[];
beforeAll(async () => {
  asked = [];
  const estimates = {
    estimate: async (options: TrainOptions) => {
      asked.push(options);
      return anEstimate;
    },
  };
  server = await aServer({ estimates, configure: (config) => void (config.access.required = true) });
});
afterAll(() => server.close());

const as = async (role: Role) => bearer((await aToken(server.access, { role })).secret);

test('every model is told in words with options that training takes, and every architecture is among them', async () => {
  const view = trainableModelsViewSchema.parse(
    (await ask(server.address, '/api/train/models', { headers: await as('viewer') })).json(),
  );

  expect(view.items.map(({ id }) => id)).toEqual(expect.arrayContaining([...architectureNames]));
  expect(view.items.every(({ words }) => words.length > 40)).toBe(true);
  for (const { options } of view.items) expect(trainOptionsSchema.strict().safeParse(options).success).toBe(true);
});

test('backbones of runs before come first, without what is built in', async () => {
  const { runs } = server.workspace.catalog;
  const run = { snapshot: 'snap_1', status: 'running', endedAt: null, error: null } as const;
  await runs.create({ ...run, id: 'run_a', startedAt: 1, options: { backbone: 'hub:a/b' } });
  await runs.create({ ...run, id: 'run_b', startedAt: 2, options: { backbone: 'histograms' } });
  await runs.create({ ...run, id: 'run_c', startedAt: 3, options: { backbone: '/m.onnx', train: 'all' } });

  const reply = await ask(server.address, '/api/train/models', { headers: await as('viewer') });

  expect(reply.json().backbones).toEqual(['/m.onnx', 'hub:a/b']);
});

test('an estimate is of the options with their defaults', async () => {
  const reply = await askJson(server.address, '/api/train/estimate', { seed: 3 }, await as('trainer'));

  expect([reply.status, reply.json()]).toEqual([200, anEstimate]);
  expect(asked.at(-1)).toMatchObject({ seed: 3, backbone: 'histograms', head: 'logistic' });
});

test('whoever trains may not name files of the server', async () => {
  const body = { backbone: '/etc/passwd' };

  const reply = await askJson(server.address, '/api/train/estimate', body, await as('trainer'));

  expect([reply.status, reply.json().code]).toEqual([403, 'PATHS_FORBIDDEN']);
});
