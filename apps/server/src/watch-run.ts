/** @file A run as server-sent events, read from the catalog: whoever trains it, on whatever machine. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RunStore } from '@tintype/core/ports/catalog';

export interface WatchOptions {
  /** Epochs that are known already: the last event id of a watcher that comes back. */
  afterEpoch: number;
  signal: AbortSignal;
  /** Between two looks; default 500. */
  pollMs?: number;
}

/** A comment, so that nothing between takes the stream for dead. */
const aliveEveryMs = 15_000;

/**
 * `epoch` for every finished one (its number is the event's id), `progress` where it stands, `ended` with the run as it ended: then it is
 * over. Ends early, without a word, when the signal is aborted.
 */
export async function* watchRun(
  runs: Pick<RunStore, 'get' | 'epochs' | 'findProgress'>,
  runId: string,
  { afterEpoch, signal, pollMs = 500 }: WatchOptions,
): AsyncGenerator<string, void, undefined> {
  let known = afterEpoch;
  let progressAt = 0;
  let quietMs = 0;
  while (!signal.aborted) {
    const run = await runs.get(runId);
    const progress = await runs.findProgress(runId);
    const news = (await runs.epochs(runId)).filter(({ epoch }) => epoch > known);
    for (const metrics of news) yield render('epoch', metrics, metrics.epoch);
    known = news.at(-1)?.epoch ?? known;
    if (progress && progress.at > progressAt) {
      yield render('progress', progress);
      progressAt = progress.at;
      quietMs = 0;
    }
    if (run.status !== 'running') {
      yield render('ended', run);
      return;
    }
    await delay(pollMs, undefined, { signal }).catch(() => {});
    quietMs += pollMs;
    if (quietMs >= aliveEveryMs) {
      yield ': still there\n\n';
      quietMs = 0;
    }
  }
}

const render = (event: string, data: unknown, id?: number): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
