/** @file POST /predict and GET /health over real HTTP: every good and every bad way to send a picture. */
import { connect } from 'node:net';
import { TintypeError } from '@tintype/contracts/errors';
import { type BatchPrediction, healthSchema, predictionSchema } from '@tintype/contracts/serve';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { aPublishedVersion, aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson, askPrediction } from '../testing/ask.ts';

let server: TestServer;
beforeAll(async () => {
  server = await aServer();
});
afterAll(() => server.close());

const picture = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

describe('without a model', () => {
  test('health says that nothing is loaded, and a picture is answered with MODEL_NOT_SERVED', async () => {
    await server.service.refresh();
    const health = await ask(server.address, '/health');
    const reply = await askPrediction(server.address, picture);

    expect(health.status).toBe(200);
    expect(healthSchema.parse(health.json())).toMatchObject({ status: 'degraded', model_loaded: false, model: null });
    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBe('1');
    expect(reply.json()).toMatchObject({ code: 'MODEL_NOT_SERVED' });
  });
});

describe('with a model', () => {
  let received: Uint8Array[] = [];
  beforeAll(async () => {
    await aPublishedVersion(server.workspace);
    await server.service.refresh();
  });
  beforeEach(() => {
    received = [];
    server.answer(async (bytes) => {
      received.push(bytes);
      return [0.25, 0.75];
    });
  });

  test('health says which version answers', async () => {
    const reply = await ask(server.address, '/health');

    expect(healthSchema.parse(reply.json())).toEqual({
      status: 'healthy',
      model_loaded: true,
      processor_loaded: true,
      detector_loaded: false,
      model: 'pets',
      version: 1,
    });
    expect(reply.headers['cache-control']).toBe('no-store');
  });

  test('HEAD of health has the headers of GET and no body', async () => {
    const reply = await ask(server.address, '/health', { method: 'HEAD' });

    expect(reply.status).toBe(200);
    expect(reply.text).toBe('');
    expect(reply.headers['content-type']).toContain('application/json');
  });

  test('a picture is answered with the prediction, and its bytes arrive unchanged', async () => {
    const reply = await askPrediction(server.address, picture);

    expect(reply.status).toBe(200);
    expect(predictionSchema.parse(reply.json())).toEqual({
      prediction: 'dog',
      confidence: 0.75,
      probabilities: { cat: 0.25, dog: 0.75 },
      error: null,
      model: 'pets',
      version: 1,
      request_id: reply.headers['x-request-id'],
    });
    expect(received).toEqual([picture]);
  });

  test.each([
    '../../etc/passwd',
    'a\0b.jpg',
    '<script>alert(1)</script>.png',
    '__proto__',
    'x'.repeat(5000),
    '\u202egnp.exe',
    '',
  ])('the file name %j changes nothing', async (name) => {
    const reply = await askPrediction(server.address, picture, { name });

    expect(reply.status).toBe(200);
    expect(reply.text).not.toContain('script');
  });

  test.each([
    { field: 'image', code: 'FILE_FIELD_MISSING', status: 400 },
    { field: '', code: 'FILE_FIELD_MISSING', status: 400 },
    { field: '__proto__', code: 'USAGE_INVALID', status: 400 },
  ])('a file in the field "$field" is answered with $code', async ({ field, code, status }) => {
    const reply = await askPrediction(server.address, picture, { field });

    expect(reply.status).toBe(status);
    expect(reply.json()).toMatchObject({ code });
  });

  test('an address in the file field is not a file and is never fetched', async () => {
    const form = new FormData();
    form.append('file', 'http://127.0.0.1:1/picture.jpg');
    const response = await fetch(`${server.address}/predict`, { method: 'POST', body: form });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'FILE_FIELD_MISSING' });
  });

  test('two files are one too many', async () => {
    const form = new FormData();
    for (const name of ['a.jpg', 'b.jpg']) form.append('file', new Blob([picture]), name);
    const response = await fetch(`${server.address}/predict`, { method: 'POST', body: form });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'USAGE_INVALID' });
  });

  test('many fields are too many, a few are ignored', async () => {
    const send = async (fields: number): Promise<number> => {
      const form = new FormData();
      for (let i = 0; i < fields; i += 1) form.append(`field${i}`, 'x');
      form.append('file', new Blob([picture]), 'a.jpg');
      return (await fetch(`${server.address}/predict`, { method: 'POST', body: form })).status;
    };

    expect(await send(3)).toBe(200);
    expect(await send(100)).toBe(400);
  });

  test.each([
    { what: 'no parts', body: '--x--\r\n', code: 'FILE_FIELD_MISSING' },
    { what: 'another boundary', body: '--y\r\n\r\n--y--\r\n', code: 'USAGE_INVALID' },
    { what: 'an end in the middle of the file', body: part('abc').slice(0, -8), code: 'USAGE_INVALID' },
    { what: 'nothing at all', body: '', code: 'FILE_FIELD_MISSING' },
  ])('a form with $what is answered with $code', async ({ body, code }) => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const reply = await ask(server.address, '/predict', { method: 'POST', headers, body });

    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ code });
    expect(received).toEqual([]);
  });

  test('a picture over the limit is refused, whether its size is stated or not', async () => {
    const big = new Uint8Array(3 * 2 ** 20);
    const stated = await askPrediction(server.address, big);
    const chunked = await fetch(`${server.address}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: chunks(part(Buffer.from(big).toString('latin1')), 65_536),
      duplex: 'half',
    });

    for (const reply of [stated, { status: chunked.status, json: () => JSON.parse('{}') }])
      expect(reply.status).toBe(413);
    expect(stated.json()).toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    expect(await chunked.json()).toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    expect(received).toEqual([]);
  });

  test('a picture that cannot be decoded is answered with its own code', async () => {
    server.answer(async () => {
      throw new TintypeError('IMAGE_TRUNCATED', {});
    });

    const reply = await askPrediction(server.address, picture);

    expect(reply.status).toBe(422);
    expect(reply.json()).toMatchObject({ code: 'IMAGE_TRUNCATED', hint: expect.stringContaining('Copy') });
  });

  test('a full queue is answered with a time to come again', async () => {
    server.answer(async () => {
      throw new TintypeError('OVERLOADED', { retryAfterS: 2 });
    });

    const reply = await askPrediction(server.address, picture);

    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBe('2');
  });

  test('uploads that break off leave nothing behind and disturb nobody', async () => {
    const broken = Array.from({ length: 30 }, (_, i) => breakOff(server.address, i % 2 === 0 ? 0 : 5000));
    const replies = await Promise.all([...broken, askPrediction(server.address, picture)]);

    expect(replies.at(-1)).toMatchObject({ status: 200 });
    expect(received).toHaveLength(1);
  });

  test('a request that moves slowly, byte by byte, is still read', async () => {
    const response = await fetch(`${server.address}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: chunks(part('abcdef'), 1),
      duplex: 'half',
    });

    expect(response.status).toBe(200);
    expect(Buffer.from(received[0] as Uint8Array).toString()).toBe('abcdef');
  });

  test('a picture may be the body itself', async () => {
    const send = (type: string, body: Uint8Array) =>
      ask(server.address, '/predict', { method: 'POST', headers: { 'content-type': type }, body });

    const reply = await send('image/jpeg', picture);

    expect(reply.status).toBe(200);
    expect(predictionSchema.parse(reply.json()).prediction).toBe('dog');
    expect(received).toEqual([picture]);
    expect((await send('image/png', new Uint8Array(0))).json()).toMatchObject({ code: 'IMAGE_EMPTY' });
    expect((await send('image/png', new Uint8Array(2 ** 20 + 1))).status).toBe(413);
    expect((await send('image/', picture)).status).toBe(415);
    expect((await send('text/plain', picture)).status).toBe(415);
  });

  test('an address is fetched by whom it is given to, and its picture answered', async () => {
    const asked: { url: string; limitBytes: number }[] = [];
    server.serveAddress(async (url, { limitBytes }) => {
      asked.push({ url, limitBytes });
      return picture;
    });

    const reply = await askJson(server.address, '/predict', { url: 'https://pictures.test/a.jpg' });

    expect(reply.status).toBe(200);
    expect(predictionSchema.parse(reply.json()).prediction).toBe('dog');
    expect(asked).toEqual([{ url: 'https://pictures.test/a.jpg', limitBytes: 2 ** 20 }]);
    expect(received).toEqual([picture]);
  });

  test('an address that is refused is told so', async () => {
    server.serveAddress(() => Promise.reject(new TintypeError('URL_REFUSED', { reason: 'it is not public' })));

    const reply = await askJson(server.address, '/predict', { url: 'http://169.254.169.254/' });

    expect(reply.status).toBe(422);
    expect(reply.json()).toMatchObject({ code: 'URL_REFUSED' });
  });

  test.each([
    [{}],
    [{ url: 7 }],
    [{ url: '' }],
    [{ url: 'x'.repeat(3000) }],
    [{ url: 'http://a.test/', more: 1 }],
    [[]],
    [null],
    ['x'],
  ])('the body %j names no picture', async (body) => {
    const reply = await askJson(server.address, '/predict', JSON.stringify(body));

    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  test('only so many classes are listed as are asked for', async () => {
    const send = (query: string) =>
      ask(server.address, `/predict?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'image/png' },
        body: picture,
      });

    expect((await send('top=1')).json().probabilities).toEqual({ dog: 0.75 });
    expect((await send('top=0')).status).toBe(400);
    expect((await send('topp=1')).status).toBe(400);
  });

  describe('a batch', () => {
    const sendBatch = async (files: readonly Uint8Array[], field = 'files') => {
      const form = new FormData();
      for (const [n, bytes] of files.entries()) form.append(field, new Blob([Uint8Array.from(bytes)]), `${n}.jpg`);
      const response = await fetch(`${server.address}/predict-batch`, { method: 'POST', body: form });
      return {
        status: response.status,
        body: (await response.json()) as { predictions: BatchPrediction[]; code: string },
      };
    };

    test('is answered in order, and a bad file spoils no other', async () => {
      server.answer(async (bytes) => {
        if (bytes[0] === 2) throw new TintypeError('IMAGE_TRUNCATED', {});
        if (bytes[0] === 1) await new Promise((resolve) => setTimeout(resolve, 30));
        return [0.25, 0.75];
      });

      const { status, body } = await sendBatch([
        ...[1, 2, 3].map((n) => Uint8Array.of(n)),
        new Uint8Array(2 ** 20 + 1),
        Uint8Array.of(5),
      ]);

      expect(status).toBe(200);
      expect(body.predictions.map(({ filename, prediction, reason }) => [filename, prediction ?? reason])).toEqual([
        ['0.jpg', 'dog'],
        ['1.jpg', 'IMAGE_TRUNCATED'],
        ['2.jpg', 'dog'],
        ['3.jpg', 'IMAGE_TOO_LARGE'],
        ['4.jpg', 'dog'],
      ]);
    });

    test('of no files, of too many, or in another field, is refused as a whole', async () => {
      expect((await sendBatch([picture], 'file')).body.code).toBe('FILE_FIELD_MISSING');
      expect((await sendBatch([])).status).toBe(400);
      expect((await sendBatch(Array.from({ length: 65 }, () => Uint8Array.of(1)))).body.code).toBe('USAGE_INVALID');
    });

    test('is refused as a whole where the server is at fault', async () => {
      server.answer(async () => {
        throw new TintypeError('OVERLOADED', { retryAfterS: 1 });
      });

      expect((await sendBatch([picture, picture])).status).toBe(503);
    });
  });

  test('promoting another version switches while requests run, and none fails', async () => {
    server.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [0.5, 0.5];
    });
    const seen = new Set<unknown>();
    const stop = new AbortController();
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!stop.signal.aborted) {
          const reply = await askPrediction(server.address, picture);
          expect(reply.status).toBe(200);
          seen.add(reply.json().version);
        }
      }),
    );

    await vi.waitFor(() => expect(seen).toContain(1));
    const { version } = await aPublishedVersion(server.workspace, 'bundle-2');
    await vi.waitFor(() => expect(seen).toContain(version), { timeout: 5000 });
    stop.abort();
    await load;

    expect([...seen]).toEqual([1, version]);
  });
});

function part(content: string): string {
  return `--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n${content}\r\n--x--\r\n`;
}

function chunks(text: string, sizeBytes: number): ReadableStream<Uint8Array> {
  const bytes = Buffer.from(text, 'latin1');
  let start = 0;
  return new ReadableStream({
    pull(controller) {
      if (start >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(start, (start += sizeBytes)));
    },
  });
}

/** Begins an upload and hangs up after some bytes of the file. */
function breakOff(address: string, afterBytes: number): Promise<void> {
  const { hostname, port, host } = new URL(address);
  const head = `POST /predict HTTP/1.1\r\nhost: ${host}\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 100000\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(head + part('y'.repeat(50_000)).slice(0, 120 + afterBytes), () =>
        setTimeout(() => socket.destroy(), 20),
      );
    });
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
}
