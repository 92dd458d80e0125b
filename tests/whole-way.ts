/** @file The whole way on the page, for a test and for the pictures of the tutorial: from a heap without labels to a classifier that answers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';

export interface WholeWay {
  address: string;
  page: Page;
  /** What a picture shows, by sample. */
  truthOf: ReadonlyMap<string, string>;
  /** Labels given one by one; default 40. */
  labels?: number;
  /** Of them, given wrong on purpose; default the 12th and the 24th. */
  slips?: readonly number[];
  /** A picture to try at the end. */
  file: string;
  /** Called where there is something to see. */
  look?: (name: string) => Promise<void>;
}

export interface WholeWayEnd {
  /** Pictures that were given a wrong label on purpose. */
  slips: string[];
  /** Pictures whose label was mended. */
  mended: string[];
  model: string;
  /** The version that was promoted. */
  version: number;
}

const patienceMs = 90_000;

export async function goWholeWay(way: WholeWay): Promise<WholeWayEnd> {
  const { page } = way;
  page.setDefaultTimeout(patienceMs);
  const slips = await labelOneByOne(way);
  await acceptPages(way);
  const first = await train(way, 'train');
  const mended = await mendLabels(way);
  const second = await train(way, 'train-again');
  const version = await promoteOther(way, second);
  await tryPicture(way, `${first.model}@${version}`);
  return { slips, mended, model: first.model, version };
}

/** Id of the picture on the light table; empty where there is none. */
export async function shownId(page: Page): Promise<string> {
  const image = page.locator('[data-shown] img').first();
  const url = (await image.count()) === 0 ? '' : await image.getAttribute('src', { timeout: 1000 }).catch(() => '');
  return /s_[0-9a-f]{20}/.exec(url ?? '')?.[0] ?? '';
}

async function changed<T>(read: () => Promise<T>, before: T): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const now = await read();
    if (now !== before) return now;
    if (performance.now() > until) throw new Error(`nothing changed from ${String(before)}`);
    await delay(20);
  }
}

async function labelOneByOne({
  address,
  page,
  truthOf,
  labels = 40,
  slips = [11, 23],
  look,
}: WholeWay): Promise<string[]> {
  const known: string[] = [];
  const wrong: string[] = [];
  await page.goto(`${address}/label`);
  let id = await changed(() => shownId(page), '');
  for (let n = 0; n < labels && id !== ''; n += 1) {
    const truth = truthOf.get(id) as string;
    const isSlip = slips.includes(n) && known.length > 1 && known.includes(truth);
    const at = isSlip ? (known.indexOf(truth) + 1) % known.length : known.indexOf(truth);
    if (isSlip) wrong.push(id);
    if (at >= 0) await page.keyboard.press(String(at + 1));
    else {
      // The first class is asked for at once; further ones by key.
      if (known.length > 0) await page.keyboard.press('/');
      await page.getByRole('combobox', { name: 'Class' }).fill(truth);
      // The new class stands last: below those whose name has this one in it.
      const choices = page.getByRole('listbox', { name: 'Classes' }).getByRole('option');
      for (let n = await choices.count(); n > 1; n -= 1) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('list', { name: 'Classes' }).getByTitle(truth, { exact: true }).waitFor();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      known.push(truth);
    }
    if (n === Math.floor(labels * 0.75)) await look?.('label');
    id = await changed(() => shownId(page), id);
  }
  await page.getByText('All saved').waitFor();
  return wrong;
}

/** Accepts pages of suggestions but for the pictures that are something else, until few are left without a label. */
async function acceptPages({ address, page, truthOf, look }: WholeWay): Promise<void> {
  await page.goto(`${address}/label/pages`);
  const grid = page.getByRole('listbox');
  for (let n = 0; n < 12; n += 1) {
    const first = grid.getByRole('option').first();
    await first.or(page.getByText('No page to accept')).waitFor();
    if ((await first.count()) === 0) break;
    const ids = await grid
      .getByRole('option')
      .evaluateAll((tiles) => tiles.map((tile) => (tile as unknown as { id: string }).id.slice('mark-'.length)));
    const name = (await grid.getAttribute('aria-label'))?.replace('Suggested to be ', '');
    for (const id of ids) if (truthOf.get(id) !== name) await page.locator(`[id="mark-${id}"]`).click();
    if (n === 0) await look?.('pages');
    await page.keyboard.press('Enter');
    await page.getByText('All saved').waitFor();
    await Promise.race([
      page.locator(`[id="mark-${ids[0]}"]`).waitFor({ state: 'detached' }),
      page.getByText('No page to accept').waitFor(),
    ]);
  }
}

async function train({ address, page, look }: WholeWay, name: string): Promise<{ model: string; version: number }> {
  await page.goto(`${address}/train`);
  await page
    .getByRole('link', { name: /^Start a training/ })
    .first()
    .waitFor();
  await page.keyboard.press('n');
  const start = page.getByRole('button', { name: 'Start the training' });
  await start.waitFor();
  await look?.(`${name}-new`);
  await start.click();
  await page.getByText(/of its test split, 95 % interval/).waitFor();
  const link = page.getByRole('region', { name: 'What came of it' }).getByRole('link', { name: /@\d+$/ });
  const [model = '', version = ''] = (await link.innerText()).split('@');
  await look?.(name);
  return { model, version: Number(version) };
}

async function mendLabels({ address, page, truthOf, look }: WholeWay): Promise<string[]> {
  const mended: string[] = [];
  await page.goto(`${address}/label/mistakes`);
  for (let n = 0; n < 15; n += 1) {
    await page.getByText('Looks like').or(page.getByText('That was the last doubtful label')).waitFor();
    const id = await shownId(page);
    if (id === '') break;
    const suggested = await page.locator('dt:has-text("Looks like") + dd').innerText();
    const isRight = suggested.startsWith(truthOf.get(id) as string);
    if (n === 0) await look?.('mistakes');
    await page.keyboard.press(isRight ? 'Enter' : 'ArrowRight');
    if (isRight) mended.push(id);
    await changed(() => shownId(page), id);
  }
  await page.getByText('All saved').waitFor();
  return mended;
}

/** Promotes the version that is not the champion, newer or older: the server changes over while it runs. */
async function promoteOther(
  { address, page, look }: WholeWay,
  trained: { model: string; version: number },
): Promise<number> {
  const open = (version: number) => page.goto(`${address}/models/${trained.model}/${version}`);
  const promote = page.getByRole('button', { name: 'Promote to champion' });
  await open(trained.version);
  await page.getByText('Confusion matrix').first().waitFor();
  await look?.('model');
  const isChampion = (await promote.count()) === 0;
  const version = isChampion ? trained.version - 1 : trained.version;
  if (isChampion) await open(version);
  await promote.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Promote', exact: true }).click();
  await page.getByRole('button', { name: `Health: ${trained.model}@${version}` }).waitFor();
  return version;
}

async function tryPicture({ address, page, file, look }: WholeWay, named: string): Promise<void> {
  await page.goto(address);
  await page.setInputFiles('input[type=file]', file);
  await page.getByRole('list', { name: 'Answers' }).getByText(named).first().waitFor();
  await look?.('try');
}
