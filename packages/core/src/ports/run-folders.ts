/** @file A folder per run on this machine: checkpoints, event files, pictures of what was trained on. */

export interface RunFolders {
  /** Absolute path; there may be nothing there. */
  pathOf(runId: string): string;
  /** Makes the folder where it is missing and keeps other processes from working in it until disposed. Throws RUN_BUSY. */
  hold(runId: string): Promise<HeldFolder>;
}

export interface HeldFolder extends AsyncDisposable {
  readonly path: string;
}
