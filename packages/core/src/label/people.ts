/** @file Several people on one dataset: how far they agree, what to decide together, who answered what. */
import type { AgreementView, DisagreementsView, HistoryPage, PairAgreement, Person } from '@tintype/contracts/people';
import { resolveDataset } from '../catalog/catalog.ts';
import type { Catalog } from '../ports/catalog.ts';
import { goldAccuracy, listDisagreements, measureCohen, measureFleiss } from './agreement.ts';
import { foldJudgments, type JudgedPicture } from './judgments.ts';

interface Needs {
  catalog: Catalog;
}

interface Scope {
  dataset?: string | undefined;
}

/** Throws DATASET_NOT_FOUND, DATASET_AMBIGUOUS, DATASET_EMPTY. */
export async function readAgreement({ catalog }: Needs, scope: Scope): Promise<AgreementView> {
  const dataset = await resolveDataset(catalog, scope.dataset);
  const judged = await readJudged(catalog, dataset);
  return {
    overall: measureFleiss(judged.map(({ opinions }) => opinions.map(({ className }) => className))),
    pairs: measurePairs(judged),
    people: await readPeople(catalog, dataset),
    confusions: countConfusions(judged),
    open: judged.filter(({ isOpen }) => isOpen).length,
  };
}

/** Those most divided first. Throws as above. */
export async function listOpenDisagreements(
  { catalog }: Needs,
  { limit, ...scope }: Scope & { limit: number },
): Promise<DisagreementsView> {
  const judged = await readJudged(catalog, await resolveDataset(catalog, scope.dataset));
  const open = new Map(judged.filter(({ isOpen }) => isOpen).map((one) => [one.sampleId, one]));
  const classesOf = ({ opinions }: JudgedPicture): string[] => opinions.map(({ className }) => className);
  const order = listDisagreements(new Map([...open].map(([id, one]) => [id, classesOf(one)])));
  const items = order.slice(0, limit).map(({ sampleId }) => {
    const { path, now, opinions } = open.get(sampleId) as JudgedPicture;
    return { sampleId, path, className: now, opinions: [...opinions] };
  });
  return { items, total: open.size };
}

/** What one person said, newest first. Throws as above. */
export async function readHistory(
  { catalog }: Needs,
  { dataset, annotator, cursor, limit }: Scope & { annotator: string; cursor?: string | undefined; limit: number },
): Promise<HistoryPage> {
  const name = await resolveDataset(catalog, dataset);
  return catalog.people.history({ dataset: name, annotator, limit, ...(cursor === undefined ? {} : { cursor }) });
}

async function readJudged(catalog: Catalog, dataset: string): Promise<JudgedPicture[]> {
  const reviews = await catalog.people.listReviews(dataset);
  const taken = reviews.filter(({ className }) => className === null).map(({ id }) => id);
  const withdrawn = new Set(taken.flatMap((id) => [id, id.replace(/\.undo$/, '')]));
  return foldJudgments(await catalog.people.listJudged(dataset), withdrawn);
}

async function readPeople(catalog: Catalog, dataset: string): Promise<Person[]> {
  const answers = await catalog.people.listGoldAnswers(dataset);
  const known = new Map(answers.map((answer) => [answer.sampleId, answer.known]));
  return (await catalog.people.listPeople(dataset)).map((person) => {
    const own = answers.filter(({ annotator }) => annotator === person.annotator);
    const said = new Map(own.map(({ sampleId, className }) => [sampleId, className]));
    return { ...person, gold: goldAccuracy(said, known) ?? null };
  });
}

function measurePairs(judged: readonly JudgedPicture[]): PairAgreement[] {
  const pairs = new Map<string, { names: [string, string]; said: [string[], string[]] }>();
  for (const { opinions } of judged) {
    const sorted = opinions.toSorted((a, b) => (a.annotator < b.annotator ? -1 : 1));
    for (const [n, one] of sorted.entries()) {
      for (const other of sorted.slice(n + 1)) {
        const key = JSON.stringify([one.annotator, other.annotator]);
        const pair = pairs.get(key) ?? { names: [one.annotator, other.annotator], said: [[], []] };
        pair.said[0].push(one.className);
        pair.said[1].push(other.className);
        pairs.set(key, pair);
      }
    }
  }
  return [...pairs.values()]
    .map(({ names: [first, second], said }) => ({ first, second, ...measureCohen(...said) }))
    .sort((a, b) => b.pictures - a.pictures || (a.first + a.second < b.first + b.second ? -1 : 1));
}

function countConfusions(judged: readonly JudgedPicture[]): AgreementView['confusions'] {
  const counts = new Map<string, number>();
  for (const { opinions } of judged) {
    const classes = [...new Set(opinions.map(({ className }) => className))].toSorted();
    for (const [n, one] of classes.entries()) {
      for (const other of classes.slice(n + 1)) {
        const key = JSON.stringify([one, other]);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return [...counts]
    .map(([key, pictures]) => ({ classes: JSON.parse(key) as [string, string], pictures }))
    .sort((a, b) => b.pictures - a.pictures || (a.classes.join() < b.classes.join() ? -1 : 1));
}
