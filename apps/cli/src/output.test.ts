/** @file Which stream gets what, and when in color. */
import { TintypeError } from '@tintype/contracts/errors';
import { afterEach, expect, test, vi } from 'vitest';
import { takesColors } from './colors.ts';
import { openOutput } from './output.ts';

/** What an output wrote, by stream. */
function record(act: () => void): { stdout: string; stderr: string } {
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      written[stream] += String(chunk);
      return true;
    });
  act();
  vi.restoreAllMocks();
  return written;
}

const isTerminal = process.stderr.isTTY;
afterEach(() => {
  process.stderr.isTTY = isTerminal;
});

test('with --json the result is one line on stdout, the problem one line on stderr, and nothing else is written', () => {
  const { stdout, stderr } = record(() => {
    const output = openOutput({ json: true });
    output.progress('half');
    output.notice('by the way');
    output.result({ path: 'a\nb' }, () => 'never');
    output.problem(new TintypeError('SOURCE_NOT_FOUND', { source: 'a\nb' }));
  });

  expect(stdout).toBe('{"path":"a\\nb"}\n');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(stderr)).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
});

test('a problem is three lines, and a name in it cannot write on the terminal', () => {
  const { stdout, stderr } = record(() => {
    openOutput({ json: false }).problem(new TintypeError('SOURCE_NOT_FOUND', { source: 'x\u001B[2J\ny' }));
  });

  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(3);
  expect(stderr).not.toContain('\u001B[2J');
});

test('several lines of progress replace themselves, none wider than the terminal, and are gone before the result', () => {
  process.stderr.isTTY = true;
  const { stderr } = record(() => {
    const output = openOutput({ json: false });
    output.progress(['one', 'x'.repeat(500), 'three']);
    output.progress(['one', 'two']);
    output.result({}, () => 'done');
  });

  const [, second = ''] = stderr.split('\u001B[2A\u001B[J');
  expect(Math.max(...stderr.split('\n').map((line) => line.length))).toBeLessThan(100);
  expect(second).toContain('two');
  expect(stderr.endsWith('\r\u001B[1A\u001B[J')).toBe(true);
});

test('progress replaces itself on a terminal and is gone before the result', () => {
  process.stderr.isTTY = true;
  const { stdout, stderr } = record(() => {
    const output = openOutput({ json: false });
    output.progress('1 of 2');
    output.progress('2 of 2');
    output.result({}, () => 'done');
  });

  expect(stdout).toBe('done\n');
  expect(stderr.endsWith('\r\u001B[K')).toBe(true);
  expect(stderr).not.toContain('\n');
});

test.each([
  { env: {}, isTTY: true, colors: true },
  { env: {}, isTTY: false, colors: false },
  { env: { CI: '1' }, isTTY: false, colors: false },
  { env: { NO_COLOR: '1' }, isTTY: true, colors: false },
  { env: { NO_COLOR: '' }, isTTY: true, colors: true },
  { env: { NO_COLOR: '1', FORCE_COLOR: '1' }, isTTY: true, colors: false },
  { env: { FORCE_COLOR: '1' }, isTTY: false, colors: true },
  { env: { TERM: 'dumb' }, isTTY: true, colors: false },
])('colors with $env on a terminal ($isTTY): $colors', ({ env, isTTY, colors }) => {
  expect(takesColors({ isTTY }, env)).toBe(colors);
});
