/** @file Tokens by the command line, against a server that other machines reach, in a process of its own. */
import { join } from 'node:path';
import type { ApiToken } from '@tintype/contracts/access';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTintype, temporaryFolder, tintype, tintypeJson, tintypeProblem } from './cli.ts';

let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
let server: Awaited<ReturnType<typeof serve>>;
let at: string[];
beforeAll(async () => {
  scratch = await temporaryFolder();
  at = ['--workspace', join(scratch.path, 'shop')];
  await tintypeJson(['init', join(scratch.path, 'shop')]);
  server = await serve(['--host', '0.0.0.0', ...at]);
});
afterAll(async () => {
  await server.end();
  await scratch[Symbol.asyncDispose]();
});

async function serve(words: readonly string[]) {
  const child = startTintype(['serve', '--port', '0', '--children', '1', ...words]);
  let stderr = '';
  let stdout = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const port = await new Promise<string>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${stderr}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const found = /page +http:\/\/\S+:(\d+)\//.exec(stdout)?.[1];
      if (found) resolve(found);
    });
  });
  return {
    address: `http://127.0.0.1:${port}`,
    stderr: () => stderr,
    stdout: () => stdout,
    end: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGTERM');
      }),
  };
}

const askAs = async (secret: string): Promise<number> =>
  (await fetch(`${server.address}/api/samples`, { headers: { authorization: `Bearer ${secret}` } })).status;

test('the link for the first administrator is on stderr alone, and works once', async () => {
  const link = /\/join#(\S+)/.exec(server.stderr())?.[1] ?? '';
  const join = (name: string) =>
    fetch(`${server.address}/api/join`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ invitation: link, name, password: 'correct horse battery' }),
    });

  const [first, second] = [await join('ada'), await join('eve')];

  expect(server.stdout()).not.toContain('join');
  expect(first.status).toBe(200);
  expect(second.status).toBe(403);
});

test('a token is made, printed alone, listed without its secret, used, and revoked within a second', async () => {
  const { stdout, stderr } = await tintype(['token', 'create', 'camera', '--expires', '12h', ...at]);
  const secret = stdout.trim();
  const before = await askAs(secret);
  const { items } = await tintypeJson<{ items: ApiToken[] }>(['token', 'list', ...at]);

  await tintypeJson(['token', 'revoke', 'camera', ...at]);
  const revokedAt = performance.now();
  const after = await askAs(secret);

  expect(secret).toMatch(/^tintype_[0-9a-f]{20}_[\w-]{43}$/);
  expect(stderr).toContain('shown this once');
  expect([before, after]).toEqual([200, 401]);
  expect(performance.now() - revokedAt).toBeLessThan(1000);
  expect(items).toEqual([expect.objectContaining({ name: 'camera', role: 'viewer', lastUsedAt: expect.any(Number) })]);
  expect(JSON.stringify(items)).not.toContain(secret.slice(-43));
});

test('a narrowed token may only what it was narrowed to', async () => {
  const made = await tintypeJson<{ secret: string; token: ApiToken }>(
    ['token', 'create', 'predictor', '--role', 'trainer', '--scope', 'predict', 'train', '--expires', 'never'].concat(
      at,
    ),
  );

  expect(made.token).toMatchObject({ role: 'trainer', scopes: ['predict', 'train'], expiresAt: null });
  expect(await askAs(made.secret)).toBe(403);
});

test.each([
  [['create', 'a b'], 64, 'VALIDATION_FAILED'],
  [['create', 'x', '--scope', 'train'], 64, 'VALIDATION_FAILED'],
  [['create', 'x', '--role', 'king'], 64, 'USAGE_INVALID'],
  [['create', 'x', '--expires', 'soon'], 64, 'USAGE_INVALID'],
  [['create', 'x', '--expires', '0s'], 64, 'VALIDATION_FAILED'],
  [['create'], 64, 'USAGE_INVALID'],
  [['revoke', 'nothing'], 66, 'TOKEN_NOT_FOUND'],
])('tintype token %j ends with %d and %s', async (words, exitCode, code) => {
  expect(await tintypeProblem(['token', ...words, ...at])).toMatchObject({ exitCode, code });
});

test('of two tokens of one name one is revoked by its id', async () => {
  const ids = [];
  for (let i = 0; i < 2; i += 1) {
    ids.push((await tintypeJson<{ token: ApiToken }>(['token', 'create', 'twin', ...at])).token.id);
  }

  expect(await tintypeProblem(['token', 'revoke', 'twin', ...at])).toMatchObject({
    code: 'TOKEN_AMBIGUOUS',
    exitCode: 64,
  });
  await tintypeJson(['token', 'revoke', ids[0] as string, ...at]);
  expect(await tintypeJson(['token', 'revoke', 'twin', ...at])).toMatchObject({ id: ids[1] });
});
