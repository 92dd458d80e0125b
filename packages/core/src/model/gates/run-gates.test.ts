/** @file Gates in turn: what is measured, and what is not. */
import { type Gate, parseGates } from '@tintype/contracts/gate';
import { expect, test } from 'vitest';
import { type Measurer, runGates } from './run-gates.ts';

/** Counts what was asked for. */
function aMeasurer(values: Readonly<Partial<Record<keyof Measurer, number>>>) {
  const asked: string[] = [];
  const measurer = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      async () => {
        asked.push(name);
        return value;
      },
    ]),
  ) as Partial<Measurer>;
  return { asked, measurer };
}

const gates: Gate[] = parseGates(['min-size=100', 'person-count=1', 'person-count=1..2']);

test('after a refusal nothing more is measured', async () => {
  const { asked, measurer } = aMeasurer({ widthPx: 50, heightPx: 500, personCount: 1 });

  const { refusal } = await runGates(gates, measurer);

  expect(refusal?.reason).toBe('TOO_SMALL');
  expect(asked).toEqual(['widthPx', 'heightPx']);
});

test('what two gates judge is measured once', async () => {
  const { asked, measurer } = aMeasurer({ widthPx: 500, heightPx: 500, personCount: 1 });

  const outcome = await runGates(gates, measurer);

  expect(outcome).toEqual({ measures: { widthPx: 500, heightPx: 500, personCount: 1 } });
  expect(asked).toEqual(['widthPx', 'heightPx', 'personCount']);
});

test('without gates nothing is measured', async () => {
  const { asked, measurer } = aMeasurer({ widthPx: 1, heightPx: 1 });

  expect(await runGates([], measurer)).toEqual({ measures: {} });
  expect(asked).toEqual([]);
});

test('a gate that cannot be measured lets nothing pass', async () => {
  await expect(runGates(parseGates(['unknown=0.9']), {})).rejects.toThrow('unknown');
});
