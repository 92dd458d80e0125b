/** @file What every people store must do. */
import type { LabelEvent } from '@tintype/contracts/label';
import { expect, test } from 'vitest';
import type { Catalog } from './catalog.ts';
import { aRow, by, fill, idOf, type OpenCatalog } from './catalog-builders.contract.ts';
import type { BlindDraw } from './people-store.ts';

const hourMs = 3_600_000;
const lowest = `s_${'0'.repeat(20)}`;

const aSaying = (
  id: string,
  sampleId: string,
  [annotator, className]: readonly [string, string | null],
  change: Partial<LabelEvent> = {},
): LabelEvent => ({ id: `event_${id}`, sampleId, className, annotator, source: 'human', at: 5000, ...change });

const aDraw = (annotator: string, change: Partial<BlindDraw> = {}): BlindDraw => ({
  dataset: 'pets',
  annotator,
  kind: 'second',
  count: 10,
  at: 10_000,
  staleBefore: 0,
  from: lowest,
  ...change,
});

/** Unlabeled pictures. */
async function fillUnlabeled(catalog: Catalog, paths: readonly string[]): Promise<string[]> {
  await catalog.samples.recordIngest(
    'pets',
    paths.map((path) => aRow(path, { className: null })),
    by,
  );
  return paths.map((path) => idOf(path));
}

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `${n}.jpg`);

export function describePeopleStore(open: OpenCatalog): void {
  describeLeases(open);
  describeBlindQuestions(open);
  describeReviews(open);
  describeGold(open);
  describeSayings(open);
}

function describeLeases(open: OpenCatalog): void {
  const at = 1000;
  const until = 2000;

  test('a picture that one holds is given to nobody else until its time is over', async () => {
    await using catalog = await open();
    const [a, b, c] = (await fillUnlabeled(catalog, names(3))) as [string, string, string];

    const first = await catalog.people.lease([b, a], { annotator: 'ada', at, until });
    const second = await catalog.people.lease([a, b, c], { annotator: 'bob', at: 1999, until: 2999 });
    const late = await catalog.people.lease([a, b], { annotator: 'bob', at: 2000, until: 3000 });

    expect([first, second, late]).toEqual([[b, a], [c], [a, b]]);
  });

  test('asking again renews, and what others hold is listed', async () => {
    await using catalog = await open();
    const ids = await fillUnlabeled(catalog, names(2));
    await catalog.people.lease(ids, { annotator: 'ada', at, until });

    const renewed = await catalog.people.lease(ids, { annotator: 'ada', at: 1500, until: 2500 });
    const held = await catalog.people.listHeld('pets', { annotator: 'bob', at: 2400 });

    expect(renewed).toEqual(ids);
    expect(held.toSorted()).toEqual(ids.toSorted());
    expect(await catalog.people.countHolders('pets', { annotator: 'bob', at: 2400 })).toBe(1);
    expect(await catalog.people.countHolders('pets', { annotator: 'ada', at: 2400 })).toBe(0);
    expect(await catalog.people.listHeld('pets', { annotator: 'ada', at: 2400 })).toEqual([]);
    expect(await catalog.people.listHeld('pets', { annotator: 'bob', at: 2500 })).toEqual([]);
    expect(await catalog.people.listHeld('zoo', { annotator: 'bob', at: 2400 })).toEqual([]);
  });

  test('of fifty who ask for the same pictures at once, each picture goes to one', async () => {
    await using catalog = await open();
    const ids = await fillUnlabeled(catalog, names(200));
    const people = Array.from({ length: 50 }, (_, n) => `annotator-${n}`);

    const given = await Promise.all(
      people.map((annotator, n) =>
        catalog.people.lease(ids.slice(n, n + 40), { annotator, at, until, onlyUnlabeled: true }),
      ),
    );

    const all = given.flat();
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(89);
  });

  test('what is in the trash, unknown, or labeled meanwhile where that counts, is not given', async () => {
    await using catalog = await open();
    const [a, b, c] = (await fillUnlabeled(catalog, names(3))) as [string, string, string];
    await catalog.samples.remove([a], by);
    await catalog.samples.appendLabelEvents([aSaying('1', b, ['ada', 'cat'])]);

    const lease = { annotator: 'bob', at, until };

    expect(await catalog.people.lease([a, b, c, lowest], { ...lease, onlyUnlabeled: true })).toEqual([c]);
    expect(await catalog.people.lease([a, b, c, lowest], lease)).toEqual([b, c]);
  });

  test('one gives back all but what is kept, of one dataset', async () => {
    await using catalog = await open();
    const [a, b] = (await fillUnlabeled(catalog, names(2))) as [string, string];
    const [other] = (await fill(catalog, ['cat/1.jpg'], 'zoo')) as [string];
    await catalog.people.lease([a, b, other], { annotator: 'ada', at, until });

    await catalog.people.releaseOthers('pets', [b], { annotator: 'ada' });

    expect(await catalog.people.lease([a, b, other], { annotator: 'bob', at, until })).toEqual([a]);
    await catalog.people.releaseOthers('pets', [], { annotator: 'ada' });
    expect(await catalog.people.lease([a, b], { annotator: 'bob', at, until })).toEqual([a, b]);
  });
}

function describeBlindQuestions(open: OpenCatalog): void {
  test('a second person is asked about what exactly one other has labeled by hand, each picture once', async () => {
    await using catalog = await open();
    const [a, b, c, d] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'cat/3.jpg', 'cat/4.jpg'])) as [
      string,
      string,
      string,
      string,
    ];
    await catalog.samples.appendLabelEvents([
      aSaying('1', a, ['ada', 'cat']),
      aSaying('2', b, ['ada', 'cat']),
      aSaying('3', b, ['bob', 'cat']),
      aSaying('4', c, ['bob', 'cat']),
    ]);

    const bob = await catalog.people.drawBlind(aDraw('bob'));
    const carol = await catalog.people.drawBlind(aDraw('carol'));
    const again = await catalog.people.drawBlind(aDraw('carol'));

    // The picture d has a label from its folder, which nobody gave by hand.
    expect(d).toBeDefined();
    expect([bob, carol, again]).toEqual([[a], [c], []]);
    expect(await catalog.people.listAsked('pets', 'bob', 0)).toEqual([{ sampleId: a, kind: 'second' }]);
    expect(await catalog.people.listAsked('pets', 'bob', 10_001)).toEqual([]);
  });

  test('the draw begins where it is told to and goes around once', async () => {
    await using catalog = await open();
    const ids = await fillUnlabeled(catalog, names(6));
    await catalog.samples.appendLabelEvents(ids.map((id, n) => aSaying(`${n}`, id, ['ada', 'cat'])));
    const sorted = ids.toSorted();

    const drawn = await catalog.people.drawBlind(aDraw('bob', { count: 3, from: sorted[4] as string }));

    expect(drawn).toEqual([sorted[4], sorted[5], sorted[0]]);
  });

  test('an answer is an opinion and leaves the label; taken back, it is asked again', async () => {
    await using catalog = await open();
    const [a] = (await fillUnlabeled(catalog, names(1))) as [string];
    await catalog.samples.appendLabelEvents([aSaying('1', a, ['ada', 'cat'])]);
    await catalog.people.drawBlind(aDraw('bob'));

    await catalog.people.answer([aSaying('2', a, ['bob', 'dog'], { at: 11_000 })], { askedSince: 10_000 });
    const answered = await catalog.people.countAnswered('bob', 'second');
    await catalog.people.answer([aSaying('3', a, ['bob', null], { at: 12_000 })], { askedSince: 10_000 });

    expect((await catalog.samples.get(a)).className).toBe('cat');
    const events = await catalog.samples.listLabelEvents(a);
    expect(events.map(({ source, className }) => [source, className])).toEqual([
      ['human', 'cat'],
      ['opinion', 'dog'],
      ['opinion', null],
    ]);
    expect(answered).toBe(1);
    expect(await catalog.people.countAnswered('bob', 'second')).toBe(0);
    expect(await catalog.people.countGiven('bob')).toBe(2);
  });

  test('whoever was not asked, or long ago, labels as ever', async () => {
    await using catalog = await open();
    const [a, b] = (await fillUnlabeled(catalog, names(2))) as [string, string];
    await catalog.samples.appendLabelEvents([aSaying('1', a, ['ada', 'cat']), aSaying('2', b, ['ada', 'cat'])]);
    await catalog.people.drawBlind(aDraw('bob', { count: 1, from: a }));

    await catalog.people.answer([aSaying('3', b, ['bob', 'dog']), aSaying('4', a, ['bob', 'dog'])], {
      askedSince: 10_000 + hourMs,
    });

    expect((await catalog.samples.list({ className: 'dog' })).total).toBe(2);
    expect(await catalog.people.countAnswered('bob', 'second')).toBe(0);
  });

  test('a question that was left unanswered goes to another once it is stale', async () => {
    await using catalog = await open();
    const [a] = (await fillUnlabeled(catalog, names(1))) as [string];
    await catalog.samples.appendLabelEvents([aSaying('1', a, ['ada', 'cat'])]);
    await catalog.people.drawBlind(aDraw('bob'));

    const early = await catalog.people.drawBlind(aDraw('carol', { at: 20_000, staleBefore: 10_000 }));
    const late = await catalog.people.drawBlind(aDraw('carol', { at: 20_000, staleBefore: 10_001 }));

    expect([early, late]).toEqual([[], [a]]);
  });
}

function describeReviews(open: OpenCatalog): void {
  const aReview = (id: string, sampleId: string, className: string) => ({
    id: `review_${id}`,
    sampleId,
    className,
    by: 'eve',
    at: 20_000,
  });

  test('a decision is recorded once with the label it gives, and taken back with the label before', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];

    const changed = [
      await catalog.people.review([aReview('1', a, 'dog')]),
      await catalog.people.review([aReview('1', a, 'dog')]),
    ];
    const during = (await catalog.samples.get(a)).className;
    const undone = [
      await catalog.people.withdraw(['review_1'], { annotator: 'eve', at: 30_000 }),
      await catalog.people.withdraw(['review_1', 'review_none'], { annotator: 'eve', at: 30_000 }),
    ];

    expect([changed, during, undone]).toEqual([[1, 0], 'dog', [1, 0]]);
    expect((await catalog.samples.get(a)).className).toBe('cat');
    expect(await catalog.people.listReviews('pets')).toMatchObject([
      { id: 'review_1', sampleId: a, className: 'dog', was: 'cat', by: 'eve' },
      { id: 'review_1.undo', className: null, was: 'dog' },
    ]);
    expect(await catalog.people.listReviews('zoo')).toEqual([]);
  });

  test('taking a decision back leaves a label that somebody gave since', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    await catalog.people.review([aReview('1', a, 'dog')]);
    await catalog.samples.appendLabelEvents([aSaying('1', a, ['ada', 'bird'])]);

    await catalog.people.withdraw(['review_1'], { annotator: 'eve', at: 30_000 });

    expect((await catalog.samples.get(a)).className).toBe('bird');
  });

  test('a decision on a picture that is not there is SAMPLE_NOT_FOUND and changes nothing', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];

    const reviewing = catalog.people.review([aReview('1', a, 'dog'), aReview('2', lowest, 'dog')]);

    await expect(reviewing).rejects.toMatchObject({ code: 'SAMPLE_NOT_FOUND' });
    expect((await catalog.samples.get(a)).className).toBe('cat');
    expect(await catalog.people.listReviews('pets')).toEqual([]);
  });
}

function describeGold(open: OpenCatalog): void {
  const eve = { annotator: 'eve', at: 9000 };

  test('a gold question takes the label that is there, or the class that is said', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    const [b] = (await fillUnlabeled(catalog, names(1))) as [string];

    const added = await catalog.people.addGold([{ sampleId: a }, { sampleId: b, className: 'dog' }], eve);

    expect(added).toBe(2);
    const listed = await catalog.people.listGold('pets');
    expect(new Map(listed.map(({ sampleId, className }) => [sampleId, className]))).toEqual(
      new Map([
        [a, 'cat'],
        [b, 'dog'],
      ]),
    );
    expect(listed[0]).toMatchObject({ createdBy: 'eve', createdAt: 9000, asked: 0, right: 0 });
    expect((await catalog.samples.get(b)).className).toBeNull();
  });

  test('a picture without a label is no question, and then none is added', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    const [b] = (await fillUnlabeled(catalog, names(1))) as [string];

    const adding = catalog.people.addGold([{ sampleId: a }, { sampleId: b }], eve);

    await expect(adding).rejects.toMatchObject({ code: 'GOLD_CLASS_MISSING', details: { sampleId: b } });
    expect(await catalog.people.listGold('pets')).toEqual([]);
  });

  test('everybody but who made it is asked once; the last answer counts', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    await catalog.people.addGold([{ sampleId: a }], eve);

    const asked = [];
    for (const annotator of ['eve', 'bob', 'carol'])
      asked.push(await catalog.people.drawBlind(aDraw(annotator, { kind: 'gold' })));
    const say = (id: string, annotator: string, className: string) =>
      catalog.people.answer([aSaying(id, a, [annotator, className], { at: 11_000 })], { askedSince: 10_000 });
    await say('1', 'bob', 'dog');
    await say('2', 'bob', 'cat');
    await say('3', 'carol', 'dog');

    expect(asked).toEqual([[], [a], [a]]);
    expect(await catalog.people.drawBlind(aDraw('bob', { kind: 'gold', staleBefore: 1e6 }))).toEqual([]);
    expect(await catalog.people.listGold('pets')).toMatchObject([{ asked: 2, right: 1 }]);
    expect(await catalog.people.listGoldAnswers('pets')).toEqual([
      { sampleId: a, annotator: 'bob', className: 'cat', known: 'cat' },
      { sampleId: a, annotator: 'carol', className: 'dog', known: 'cat' },
    ]);
    expect((await catalog.samples.get(a)).className).toBe('cat');
  });

  test('a question that is taken away is asked no more, and may come back', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    await catalog.people.addGold([{ sampleId: a }], eve);

    const removed = [
      await catalog.people.removeGold([a], { at: 9500 }),
      await catalog.people.removeGold([a], { at: 9600 }),
    ];
    const without = await catalog.people.drawBlind(aDraw('bob', { kind: 'gold' }));
    await catalog.people.addGold([{ sampleId: a, className: 'dog' }], eve);

    expect([removed, without]).toEqual([[1, 0], []]);
    expect(await catalog.people.listGold('pets')).toMatchObject([{ className: 'dog' }]);
    expect(await catalog.people.drawBlind(aDraw('bob', { kind: 'gold' }))).toEqual([a]);
  });
}

function describeSayings(open: OpenCatalog): void {
  test('what somebody said is read newest first, page by page, with the label of now', async () => {
    await using catalog = await open();
    const ids = await fillUnlabeled(catalog, names(5));
    await catalog.samples.appendLabelEvents(ids.map((id, n) => aSaying(`${n}`, id, ['ada', 'cat'])));
    await catalog.samples.appendLabelEvents([aSaying('bob', ids[4] as string, ['bob', 'dog'])]);

    const first = await catalog.people.history({ dataset: 'pets', annotator: 'ada', limit: 3 });
    const cursor = first.nextCursor as string;
    const second = await catalog.people.history({ dataset: 'pets', annotator: 'ada', limit: 3, cursor });

    expect([first.total, first.items.length, second.items.length]).toEqual([5, 3, 2]);
    expect(first.items[0]).toMatchObject({ sampleId: ids[4], path: '4.jpg', className: 'cat', now: 'dog' });
    expect(second.items.at(-1)).toMatchObject({ sampleId: ids[0], now: 'cat' });
  });

  test('people are counted by name, with their opinions', async () => {
    await using catalog = await open();
    const ids = await fillUnlabeled(catalog, names(3));
    await catalog.samples.appendLabelEvents(ids.map((id, n) => aSaying(`${n}`, id, ['ada', 'cat'], { at: 5000 + n })));
    await catalog.people.drawBlind(aDraw('bob', { count: 1 }));
    const [{ sampleId } = { sampleId: '' }] = await catalog.people.listAsked('pets', 'bob', 0);
    await catalog.people.answer([aSaying('bob', sampleId, ['bob', 'dog'], { at: 11_000 })], { askedSince: 0 });

    expect(await catalog.people.listPeople('pets')).toEqual([
      { annotator: 'ada', labels: 3, opinions: 0, firstAt: 5000, lastAt: 5002 },
      { annotator: 'bob', labels: 1, opinions: 1, firstAt: 11_000, lastAt: 11_000 },
    ]);
    const judged = await catalog.people.listJudged('pets');
    expect(judged.map(({ annotator, className, now }) => [annotator, className, now])).toEqual([
      ['ada', 'cat', 'cat'],
      ['bob', 'dog', 'cat'],
    ]);
    await catalog.people.addGold([{ sampleId }], { annotator: 'eve', at: 1 });
    expect(await catalog.people.listJudged('pets')).toEqual([]);
  });

  test('what was said before a class was renamed or merged is of what it became, and again of what it was once that is undone', async () => {
    await using catalog = await open();
    const [a, b] = (await fillUnlabeled(catalog, names(2))) as [string, string];
    await catalog.samples.appendLabelEvents([aSaying('1', a, ['ada', 'cat']), aSaying('2', b, ['ada', 'dog'])]);
    await catalog.people.drawBlind(aDraw('bob'));
    const answers = [aSaying('3', a, ['bob', 'cat'], { at: 11_000 }), aSaying('4', b, ['bob', 'cat'], { at: 11_000 })];
    await catalog.people.answer(answers, { askedSince: 10_000 });
    const readJudged = async () => {
      const judged = await catalog.people.listJudged('pets');
      return judged.filter(({ source }) => source !== 'rename').map((one) => `${one.sampleId} ${one.className}`);
    };

    const renamed = await catalog.classes.change({ kind: 'rename', name: 'cat', to: 'tiger' }, { ...by, at: 12_000 });
    const merged = await catalog.classes.change({ kind: 'merge', name: 'tiger', into: 'dog' }, { ...by, at: 13_000 });
    const after = await readJudged();
    await catalog.classes.change({ kind: 'undo', change: merged.id }, { ...by, at: 14_000 });
    const between = await readJudged();
    await catalog.classes.change({ kind: 'undo', change: renamed.id }, { ...by, at: 15_000 });

    const saidBy = (ofA: string, adaOnB: string, bobOnB: string) =>
      [`${a} ${ofA}`, `${a} ${ofA}`, `${b} ${adaOnB}`, `${b} ${bobOnB}`].toSorted();
    expect(after.toSorted()).toEqual(saidBy('dog', 'dog', 'dog'));
    expect(between.toSorted()).toEqual(saidBy('tiger', 'dog', 'tiger'));
    expect((await readJudged()).toSorted()).toEqual(saidBy('cat', 'dog', 'cat'));
  });

  test('gold questions and their answers have the name that their class has now', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    await catalog.people.addGold([{ sampleId: a }], { annotator: 'eve', at: 9000 });
    await catalog.people.drawBlind(aDraw('bob', { kind: 'gold' }));
    await catalog.people.answer([aSaying('1', a, ['bob', 'cat'], { at: 11_000 })], { askedSince: 10_000 });

    await catalog.classes.change({ kind: 'rename', name: 'cat', to: 'tiger' }, { ...by, at: 12_000 });

    expect(await catalog.people.listGold('pets')).toMatchObject([{ className: 'tiger', asked: 1, right: 1 }]);
    expect(await catalog.people.listGoldAnswers('pets')).toEqual([
      { sampleId: a, annotator: 'bob', className: 'tiger', known: 'tiger' },
    ]);
  });
}
