/** @file From options to a registered version: a head or a network, trained anew or gone on with. What every door calls. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { isNetworkTraining, networkOptionsSchema, type TrainOptions } from '@tintype/contracts/train';
import type { RunFolders } from '../ports/run-folders.ts';
import { trainHead } from '../train/train-head.ts';
import {
  resumeNetwork,
  type TrainNetworkNeeds,
  type TrainNetworkRequest,
  trainNetwork,
} from '../train/train-network.ts';
import { type RegisterOptions, type Registration, registerRun } from './register-run.ts';

type Ways = Omit<TrainNetworkRequest, keyof TrainOptions> & RegisterOptions;

/** Throws what training and registration throw; nothing half trained is registered. */
export async function trainAndRegister(
  needs: TrainNetworkNeeds,
  request: TrainNetworkRequest & RegisterOptions,
): Promise<Registration> {
  if (!isNetworkTraining(request)) {
    assertForHeads(request);
    return registerRun(needs, await trainHead(needs, request), request);
  }
  const run = await trainNetwork(needs, request);
  const registration = await registerRun(needs, run, request);
  await tidyRun(needs.runFolders, run.run.id);
  return registration;
}

/** An option that would change nothing is a mistake. Throws USAGE_INVALID. */
function assertForHeads(request: TrainOptions): void {
  const names = Object.keys(networkOptionsSchema.shape) as (keyof typeof networkOptionsSchema.shape)[];
  const given =
    names.find((name) => request[name] !== undefined) ?? (request.require.length > 0 ? 'require' : undefined);
  if (given === undefined) return;
  const flag = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const problem = `--${flag} is for networks; name --architecture, or --train with a backbone.`;
  throw new TintypeError('USAGE_INVALID', { problem });
}

/** The same for a run that was cancelled, failed or killed. */
export async function resumeAndRegister(needs: TrainNetworkNeeds, runId: string, ways: Ways): Promise<Registration> {
  const run = await resumeNetwork(needs, runId, ways);
  const registration = await registerRun(needs, run, ways);
  await tidyRun(needs.runFolders, runId);
  return registration;
}

/** What only a resumed run would need. */
const leftover = /^(checkpoint-.*|best-.*|start|model)\.(safetensors|onnx)$/;

/** Pictures and events of a run stay; what only going on with it would need goes. */
export async function tidyRun(folders: RunFolders, runId: string): Promise<void> {
  const folder = folders.pathOf(runId);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (leftover.test(name)) await rm(join(folder, name), { force: true });
}
