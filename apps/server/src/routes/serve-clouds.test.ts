/** @file Pictures in a cloud's bucket over real HTTP: answered by their keys, refused alike, and 503 while the cloud is away. */

import type { FakeCloud } from '@tintype/adapters/buckets/testing/fake-cloud';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { predictionSchema } from '@tintype/contracts/serve';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aPublishedVersion, aServer, type TestServer } from '../testing/a-server.ts';
import { askJson } from '../testing/ask.ts';

let cloud: FakeCloud;
let server: TestServer;
beforeAll(async () => {
  cloud = await startFakeS3();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  server = await aServer({
    buckets: {
      photos: { store: 's3://photos/production', prefixes: ['incoming/'] },
      closed: { store: 's3://closed', prefixes: [''] },
    },
    configure: (config) => {
      config.s3.endpoint = cloud.endpoint;
    },
  });
  await aPublishedVersion(server.workspace);
  await server.service.refresh();
});
afterAll(async () => {
  await server.close();
  await cloud[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

test.each(['incoming/a.jpg', 'incoming/my photo+1.jpg', 'incoming/ü€😀.jpg', 'incoming/100%.jpg'])(
  'the object %j is answered',
  async (key) => {
    cloud.put(`photos/production/${key}`, 'a picture');

    const reply = await askJson(server.address, '/predict', { bucket: 'photos', key });

    expect(predictionSchema.parse(reply.json()).prediction).toBe('dog');
  },
);

test.each([
  ['photos', 'incoming/absent.jpg'],
  ['photos', 'private/secret.jpg'],
  ['photos', '../other/secret.jpg'],
  ['closed', 'a.jpg'],
  ['elsewhere', 'a.jpg'],
])('of the bucket %j the object %j is one and the same refusal', async (bucket, key) => {
  cloud.put('photos/production/private/secret.jpg', 'secret');
  cloud.put('photos/other/secret.jpg', 'secret');

  const reply = await askJson(server.address, '/predict', { bucket, key });

  expect(reply.status).toBe(403);
  expect(reply.json()).toMatchObject({ code: 'OBJECT_REFUSED' });
});

test('an object that is too large is refused unread', async () => {
  cloud.put('photos/production/incoming/large.jpg', new Uint8Array(2 ** 20 + 1));
  cloud.requests.length = 0;

  const reply = await askJson(server.address, '/predict', { bucket: 'photos', key: 'incoming/large.jpg' });

  expect(reply.json()).toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  expect(cloud.requests).toEqual(['HEAD /photos/production/incoming/large.jpg']);
});

test('a cloud that fails is 503, without a word of its own', async () => {
  cloud.put('photos/production/incoming/a.jpg', 'a picture');
  cloud.fault = () => ({ kind: 'status', status: 500, code: 'SecretWords' });
  const reply = await askJson(server.address, '/predict', { bucket: 'photos', key: 'incoming/a.jpg' });
  cloud.fault = () => undefined;

  expect(reply.status).toBe(503);
  expect(reply.json()).toMatchObject({ code: 'BUCKET_UNREACHABLE' });
  expect(JSON.stringify(reply.json())).not.toContain('SecretWords');
});
