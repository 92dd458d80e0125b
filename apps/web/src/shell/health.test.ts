/** @file The light says what is wrong and what to type. */
import type { Health } from '@tintype/contracts/serve';
import { expect, test } from 'vitest';
import { describeHealth } from './health.ts';

const aHealth = (part: Partial<Health>): Health => ({
  status: 'healthy',
  model_loaded: true,
  processor_loaded: true,
  detector_loaded: false,
  model: 'scenes',
  version: 3,
  ...part,
});

test.each([
  [aHealth({}), 'good', 'scenes@3', []],
  [
    aHealth({ status: 'starting', model_loaded: false, model: null, version: null }),
    'warn',
    'No model',
    ['npx tintype ingest DIR --labels folder', 'npx tintype train'],
  ],
  [aHealth({ status: 'starting', model_loaded: false }), 'warn', 'Starting', []],
  [
    aHealth({ status: 'degraded', model_loaded: false }),
    'warn',
    'Degraded',
    ['npx tintype models', 'npx tintype models promote VERSION champion'],
  ],
  [undefined, 'unknown', 'Asking', []],
])('%j is shown as %s, %s', (health, tone, label, commands) => {
  expect(describeHealth(health, true)).toMatchObject({ tone, label, commands });
});

test('a server that stopped answering is bad whatever it said last', () => {
  expect(describeHealth(aHealth({}), false)).toMatchObject({
    tone: 'bad',
    label: 'No answer',
    commands: ['npx tintype start'],
  });
});
