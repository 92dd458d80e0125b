/** @file Every command, in the order the data flows. */
import type { CommandRecord } from './command.ts';
import { augmentCommand } from './commands/augment.ts';
import { backupCommands } from './commands/backup.ts';
import { catalogCommands } from './commands/catalog.ts';
import { compareCommand } from './commands/compare.ts';
import { dropCommand } from './commands/drop.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exploreCommand } from './commands/explore.ts';
import { exportCommand } from './commands/export.ts';
import { exportDatasetCommand } from './commands/export-dataset.ts';
import { gateCommand } from './commands/gate.ts';
import { importCommands } from './commands/import-labels.ts';
import { ingestCommand } from './commands/ingest.ts';
import { initCommand } from './commands/init.ts';
import { jobsCommands } from './commands/jobs.ts';
import { modelsCommands } from './commands/models.ts';
import { predictCommand } from './commands/predict.ts';
import { serveCommand, startCommand, workCommand } from './commands/serve.ts';
import { smokeCommand } from './commands/smoke.ts';
import { snapshotCommands } from './commands/snapshot.ts';
import { syncCommand } from './commands/sync.ts';
import { tokenCommands } from './commands/token.ts';
import { trainCommand } from './commands/train.ts';
import { tuneCommands } from './commands/tune.ts';
import { verifyCommand } from './commands/verify.ts';

export const commands: readonly CommandRecord[] = [
  initCommand,
  ingestCommand,
  ...importCommands,
  syncCommand,
  dropCommand,
  ...catalogCommands,
  gateCommand,
  exploreCommand,
  ...snapshotCommands,
  augmentCommand,
  trainCommand,
  ...tuneCommands,
  compareCommand,
  evaluateCommand,
  ...modelsCommands,
  predictCommand,
  exportCommand,
  exportDatasetCommand,
  serveCommand,
  startCommand,
  workCommand,
  ...jobsCommands,
  smokeCommand,
  ...backupCommands,
  verifyCommand,
  ...tokenCommands,
];
