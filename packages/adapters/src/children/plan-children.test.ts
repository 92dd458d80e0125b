/** @file Children for machines of every size. */
import { expect, test } from 'vitest';
import { parseQuota, planChildren, readMachine } from './plan-children.ts';

test.each([
  { machine: { cores: 2, memoryMb: 4096 }, plan: { size: 2, memoryMb: 1792, threads: 1 } },
  { machine: { cores: 16, memoryMb: 131_072 }, plan: { size: 16, memoryMb: 4096, threads: 1 } },
  { machine: { cores: 8, memoryMb: 2048 }, plan: { size: 3, memoryMb: 512, threads: 2 } },
  { machine: { cores: 1, memoryMb: 512 }, plan: { size: 1, memoryMb: 512, threads: 1 } },
])('$machine.cores cores and $machine.memoryMb MB hold $plan.size children', ({ machine, plan }) => {
  expect(planChildren(machine)).toEqual(plan);
});

test('as many children as are asked for, with the cores between them', () => {
  expect(planChildren({ cores: 8, memoryMb: 8704 }, 2)).toEqual({ size: 2, memoryMb: 4096, threads: 4 });
  expect(planChildren({ cores: 2, memoryMb: 4608 }, 5)).toEqual({ size: 5, memoryMb: 819, threads: 1 });
});

test('a quota of processor time counts as so many cores, begun ones as whole', () => {
  expect([parseQuota('150000 100000\n'), parseQuota('20000 100000'), parseQuota('max 100000')]).toEqual([
    2,
    1,
    Number.POSITIVE_INFINITY,
  ]);
});

test('this machine has cores and memory', () => {
  const { cores, memoryMb } = readMachine();

  expect(cores).toBeGreaterThanOrEqual(1);
  expect(memoryMb).toBeGreaterThan(64);
});
