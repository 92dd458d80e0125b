/** @file The Label screen in a real browser over a real server and drawn pictures, by keyboard. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { aLabelServer, type LabelServer, truthOf } from './label-server.ts';

const classNames = ['boxes', 'crushed-soda-cans', 'glass-bottles', 'plastic-bottles', 'soda-cans'];

/** Id of the picture on the light table. */
const shownId = async (page: Page): Promise<string> => {
  const url = await page.locator('[data-shown] img').first().getAttribute('src');
  return /s_[0-9a-f]{20}/.exec(url ?? '')?.[0] ?? '';
};

const addClasses = async (server: LabelServer): Promise<void> => {
  for (const name of classNames)
    await fetch(`${server.address}/api/classes/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'add', name }),
    });
};

describe.skipIf(noBrowser !== '')(`the Label screen${noBrowser}`, { timeout: 90_000 }, () => {
  let browser: OpenBrowser;
  let server: LabelServer;

  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), aLabelServer({ count: 90 })]);
    await addClasses(server);
    // Features are extracted once, which takes long on a busy machine.
    await server.whenReady();
  }, 120_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await browser[Symbol.asyncDispose]();
  });

  async function open(path = '/label') {
    const page = await browser.newPage();
    await page.goto(server.address + path);
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const saved = () => page.getByText('All saved').waitFor();
    return { page, press, saved };
  }

  test('one key labels the picture and shows the next; back, another key, and undo', async () => {
    const { page, press, saved } = await open();
    await page.locator('[data-shown]').waitFor();
    const first = await shownId(page);

    await press('1');
    const second = await shownId(page);
    await press('ArrowLeft');
    const again = await shownId(page);
    await press('3');
    await saved();
    expect(new Set([first, second]).size).toBe(2);
    expect(again).toBe(first);
    await expect.poll(() => server.historyOf(first)).toEqual(['boxes', 'glass-bottles']);

    await press('Control+z');
    await page.getByText('Undone').waitFor();
    expect(await shownId(page)).toBe(first);
    await expect.poll(() => server.historyOf(first)).toEqual(['boxes', 'glass-bottles', 'boxes']);
    await press('Control+z');
    await expect.poll(async () => (await server.historyOf(first)).at(-1)).toBe(null);
  });

  test('a class is added by typing it, and its key counts from that moment; a held key labels one picture alone', async () => {
    const { page, press, saved } = await open();
    await page.locator('[data-shown]').waitFor();
    const first = await shownId(page);

    await press('/');
    await page.getByRole('combobox', { name: 'Class' }).fill('odd one');
    await press('Enter', '6');
    const third = await shownId(page);
    await page.keyboard.down('2');
    await page.keyboard.down('2');
    await page.keyboard.up('2');
    const fourth = await shownId(page);
    await press('ArrowLeft');

    expect(await shownId(page)).toBe(third);
    await press('ArrowLeft');
    const second = await shownId(page);
    expect(new Set([first, second, third, fourth]).size).toBe(4);
    await saved();
    const lastOf = async (id: string) => (await server.historyOf(id)).at(-1);
    await expect.poll(() => Promise.all([first, second].map(lastOf))).toEqual(['odd one', 'odd one']);
    await press('Control+z', 'Control+z', 'Control+z');
    await expect.poll(() => Promise.all([first, second, third].map(lastOf))).toEqual([null, null, null]);
  });

  test('skipped pictures wait, one in the trash is undone, space zooms', async () => {
    const { page, press } = await open();
    await page.locator('[data-shown]').waitFor();
    const first = await shownId(page);
    const before = await server.historyOf(first);

    await press('ArrowRight');
    const second = await shownId(page);
    await press('Delete');
    await expect.poll(async () => (await server.list()).some(({ id }) => id === second)).toBe(false);
    await press('Control+z');
    await expect.poll(() => shownId(page)).toBe(second);
    expect((await server.list()).some(({ id }) => id === second)).toBe(true);
    await press(' ');
    await page.getByRole('button', { name: 'Show the whole picture' }).waitFor();

    expect(await server.historyOf(first)).toEqual(before);
  });

  test('through a cut network, a closed tab and a killed server every label arrives, once', async () => {
    const { page } = await open();
    await page.locator('[data-shown]').waitFor();
    const before = new Map(
      await Promise.all(
        (await server.list()).map(async ({ id }) => [id, (await server.historyOf(id)).length] as const),
      ),
    );
    const given = new Map<string, string>();
    const label = async (on: Page, count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        const key = 1 + (given.size % 5);
        given.set(await shownId(on), classNames[key - 1] as string);
        await on.keyboard.press(String(key));
      }
    };

    await page.context().setOffline(true);
    await label(page, 5);
    await page.getByText('5 not saved yet').waitFor();
    await server.kill();
    await page.context().setOffline(false);
    await label(page, 3);
    await page.close();
    await server.startAgain();
    await server.whenReady();
    const next = await page.context().newPage();
    await next.goto(`${server.address}/label`);
    await next.getByText('All saved').waitFor();
    await next.locator('[data-shown]').waitFor();
    await label(next, 2);
    await next.getByText('All saved').waitFor();

    expect(given.size).toBe(10);
    for (const [id, className] of given)
      expect((await server.historyOf(id)).slice(before.get(id))).toEqual([className]);
    await server.label([...given.keys()].map((id) => [id, null]));
  });

  test('a page is accepted but for the picture that was clicked, which gets its own class', async () => {
    const rows = await server.list();
    const known = rows.filter((_, n) => n % 3 !== 0);
    await server.label(known.map((row) => [row.id, truthOf(row)]));
    const { page, press, saved } = await open('/label/pages');
    const grid = page.getByRole('listbox');
    await grid.getByRole('option').first().waitFor();
    const name = (await grid.getAttribute('aria-label'))?.replace('Suggested to be ', '') ?? '';
    const ids = await grid
      .getByRole('option')
      .evaluateAll((tiles) => tiles.map((tile) => (tile as unknown as { id: string }).id.slice(5)));

    await grid.getByRole('option').first().click();
    await press(name === 'boxes' ? '2' : '1');
    await press('Enter');
    await saved();

    const other = name === 'boxes' ? 'crushed-soda-cans' : 'boxes';
    await expect.poll(async () => (await server.historyOf(ids[0] as string)).at(-1)).toBe(other);
    for (const id of ids.slice(1)) expect((await server.historyOf(id)).at(-1)).toBe(name);
    await press('Control+z');
    await expect.poll(async () => (await server.historyOf(ids[0] as string)).at(-1)).toBe(null);
  });

  test('a heap is labeled whole, and the audit states what it proves', async () => {
    const { page, press, saved } = await open('/label/heaps');
    await page.getByText('that look alike').waitFor();

    await press('1');
    await page.getByText('Click those that are not').waitFor();
    await press('Enter');
    await isSeen(page.getByText(/At most \d+\.\d.% wrong/));
    await saved();
    await page.getByRole('button', { name: 'Next heap' }).click();
    await page.getByText('that look alike').or(page.getByText('No heap is left')).waitFor();

    expect((await server.list()).filter(({ className }) => className === 'boxes').length).toBeGreaterThan(0);
  });

  test('a wrong label is found and mended with one key, with the score before and after', async () => {
    const rows = await server.list();
    const [wrong] = rows.filter((row) => truthOf(row) === 'boxes');
    await server.label(rows.map((row) => [row.id, row === wrong ? 'glass-bottles' : truthOf(row)]));
    const { page, press, saved } = await open('/label/mistakes');
    await page.getByText('Looks like').waitFor();
    const first = await shownId(page);
    const had = (await server.historyOf(first)).at(-1);

    await press('Enter');
    await saved();

    await expect.poll(async () => (await server.historyOf(first)).at(-1)).not.toBe(had);
    await isSeen(page.getByText('1 · 0'));
    await expect.poll(() => page.getByText(/\d\d\.\d.% \(/).count()).toBe(2);
  });

  test('classes are renamed, merged, ordered and keyed with their labels, and each is undone', async () => {
    const { page, press } = await open('/label/classes');
    const names = async () =>
      (await (await fetch(`${server.address}/api/classes`)).json()) as {
        items: { name: string; key: string | null }[];
      };
    const name = page.getByRole('textbox', { name: 'Name of boxes' });
    await name.waitFor();
    const before = (await server.list()).filter(({ className }) => className === 'boxes').length;

    await name.fill('cartons');
    await press('Enter');
    await page.getByText(`Class boxes renamed to cartons, ${before} pictures with it`).waitFor();
    expect((await server.list()).filter(({ className }) => className === 'cartons')).toHaveLength(before);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(async () => (await names()).items.map((one) => one.name)).toContain('boxes');

    await page.getByRole('textbox', { name: 'Key of glass-bottles' }).fill('g');
    await expect.poll(async () => (await names()).items.find((one) => one.name === 'glass-bottles')?.key).toBe('g');
    await page.getByRole('button', { name: 'Move glass-bottles up' }).click();
    await expect.poll(async () => (await names()).items.findIndex((one) => one.name === 'glass-bottles')).toBe(1);

    const cans = page
      .getByRole('listitem')
      .filter({ has: page.getByRole('textbox', { name: 'Name of crushed-soda-cans' }) });
    await cans.getByRole('button', { name: 'Merge' }).click();
    await page.getByLabel('Merge crushed-soda-cans into').selectOption('soda-cans');
    await page.getByRole('button', { name: /^Merge \d+ pictures$/ }).click();
    await expect.poll(async () => (await names()).items.some((one) => one.name === 'crushed-soda-cans')).toBe(false);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(async () => (await names()).items.some((one) => one.name === 'crushed-soda-cans')).toBe(true);
  });

  test('the strip says whether it is enough, by class', async () => {
    const { page } = await open();

    const strip = page.getByRole('region', { name: 'Have I labeled enough?' });
    expect(await isSeen(strip.getByText(/Suggestions are right for \d+/))).toBe(true);
    await strip.getByRole('button', { name: 'By class' }).click();
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(classNames.length);
  });
});
