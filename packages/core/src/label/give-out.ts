/** @file Gives pictures out so that no two people label the same one, and asks now and then about one that has a label, without showing it. */
import type { LabelEvent } from '@tintype/contracts/label';
import type { LabelPick, NextView } from '@tintype/contracts/label-assist';
import { answerMs, leaseMs } from '@tintype/contracts/people';
import { resolveDataset } from '../catalog/catalog.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { crashPoint } from '../ports/crash-point.ts';
import type { AskKind } from '../ports/people-store.ts';
import type { LabelService } from './label-service.ts';

export interface GiveOutNeeds {
  catalog: Catalog;
  clock: Clock;
  labels: Pick<LabelService, 'next' | 'suggest'>;
  /** One at a time: whoever lost a picture to others chooses again while nobody else does. */
  turns: { take<T>(work: () => Promise<T>): Promise<T> };
}

export interface GiveOutRequest {
  annotator: string;
  dataset?: string | undefined;
  seed: number;
  count: number;
  /** Given out before and still waiting: kept, and not given out again. Where it is said, everything else that one holds is free again. */
  holding?: readonly string[] | undefined;
  /** Of what one is asked, the shares that others have labeled already, and whose answer is known. */
  shares: Readonly<Record<AskKind, number>>;
}

/** Others may take what was chosen before it is held: then it is chosen again. */
const mostRounds = 8;
const kinds: readonly AskKind[] = ['gold', 'second'];

/** Throws what `labels.next` throws. */
export async function giveOut(needs: GiveOutNeeds, request: GiveOutRequest): Promise<NextView> {
  const dataset = await resolveDataset(needs.catalog, request.dataset);
  const blind = await pickBlind(needs, { ...request, dataset });
  const asked = { ...request, dataset, count: request.count - blind.length };
  const first = await chooseAndLease(needs, asked);
  const view = first.isWhole ? first.view : await needs.turns.take(() => chooseUntilWhole(needs, asked));
  return { ...view, items: [...blind, ...view.items] };
}

/** What others took meanwhile is left out and chosen anew. The last round gives what it has. */
async function chooseUntilWhole(needs: GiveOutNeeds, request: Asked): Promise<NextView> {
  for (let round = 2; ; round += 1) {
    const { view, isWhole } = await chooseAndLease(needs, request);
    if (isWhole || round === mostRounds) return view;
  }
}

type Asked = GiveOutRequest & { dataset: string };

async function chooseAndLease(
  { catalog: { people }, clock, labels }: GiveOutNeeds,
  { annotator, dataset, seed, count, holding }: Asked,
): Promise<{ view: NextView; isWhole: boolean }> {
  const at = clock.now();
  const lease = { annotator, at, until: at + leaseMs };
  const without = [...(await people.listHeld(dataset, { annotator, at })), ...(holding ?? [])];
  const { items, progress } = await labels.next({ dataset, seed, count: Math.max(1, count), without });
  // No more than a fair part of what is left, so that it lasts for everybody who labels at this moment.
  const part = Math.ceil(progress.unlabeled / (1 + (await people.countHolders(dataset, { annotator, at }))));
  const chosen = items.slice(0, Math.min(count, part));
  const ids = chosen.map(({ sampleId }) => sampleId);
  const kept = new Set(await people.lease(ids, { ...lease, onlyUnlabeled: true }));
  if (holding) {
    await people.lease(holding, lease);
    await people.releaseOthers(dataset, [...kept, ...holding], { annotator });
  }
  const view = { items: chosen.filter(({ sampleId }) => kept.has(sampleId)), progress };
  return { view, isWhole: kept.size === chosen.length };
}

/** Who was asked blind within the last hour answers with this, and leaves the label as it is. Throws SAMPLE_NOT_FOUND. */
export async function addLabels(
  { catalog, clock }: Pick<GiveOutNeeds, 'catalog' | 'clock'>,
  { annotator, events }: { annotator: string; events: readonly Pick<LabelEvent, 'id' | 'sampleId' | 'className'>[] },
): Promise<void> {
  const at = clock.now();
  const by = { annotator, source: 'human', at } as const;
  await catalog.people.answer(
    events.map((event) => ({ ...event, ...by })),
    { askedSince: at - answerMs },
  );
  crashPoint('label.recorded');
}

/**
 * As many as are due by the labels one has given, so that the shares hold however often and for how many one asks. They come first, look like
 * others drawn at random, and their suggestion was made without their label.
 */
async function pickBlind(
  { catalog, clock, labels }: GiveOutNeeds,
  { annotator, dataset, seed, count, holding = [], shares }: Asked,
): Promise<LabelPick[]> {
  const { people } = catalog;
  const at = clock.now();
  const staleBefore = at - answerMs;
  const waiting = await people.listAsked(dataset, annotator, staleBefore);
  const given = await people.countGiven(annotator);
  const asked: string[] = [];
  for (const kind of kinds) {
    const due = Math.floor(given * shares[kind]) - (await people.countAnswered(annotator, kind));
    const open = waiting.filter((one) => one.kind === kind).map(({ sampleId }) => sampleId);
    if (due > open.length) {
      const from = `s_${clock.newId('draw').slice(-20)}`;
      const draw = { dataset, annotator, kind, count: due - open.length, at, staleBefore, from };
      open.push(...(await people.drawBlind(draw)));
    }
    asked.push(...open.slice(0, Math.max(0, due)));
  }
  const fresh = asked.filter((id) => !holding.includes(id)).slice(0, count);
  if (fresh.length === 0) return [];
  const suggestions = await labels.suggest({ dataset, seed, sampleIds: fresh });
  return fresh.map((sampleId) => ({
    sampleId,
    reason: 'random',
    wanted: null,
    suggestion: suggestions.get(sampleId) ?? null,
  }));
}
