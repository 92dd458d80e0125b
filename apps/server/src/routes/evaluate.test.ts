/** @file Reports, comparisons, lineage and the model itself over real HTTP. */
import {
  answersViewSchema,
  evaluationReportSchema,
  lineageSchema,
  versionComparisonSchema,
} from '@tintype/contracts/evaluation-report';
import { objectKeys } from '@tintype/core/ports/object-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anIngestedPicture, aPublishedVersion, aServer, type TestServer } from '../testing/a-server.ts';
import { ask } from '../testing/ask.ts';

let server: TestServer;
let ids: string[];
const version = (path: string, number = 2): string => `/api/models/pets/versions/${number}/${path}`;

beforeAll(async () => {
  server = await aServer();
  const { catalog } = server.workspace;
  await aPublishedVersion(server.workspace, 'bundle-1');
  const { bundleHash } = await aPublishedVersion(server.workspace, 'bundle-2');
  await server.workspace.store.put(objectKeys.bundleFile(bundleHash, 'model.onnx'), Buffer.from('a graph'));
  ids = [];
  for (const [n, className] of ['cat', 'cat', 'dog', 'dog'].entries())
    ids.push(
      await anIngestedPicture(server.workspace, {
        bytes: Buffer.from(`picture ${n}`),
        path: `${className}/${n}.png`,
        className,
      }),
    );
  const answers: [string, number][][] = [
    [
      ['cat', 0.9],
      ['dog', 0.6],
      ['dog', 0.9],
      ['dog', 0.8],
    ],
    [
      ['cat', 0.9],
      ['cat', 0.7],
      ['dog', 0.9],
      ['cat', 0.95],
    ],
  ];
  for (const [n, row] of answers.entries())
    await catalog.samplePredictions.record(
      row.map(([predicted, confidence], at) => ({
        model: 'pets',
        version: n + 1,
        sampleId: ids[at] as string,
        className: null,
        predicted,
        confidence,
        probabilities: null,
      })),
    );
});
afterAll(() => server.close());

const get = async (path: string) => ask(server.address, path);

test('the report of a version says what its answers come to', async () => {
  const report = evaluationReportSchema.parse((await get(version('report?on=unseen'))).json());

  expect(report).toMatchObject({ on: 'unseen', pictures: 4, accuracy: 0.75, temperature: 1.2 });
  expect(report.reliability.after.map(({ from, pictures, accuracy }) => [from, pictures, accuracy])).toEqual([
    [0.7, 1, 1],
    [0.9, 3, 2 / 3],
  ]);
  expect(report.thresholds.map(({ className, pictures }) => [className, pictures])).toEqual([
    ['cat', 2],
    ['dog', 2],
  ]);
});

test('a version whose answers were not kept has an empty report', async () => {
  expect((await get(version('report'))).json()).toMatchObject({ on: 'test', pictures: 0 });
});

test('the pictures behind a cell are named', async () => {
  const reply = await get(version('answers?on=unseen&className=dog&predicted=cat'));

  expect(answersViewSchema.parse(reply.json())).toEqual({ total: 1, sampleIds: [ids[3]] });
  expect((await get(version('answers?on=unseen&wrong=false'))).json()).toMatchObject({ total: 3 });
  expect((await get(version('answers?on=unseen&from=0.7&to=0.91'))).json()).toMatchObject({ total: 3 });
});

test('two versions are compared on the pictures that both have answered', async () => {
  const comparison = versionComparisonSchema.parse((await get(version('compare?other=1'))).json());

  expect(comparison).toMatchObject({
    version: 2,
    other: 1,
    pictures: 4,
    bothRight: 2,
    onlyOwnRight: 1,
    onlyOtherRight: 1,
    bothWrong: 0,
    p: 1,
    unanswered: [],
  });
  expect(comparison.lost).toEqual([{ sampleId: ids[3], className: 'dog', predicted: 'cat', otherPredicted: 'dog' }]);
  expect(comparison.won.map(({ sampleId }) => sampleId)).toEqual([ids[1]]);
});

test('the lineage of a version names who moved which alias', async () => {
  const lineage = lineageSchema.parse((await get(version('lineage'))).json());

  expect(lineage.moves).toMatchObject([{ alias: 'champion', version: 2, previous: 1, by: 'test' }]);
  expect(lineage).toMatchObject({ run: null, snapshot: null, labelers: [] });
});

test('the graph of a version is sent for good, and that of an alias is asked again', async () => {
  const fixed = await get(version('bundle/model.onnx'));
  const moving = await get('/api/models/pets/versions/champion/bundle/model.onnx');

  expect(fixed.text).toBe('a graph');
  expect(fixed.headers['cache-control']).toContain('immutable');
  expect(moving.headers['cache-control']).toBe('private, no-cache');
});

test.each([
  [version('report', 9), 404, 'VERSION_NOT_FOUND'],
  [version('report?on=train'), 400, 'VALIDATION_FAILED'],
  [version('compare'), 400, 'VALIDATION_FAILED'],
  [version('compare?other=7'), 404, 'VERSION_NOT_FOUND'],
  [version('bundle/parity.json'), 400, 'VALIDATION_FAILED'],
  [version('bundle/model.onnx', 1), 404, 'OBJECT_NOT_FOUND'],
])('%s is answered with %i %s', async (path, status, code) => {
  const reply = await get(path);

  expect([reply.status, reply.json()]).toMatchObject([status, { code }]);
});
