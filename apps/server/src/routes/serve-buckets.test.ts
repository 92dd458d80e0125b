/** @file Pictures in buckets over real HTTP: what may be read is answered, every other key is one and the same refusal. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { predictionSchema } from '@tintype/contracts/serve';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPublishedVersion, aServer, type TestServer } from '../testing/a-server.ts';
import { askJson } from '../testing/ask.ts';

const good = {
  'incoming/a.jpg': 'plain',
  'incoming/my photo+1.jpg': 'space and plus',
  'incoming/ü€😀.jpg': 'unicode',
  'incoming/100%.jpg': 'percent',
  'incoming/deep/er/b.jpg': 'deep',
};
const hidden = { 'private/secret.jpg': 'secret', 'incoming-other/c.jpg': 'beside', 'top.jpg': 'top' };

let server: TestServer;
beforeAll(async () => {
  server = await aServer({
    buckets: {
      photos: { store: 'file:photos', prefixes: ['incoming/'] },
      empty: { store: 'file:nowhere', prefixes: [''] },
    },
  });
  const folder = join(server.workspace.folder, 'photos');
  for (const [key, content] of Object.entries({ ...good, ...hidden })) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), content);
  }
  await writeFile(join(folder, 'incoming/large.jpg'), new Uint8Array(2 ** 20 + 1));
  await writeFile(join(server.workspace.folder, 'outside.jpg'), 'outside');
  await symlink('../private/secret.jpg', join(folder, 'incoming/link.jpg'));
  await symlink('../private', join(folder, 'incoming/folder'));
  await aPublishedVersion(server.workspace);
  await server.service.refresh();
});
afterAll(() => server.close());

const encodeAsS3 = (key: string): string => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
const anEvent = (...keys: string[]) => ({
  Records: keys.map((key) => ({
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    s3: { bucket: { name: 'photos', arn: 'arn:aws:s3:::photos' }, object: { key: encodeAsS3(key), size: 5 } },
  })),
});

test.each(Object.entries(good))('the object %j is answered at every door', async (key, content) => {
  const received: string[] = [];
  server.answer(async (bytes) => {
    received.push(Buffer.from(bytes).toString());
    return [0.25, 0.75];
  });

  const replies = [
    await askJson(server.address, '/predict', { bucket: 'photos', key }),
    await askJson(server.address, '/predict', anEvent(key)),
    await askJson(server.address, '/get-prediction', { bucket: 'photos', filename: key }),
  ];

  expect(replies.map((reply) => predictionSchema.parse(reply.json()).prediction)).toEqual(['dog', 'dog', 'dog']);
  expect(received).toEqual([content, content, content]);
});

const forms = [
  ...Object.keys(hidden),
  'incoming/absent.jpg',
  'incoming/link.jpg',
  'incoming/folder/secret.jpg',
  'incoming',
  'incoming/',
  'incoming/deep',
  'incoming/deep/',
  'Incoming/a.jpg',
  'INCOMING/A.JPG',
  'incoming/A.jpg',
  '/incoming/a.jpg',
  '//incoming/a.jpg',
  'incoming//a.jpg',
  './incoming/a.jpg',
  'incoming/./a.jpg',
  'incoming/a.jpg/',
  'incoming/a.jpg/.',
  'incoming/a.jpg/..',
  'incoming/../incoming/a.jpg',
  'incoming/../private/secret.jpg',
  'incoming/../../outside.jpg',
  '../photos/incoming/a.jpg',
  '..',
  '.',
  '/',
  '../outside.jpg',
  'incoming/..%2fprivate/secret.jpg',
  'incoming/%2e%2e/private/secret.jpg',
  'incoming/%2e%2e%2fprivate%2fsecret.jpg',
  'incoming/%252e%252e/private/secret.jpg',
  'incoming/..;/private/secret.jpg',
  'incoming/...//private/secret.jpg',
  'incoming/..\\private\\secret.jpg',
  'incoming\\a.jpg',
  'incoming\\..\\private\\secret.jpg',
  '..\\outside.jpg',
  'C:\\incoming\\a.jpg',
  'C:incoming/a.jpg',
  '\\\\server\\share\\a.jpg',
  '/etc/passwd',
  'file:///etc/passwd',
  'file:photos/incoming/a.jpg',
  's3://photos/incoming/a.jpg',
  'https://photos/incoming/a.jpg',
  'incoming/a.jpg\0',
  'incoming/a.jpg\0.png',
  '\0incoming/a.jpg',
  'incoming/\r\na.jpg',
  'incoming/a.jpg\n',
  'incoming/\u202egpj.a',
  'incoming/\u200ba.jpg',
  'incoming/\ufeffa.jpg',
  'incoming/\ud800a.jpg',
  'incoming/．．/private/secret.jpg',
  'incoming／a.jpg',
  'incoming/a.jpg ',
  ' incoming/a.jpg',
  'incoming/a.jpg.',
  'incoming/a.jpg::$DATA',
  'incoming/a.jpg?versionId=1',
  'incoming/a.jpg#x',
  'incoming/*.jpg',
  'incoming/~/a.jpg',
  '~/outside.jpg',
  '$HOME/outside.jpg',
  '`id`',
  '__proto__',
  `incoming/${'x'.repeat(255)}`,
  `incoming/${'x/'.repeat(500)}a`,
  `incoming/${'é'.repeat(500)}`,
  `incoming/${'€'.repeat(340)}`,
];

test(`${forms.length} forms of keys that may not be read are refused alike`, async () => {
  expect(forms.length).toBeGreaterThanOrEqual(60);
  const seen = new Set<string>();
  for (const key of forms) {
    const questions: [path: string, body: object][] = [
      ['/predict', { bucket: 'photos', key }],
      ['/get-prediction', { bucket: 'photos', filename: key }],
    ];
    // Half of a surrogate pair cannot be URL-encoded.
    if (!/\p{Cs}/u.test(key)) questions.push(['/predict', anEvent(key)]);
    for (const [path, body] of questions) {
      const reply = await askJson(server.address, path, body);
      const { code, detail, hint } = reply.json();
      seen.add([reply.status, code, detail, hint].join(' '));
    }
  }

  expect([...seen]).toEqual([expect.stringMatching(/^403 OBJECT_REFUSED There is no such object/)]);
});

test.each(['other', 'Photos', 'photos ', '__proto__', 'constructor', 'toString', '..', 'photos/incoming', 'empty'])(
  'the bucket %j is refused like an absent key',
  async (bucket) => {
    const reply = await askJson(server.address, '/get-prediction', { bucket, filename: 'incoming/a.jpg' });

    expect(reply.status).toBe(403);
    expect(reply.json()).toMatchObject({ code: 'OBJECT_REFUSED' });
  },
);

test.each(['incoming/%', 'incoming/%zz.jpg', 'incoming/%c3%28.jpg', '%2e%2e/outside.jpg', 'incoming%2F..%2Foutside'])(
  'the encoded key %j of an event is refused',
  async (key) => {
    const event = { Records: [{ s3: { bucket: { name: 'photos' }, object: { key } } }] };

    expect((await askJson(server.address, '/predict', event)).status).toBe(403);
  },
);

test('an event with several records is answered as a batch, in order, and a refused record spoils no other', async () => {
  server.answer(async (bytes) => (Buffer.from(bytes).toString() === 'deep' ? [0.9, 0.1] : [0.25, 0.75]));
  const keys = ['incoming/a.jpg', 'private/secret.jpg', 'incoming/deep/er/b.jpg', 'incoming/large.jpg'];

  const reply = await askJson(server.address, '/predict?top=1', anEvent(...keys));

  expect(reply.status).toBe(200);
  const { predictions } = reply.json() as { predictions: { filename: string; prediction?: string; reason?: string }[] };
  expect(predictions.map(({ filename, prediction, reason }) => [filename, prediction ?? reason])).toEqual([
    ['incoming/a.jpg', 'dog'],
    ['private/secret.jpg', 'OBJECT_REFUSED'],
    ['incoming/deep/er/b.jpg', 'cat'],
    ['incoming/large.jpg', 'IMAGE_TOO_LARGE'],
  ]);
});

test('an object over the limit is refused before it is read', async () => {
  const reply = await askJson(server.address, '/predict', { bucket: 'photos', key: 'incoming/large.jpg' });

  expect(reply.status).toBe(413);
  expect(reply.json()).toMatchObject({ code: 'IMAGE_TOO_LARGE' });
});

test.each([
  [{ bucket: 'photos' }],
  [{ key: 'incoming/a.jpg' }],
  [{ bucket: 'photos', key: '' }],
  [{ bucket: 'photos', key: 7 }],
  [{ bucket: 'photos', key: 'incoming/a.jpg', url: 'https://a.test/' }],
  [{ bucket: 'photos', key: 'x'.repeat(1025) }],
  [{ Records: [] }],
  [{ Records: 'x' }],
  [{ Records: [{ s3: {} }] }],
  [{ Records: [{ Sns: {} }] }],
  [{ Records: Array.from({ length: 65 }, () => anEvent('incoming/a.jpg').Records[0]) }],
  [{ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'photos' }],
])('the body %# names no picture', async (body) => {
  const reply = await askJson(server.address, '/predict', body);

  expect(reply.status).toBe(400);
  expect(reply.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
});

test.each([
  ['model=pets@1&explain=neighbors&top=1', 200],
  ['model=..%2F..%2Fetc', 400],
  ['model=a@b@c', 400],
  ['explain=everything', 400],
])('the question ?%s is answered with %i', async (query, status) => {
  const reply = await askJson(server.address, `/get-prediction?${query}`, {
    bucket: 'photos',
    filename: 'incoming/a.jpg',
  });

  expect(reply.status).toBe(status);
});
