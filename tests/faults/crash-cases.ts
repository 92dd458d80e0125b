/** @file What is asked of every crash point: killed there, nothing is damaged; started again, the end is that of a run that was never killed. */
import type { Finding } from '@tintype/contracts/verify';
import type { ScenarioName } from './scenarios.ts';
import type { Ending, Harness, World } from './world.ts';

const expected = new WeakMap<Harness, Map<ScenarioName, Promise<unknown>>>();

/** What a run that was never killed leaves; once for each scenario. */
export function expectedOutcome(harness: Harness, scenario: ScenarioName): Promise<unknown> {
  const known = expected.get(harness) ?? new Map<ScenarioName, Promise<unknown>>();
  expected.set(harness, known);
  const outcome = known.get(scenario) ?? runUnharmed(harness, scenario);
  known.set(scenario, outcome);
  return outcome;
}

async function runUnharmed(harness: Harness, scenario: ScenarioName): Promise<unknown> {
  const world = await harness.prepare(scenario);
  await finish(harness, world, scenario);
  return harness.readOutcome(world);
}

async function finish(harness: Harness, world: World, scenario: ScenarioName): Promise<void> {
  const { code, signal, said } = await harness.run(world, scenario);
  if (code !== 0) throw new Error(`${scenario} ended with ${code ?? signal}: ${said}`);
}

export async function findDamage(harness: Harness, world: World): Promise<Finding[]> {
  const { findings } = await harness.verify(world);
  return findings.filter(({ severity }) => severity === 'damage');
}

export interface Survival {
  /** How each of the killed runs ended. */
  killed: (Ending & { crashAt: string })[];
  /** Found after each of them, and at the end. */
  damage: Finding[];
  outcome: unknown;
  unharmed: unknown;
}

/** Killed at one point after the other in one workspace: a point at which earlier runs have left nothing to do must come before them. */
export async function killAt(harness: Harness, scenario: ScenarioName, crashes: readonly string[]): Promise<Survival> {
  const unharmed = await expectedOutcome(harness, scenario);
  const world = await harness.prepare(scenario);
  const killed: Survival['killed'] = [];
  const damage: Finding[] = [];
  for (const crashAt of crashes) {
    killed.push({ crashAt, ...(await harness.run(world, scenario, crashAt)) });
    // What a repair was to mend is still damaged where it was killed.
    if (scenario !== 'verify') damage.push(...(await findDamage(harness, world)));
  }
  await finish(harness, world, scenario);
  damage.push(...(await findDamage(harness, world)));
  return { killed, damage, outcome: await harness.readOutcome(world), unharmed };
}

export const killedAt = (crashes: readonly string[]): Survival['killed'] =>
  crashes.map((crashAt) => ({ crashAt, code: null, signal: 'SIGKILL', said: '' }));
