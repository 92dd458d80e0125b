/** @file The short forms of two benchmarks: requests made from our own OpenAPI document, and bytes that are hardly HTTP. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

async function run(script: string, ...args: string[]): Promise<Record<string, unknown>> {
  const path = join(import.meta.dirname, '../benchmarks', script);
  const { stdout } = await promisify(execFile)(process.execPath, [path, ...args]).catch(
    (error: { stdout: string }) => error,
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
}

test('no request made from the document is answered 5xx, and every reply is one that the document promises', async () => {
  const report = await run('api-fuzz.mjs', '--requests', '380', '--seed', '11');

  expect(report).toMatchObject({ met: true, serverErrors: 0, examples: [] });
  expect(report.requests).toBeGreaterThanOrEqual(380);
}, 120_000);

test('bytes that are hardly HTTP are answered 4xx or hung up on, and slow clients hold up nobody', async () => {
  const report = await run('serve-hostile.mjs', '--only', 'raw', '--requests', '100');

  expect(report).toMatchObject({ met: true, health: 'healthy', raw: { serverErrors: [], afterwards: 200 } });
}, 120_000);
