/** @file ONNX Runtime keeps to itself: nothing in the home folder, no log, no id of the machine, from which it would report. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';

const model = renderOnnx(
  onnxModel({
    name: 'test',
    inputs: [onnxValue('x', 'float32', [1])],
    outputs: [onnxValue('y', 'float32', [1])],
    initializers: [],
    nodes: [onnxNode('Neg', ['x'], ['y'])],
  }),
);

/** Opens the model in a process of its own with nothing in its environment but where it may write; gives what it has written there. */
async function listTraces(open: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-traces-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [home, temporary, path] = ['home', 'temporary', 'model.onnx'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([mkdir(home), mkdir(temporary), writeFile(path, model)]);
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary };
  const script = `const path = ${JSON.stringify(path)}; ${open}; await new Promise((done) => setTimeout(done, 500));`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    cwd: import.meta.dirname,
  });
  return [...(await readdir(home, { recursive: true })), ...(await readdir(temporary, { recursive: true }))];
}

test('opened through the one door it leaves no trace', async () => {
  const door = new URL('../../dist/runtime/session.js', import.meta.url).href;

  expect(
    await listTraces(`const { openSession } = await import(${JSON.stringify(door)}); await openSession(path)`),
  ).toEqual([]);
});
