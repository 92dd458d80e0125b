/** @file What is worth knowing of a report, as sentences with advice: one table of findings. */
import {
  type ExploreReport,
  type Finding,
  type FindingKind,
  findingKinds,
  type Unusual,
} from '@tintype/contracts/explore';
import type { FoundDuplicates } from './find-duplicates.ts';

export interface FindingSource {
  report: Omit<ExploreReport, 'findings'>;
  duplicates: Pick<FoundDuplicates, 'exact' | 'disagreeing' | 'leaking'>;
  outliers: number;
}

interface FindingEntry {
  weight: Finding['weight'];
  /** How many; 0 where there is nothing to tell. */
  count: (source: FindingSource) => number;
  sentence: (count: number, source: FindingSource) => string;
  advice: string;
}

/** Pictures of a class below which a model has little to learn from. */
const fewPictures = 20;
/** Pixels of the shorter side below which a backbone sees a picture enlarged several times. */
const smallPx = 64;
/** Largest class over smallest, from which accuracy alone misleads. */
const imbalanceRatio = 5;

const labeledClasses = ({ report }: FindingSource): ExploreReport['classes'] =>
  report.classes.filter(({ className }) => className !== null);

const unusual =
  (name: Unusual['name']) =>
  ({ report }: FindingSource): number =>
    report.measures.flatMap((measure) => measure.unusual).find((one) => one.name === name)?.pictures ?? 0;

const few = (source: FindingSource): ExploreReport['classes'] =>
  labeledClasses(source).filter(({ pictures }) => pictures < fewPictures);

const pictures = counted('picture');
const groups = counted('group');

/** Total by type, most urgent first. */
const findingTable: Record<FindingKind, FindingEntry> = {
  unreadable: {
    weight: 'look',
    count: ({ report }) => report.unreadable.total,
    sentence: (count) =>
      `${counted('file')(count)} could not be read and ${count === 1 ? 'is' : 'are'} not part of the dataset.`,
    advice: 'See why each was refused; a damaged copy can be replaced and ingested again.',
  },
  leakage: {
    weight: 'grave',
    count: ({ duplicates }) => duplicates.leaking,
    sentence: (count) =>
      `${groups(count)} of duplicates ${are(count)} divided between splits: what is tested on was learned.`,
    advice: 'Merge them, or train again: a new snapshot keeps every group in one split.',
  },
  'disagreeing-duplicates': {
    weight: 'grave',
    count: ({ duplicates }) => duplicates.disagreeing,
    sentence: (count) => `In ${groups(count)} of duplicates the labels differ: some of them are wrong.`,
    advice: 'Look at each and keep the right label.',
  },
  mistakes: {
    weight: 'grave',
    count: ({ report }) => report.doubts.likelyWrong,
    sentence: (count) =>
      `${counted('label')(count)} ${are(count)} probably wrong, as heads that have not seen ${count === 1 ? 'it' : 'them'} judge.`,
    advice: 'Go through them one by one: one key keeps or changes a label.',
  },
  'exact-duplicates': {
    weight: 'look',
    count: ({ duplicates }) => duplicates.exact,
    sentence: (count) => `${groups(count)} hold${count === 1 ? 's' : ''} the same pixels more than once.`,
    advice: 'Merge them: one picture stays, the others go to the trash.',
  },
  'near-duplicates': {
    weight: 'look',
    count: ({ report, duplicates }) => report.duplicates.total - duplicates.exact,
    sentence: (count, { report }) =>
      `${groups(count)} of near-duplicates; ${pictures(report.duplicates.pictures)} ${are(report.duplicates.pictures)} in some group.`,
    advice: 'They count as one when splits are made. Merge those that add nothing.',
  },
  outliers: {
    weight: 'look',
    count: ({ outliers }) => outliers,
    sentence: (count) => `${pictures(count)} ${are(count)} unlike all others.`,
    advice: 'Often of something else, or of a class that is missing.',
  },
  dark: unusualEntry('dark', (count) => `${pictures(count)} ${are(count)} nearly black.`),
  bright: unusualEntry('bright', (count) => `${pictures(count)} ${are(count)} nearly white.`),
  blurred: unusualEntry(
    'blurred',
    (count) => `${pictures(count)} ${are(count)} blurred, or of something without edges.`,
  ),
  flat: unusualEntry('flat', (count) => `${pictures(count)} ${count === 1 ? 'has' : 'have'} hardly any contrast.`),
  gray: {
    ...unusualEntry('gray', (count) => `${pictures(count)} ${count === 1 ? 'has' : 'have'} no color.`),
    // A dataset of grey pictures is no finding.
    count: (source) => (unusual('gray')(source) > source.report.pictures / 2 ? 0 : unusual('gray')(source)),
  },
  small: {
    weight: 'look',
    count: ({ report }) => countBelow(report.sizes.shorterSide, smallPx),
    sentence: (count) => `${pictures(count)} ${are(count)} smaller than ${smallPx} pixels.`,
    advice: 'A model sees them enlarged. Look whether they are thumbnails of something better.',
  },
  imbalance: {
    weight: 'look',
    count: (source) => (ratioOf(source) >= imbalanceRatio ? Math.round(ratioOf(source)) : 0),
    sentence: (count, source) => {
      const classes = labeledClasses(source);
      const [first, last] = [classes[0], classes.at(-1)];
      return `"${first?.className}" has ${count} times as many pictures as "${last?.className}".`;
    },
    advice: 'Judge models by balanced accuracy, and label more of the small classes.',
  },
  few: {
    weight: 'look',
    count: (source) => few(source).length,
    sentence: (count, source) =>
      `${counted('class', 'classes')(count)} ${count === 1 ? 'has' : 'have'} fewer than ${fewPictures} pictures: ${few(
        source,
      )
        .slice(0, 4)
        .map(({ className }) => `"${className}"`)
        .join(', ')}${count > 4 ? ' and others' : ''}.`,
    advice: 'Label more of them, merge them with another class, or leave them out of training.',
  },
  unlabeled: {
    weight: 'look',
    count: ({ report }) => report.unlabeled,
    sentence: (count) => `${pictures(count)} ${count === 1 ? 'has' : 'have'} no label.`,
    advice: 'Label them; the model suggests while you do.',
  },
};

/** Grave ones first, otherwise in the order of the table; nothing that is zero. */
export function listFindings(source: FindingSource): Finding[] {
  return findingKinds
    .map((kind): Finding => {
      const { weight, count, sentence, advice } = findingTable[kind];
      const found = count(source);
      return { kind, weight, count: found, sentence: found > 0 ? sentence(found, source) : '', advice };
    })
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => Number(b.weight === 'grave') - Number(a.weight === 'grave'));
}

function unusualEntry(name: Unusual['name'], sentence: (count: number) => string): FindingEntry {
  return {
    weight: 'look',
    count: unusual(name),
    sentence,
    advice: 'Look whether a person could tell the class; where not, neither can a model.',
  };
}

/** Pictures in bins that end at `bound` or before. */
const countBelow = ({ edges, counts }: ExploreReport['sizes']['shorterSide'], bound: number): number =>
  counts.reduce((sum, count, bin) => ((edges[bin + 1] as number) <= bound + 1e-6 ? sum + count : sum), 0);

function ratioOf(source: FindingSource): number {
  const sizes = labeledClasses(source).map((one) => one.pictures);
  return sizes.length < 2 ? 1 : Math.max(...sizes) / Math.min(...sizes);
}

function counted(one: string, many = `${one}s`): (count: number) => string {
  return (count) => `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

const are = (count: number): string => (count === 1 ? 'is' : 'are');
