/** @file Reading an upload: what is held while it is used, and that nothing is held after. */
import { connect } from 'node:net';
import fastifyMultipart from '@fastify/multipart';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UploadBudget, withUpload } from './read-upload.ts';
import { askPrediction } from './testing/ask.ts';

const limitBytes = 100_000;
let app: FastifyInstance;
let address: string;
let budget: UploadBudget;
let heldDuring: number[];
let failures: string[];
/** What runs with the bytes. */
let use: (bytes: Uint8Array) => Promise<void>;

beforeEach(async () => {
  budget = new UploadBudget(250_000);
  heldDuring = [];
  failures = [];
  use = async () => {};
  app = Fastify();
  await app.register(fastifyMultipart, { throwFileSizeLimit: false });
  app.setErrorHandler((error: Error & { code: string; status?: number }, _request, reply) => {
    failures.push(error.code);
    return reply.code(error.status ?? 500).send({ code: error.code });
  });
  app.post('/predict', async (request) =>
    withUpload(request, { field: 'file', limitBytes, budget }, async (bytes) => {
      heldDuring.push(budget.heldBytes);
      await use(bytes);
      return { sizeBytes: bytes.length };
    }),
  );
  address = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => app.close());

const aFile = (sizeBytes: number): Uint8Array => new Uint8Array(sizeBytes).fill(7);

test('bytes are held while they are used and given back after', async () => {
  const reply = await askPrediction(address, aFile(50_000));

  expect(reply.json()).toEqual({ sizeBytes: 50_000 });
  expect(heldDuring).toEqual([50_000]);
  expect(budget.heldBytes).toBe(0);
});

test('bytes are given back when their use fails', async () => {
  use = async () => {
    throw new Error('no');
  };

  await askPrediction(address, aFile(50_000));

  expect(budget.heldBytes).toBe(0);
});

test('a file one byte over the limit is refused, one at the limit is not', async () => {
  expect((await askPrediction(address, aFile(limitBytes))).status).toBe(200);
  expect((await askPrediction(address, aFile(limitBytes + 1))).json()).toEqual({ code: 'IMAGE_TOO_LARGE' });
  expect(budget.heldBytes).toBe(0);
});

test('more than all requests may hold together is told to come again, and the others go on', async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  use = () => held;
  const first = [askPrediction(address, aFile(90_000)), askPrediction(address, aFile(90_000))];
  await vi.waitFor(() => expect(heldDuring).toHaveLength(2));

  const third = await askPrediction(address, aFile(90_000));
  release();

  expect(third).toMatchObject({ status: 503 });
  expect((await Promise.all(first)).map((reply) => reply.status)).toEqual([200, 200]);
  expect(budget.heldBytes).toBe(0);
});

test('an upload that breaks off is noticed, and its bytes are given back', async () => {
  const { hostname, port, host } = new URL(address);
  const head = [
    'POST /predict HTTP/1.1',
    `host: ${host}`,
    'content-type: multipart/form-data; boundary=x',
    'content-length: 90000',
    '',
    '--x',
    'content-disposition: form-data; name="file"; filename="a.jpg"',
    '',
    'y'.repeat(30_000),
  ].join('\r\n');
  const socket = connect(Number(port), hostname, () => socket.write(head));
  await vi.waitFor(() => expect(budget.heldBytes).toBeGreaterThan(0));

  socket.destroy();

  await vi.waitFor(() => expect(failures).toEqual(['CANCELLED']));
  expect(budget.heldBytes).toBe(0);
  expect(heldDuring).toEqual([]);
});
