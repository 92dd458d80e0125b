/** @file The last report of a dataset in the store, and what of it still holds. */
import { TintypeError } from '@tintype/contracts/errors';
import { type ExploredSample, type ExploreReport, exploreReportSchema } from '@tintype/contracts/explore';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

export async function saveReport(store: ObjectStore, report: ExploreReport): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(report));
  await store.put(objectKeys.exploreReport(report.dataset), bytes, { ifAbsent: false });
}

/** Undefined where there is none, or one of another version. */
export async function findReport(store: ObjectStore, dataset: string): Promise<ExploreReport | undefined> {
  try {
    const bytes = await store.get(objectKeys.exploreReport(dataset));
    const parsed = exploreReportSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'OBJECT_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Of every picture that the report shows by itself, to look up how it is now. */
export function listShown(report: ExploreReport): string[] {
  const ids = new Set<string>();
  mapSamples(report, (sample) => {
    ids.add(sample.id);
    return sample;
  });
  return [...ids];
}

/** Labels as they are now, without what is in the trash; groups and pairs that fell apart are gone, and so are doubts about labels that changed. */
export function refreshReport(
  report: ExploreReport,
  now: ReadonlyMap<string, Pick<ExploredSample, 'className' | 'split'>>,
): ExploreReport {
  const current = mapSamples(report, (sample) => {
    const state = now.get(sample.id);
    return state && { ...sample, ...state };
  });
  const groups = current.duplicates.groups
    .filter(({ samples }) => samples.length > 1)
    .map((group) => ({ ...group, isDisagreeing: countLabels(group.samples) > 1 }));
  return { ...current, duplicates: { ...current.duplicates, groups } };
}

const countLabels = (samples: readonly ExploredSample[]): number =>
  new Set(samples.flatMap(({ className }) => (className === null ? [] : [className]))).size;

/** Undefined takes a picture out. */
function mapSamples(
  report: ExploreReport,
  change: (sample: ExploredSample) => ExploredSample | undefined,
): ExploreReport {
  const all = (samples: readonly ExploredSample[]): ExploredSample[] => samples.flatMap((one) => change(one) ?? []);
  return {
    ...report,
    classes: report.classes.map((one) => ({ ...one, sheet: all(one.sheet) })),
    measures: report.measures.map((one) => ({
      ...one,
      unusual: one.unusual.map((bound) => ({ ...bound, examples: all(bound.examples) })),
    })),
    duplicates: {
      ...report.duplicates,
      groups: report.duplicates.groups.map((group) => ({ ...group, samples: all(group.samples) })),
    },
    leakage: {
      ...report.leakage,
      pairs: report.leakage.pairs.flatMap((pair) => {
        const [first, second] = all(pair.samples);
        return first && second ? [{ ...pair, samples: [first, second] as [ExploredSample, ExploredSample] }] : [];
      }),
    },
    outliers: report.outliers.flatMap((one) => all([one.sample]).map((sample) => ({ ...one, sample }))),
    doubts: {
      ...report.doubts,
      items: report.doubts.items.flatMap((one) =>
        all([one.sample]).flatMap((sample) => (sample.className === one.sample.className ? [{ ...one, sample }] : [])),
      ),
    },
  };
}
