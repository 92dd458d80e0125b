/** @file Asks for a batch: a new one, or the one that is open or failed with the same output. */
import type { BatchJob } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import type { Job } from '@tintype/contracts/job';
import type { ModelVersion } from '@tintype/contracts/registry';
import { resolveDataset } from '../../catalog/catalog.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { OpenOutput } from '../../ports/output-place.ts';
import { resolveVersion } from '../../registry/resolve-version.ts';

export interface AddBatchRequest extends Pick<BatchJob, 'sources' | 'out'> {
  /** Its samples instead of sources; empty for the only dataset that there is. */
  dataset?: string | undefined;
  /** `NAME`, `NAME@VERSION` or `NAME@ALIAS`; default the champion promoted last, or what an earlier start of the same batch took. */
  model?: string | undefined;
  /** Default -1: what people wait for comes first. */
  priority?: number | undefined;
  /** Where only this machine finds the sources or the output. */
  machine?: string | undefined;
}

interface Needs {
  catalog: Pick<Catalog, 'samples' | 'registry'>;
  queue: Pick<JobQueue, 'add' | 'list' | 'retry'>;
  openOutput: OpenOutput;
}

const open: readonly Job['status'][] = ['queued', 'running'];

/**
 * The same batch is one job, however often it is asked for: one that failed goes on with what it has. Throws OUTPUT_EXISTS where the output is there
 * already, OUTPUT_BUSY where another batch writes it, and what resolving model and dataset and opening the output throw.
 */
export async function addBatch(needs: Needs, request: AddBatchRequest): Promise<Job> {
  const { catalog, queue, openOutput } = needs;
  const { sources, out, machine, priority = -1 } = request;
  const dataset = sources.length === 0 ? await resolveDataset(catalog, request.dataset || undefined) : undefined;
  const wanted = { sources: [...sources], ...(dataset === undefined ? {} : { dataset }) };
  const version = request.model === undefined ? undefined : await resolveVersion({ catalog }, request.model);

  const begun = (await queue.list({ kind: 'predict' })).find(
    ({ input, status }) => input.out === out && (open.includes(status) || status === 'failed'),
  );
  if (begun) {
    const isSame = isAbout(begun.input, wanted, version);
    if (open.includes(begun.status) && !isSame) throw new TintypeError('OUTPUT_BUSY', { out, job: begun.id });
    if (isSame) return begun.status === 'failed' ? queue.retry(begun.id) : begun;
  }
  const { place, name } = await openOutput(out);
  if (await place.find(name)) throw new TintypeError('OUTPUT_EXISTS', { out });
  const chosen = version ?? (await resolveVersion({ catalog }));
  return queue.add({
    kind: 'predict',
    input: { ...wanted, out, model: chosen.model, version: chosen.version },
    priority,
    singletonKey: `predict ${out}`,
    ...(machine === undefined ? {} : { machine }),
  });
}

function isAbout(
  input: Job['input'],
  wanted: Pick<BatchJob, 'sources' | 'dataset'>,
  version: ModelVersion | undefined,
): boolean {
  const isOfVersion = !version || (input.model === version.model && input.version === version.version);
  return (
    isOfVersion && JSON.stringify(input.sources) === JSON.stringify(wanted.sources) && input.dataset === wanted.dataset
  );
}
