/** @file What the light beside the workspace's name says: one tone, one word, one sentence, and the next step where there is one. */
import type { Health } from '@tintype/contracts/serve';

export interface HealthState {
  tone: 'good' | 'warn' | 'bad' | 'unknown';
  label: string;
  sentence: string;
  /** Commands that change it, in order. */
  commands: readonly string[];
}

export const trainCommands = ['npx tintype ingest DIR --labels folder', 'npx tintype train'] as const;
export const startCommands = ['npx tintype start'] as const;

/** `health` is undefined before the first answer; `isReachable` false once the server stopped answering. */
export function describeHealth(health: Health | undefined, isReachable: boolean): HealthState {
  if (!isReachable) {
    return {
      tone: 'bad',
      label: 'No answer',
      sentence: 'The server does not answer. What it confirmed before is safe; this page goes on when it is back.',
      commands: startCommands,
    };
  }
  if (!health) return { tone: 'unknown', label: 'Asking', sentence: 'Asking the server how it is.', commands: [] };
  if (health.status === 'healthy' && health.model) {
    return { tone: 'good', label: `${health.model}@${health.version}`, sentence: 'The model answers.', commands: [] };
  }
  if (!health.model) {
    return {
      tone: 'warn',
      label: 'No model',
      sentence:
        'There is no model yet, so pictures cannot be classified. The server picks one up as soon as it is trained.',
      commands: trainCommands,
    };
  }
  if (health.status === 'starting') {
    return {
      tone: 'warn',
      label: 'Starting',
      sentence: `${health.model}@${health.version} is being loaded.`,
      commands: [],
    };
  }
  return {
    tone: 'warn',
    label: 'Degraded',
    sentence: health.model_loaded
      ? 'The model is loaded, but part of the server is not ready.'
      : `${health.model}@${health.version} could not be loaded. Promote another version, or train anew.`,
    commands: health.model_loaded ? [] : ['npx tintype models', 'npx tintype models promote VERSION champion'],
  };
}
