/** @file The built command: what it writes, and how it refuses. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const command = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

test('the program is built before its tests run', () => {
  expect(existsSync(command), 'npm run build:code makes dist/main.js').toBe(true);
});

test('a run writes the asked number of pictures and says so as JSON', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'recyclables-'));
  const { code, stdout } = await run(dir, '--count', '5', '--size', '64', '--json');

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ files: 5, clean: { boxes: 1 } });
  expect(await readdir(join(dir, 'soda-cans'))).toEqual(['soda-cans_00001.jpg']);
  await rm(dir, { recursive: true });
});

test('help is printed on stdout', async () => {
  const { code, stdout } = await run('--help');

  expect(code).toBe(0);
  expect(stdout).toMatch(/--count N/);
});

test.each([
  [[]],
  [['a', 'b']],
  [['a', '--count', '0']],
  [['a', '--size', '63']],
  [['a', '--seed', 'x']],
  [['a', '--nonsense']],
])('%j is refused with exit code 64', async (args) => {
  const { code, stdout, stderr } = await run(...args);

  expect(code).toBe(64);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/Usage:/);
});

test('a folder that cannot be written ends with exit code 74', async () => {
  const { code, stderr } = await run(join(command, 'under-a-file'), '--count', '1', '--size', '64');

  expect(code).toBe(74);
  expect(stderr).toMatch(/could not be written/);
});
