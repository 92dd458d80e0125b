/** @file The Pictures screen in a real browser, by keyboard where a keyboard can do it. */
import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { openWebFixture, type WebFixture } from './web-fixture.ts';
import { buildSample } from './web-fixture-data.ts';

describe.skipIf(noBrowser !== '')(`the Pictures screen${noBrowser}`, () => {
  let browser: OpenBrowser;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
  });

  async function openPictures(fixture: WebFixture, search = '') {
    const page = await browser.newPage();
    await page.goto(`${fixture.url}/pictures${search}`);
    const grid = page.getByRole('listbox');
    const press = async (...keys: string[]): Promise<void> => {
      await grid.focus();
      for (const key of keys) await page.keyboard.press(key);
    };
    /** Path of the picture that the cursor is on. */
    const active = (): Promise<string | null | undefined> =>
      page.evaluate(
        "document.getElementById(document.querySelector('[role=listbox]')?.getAttribute('aria-activedescendant'))?.title",
      );
    return { page, grid, press, active, options: grid.getByRole('option') };
  }

  test('of a hundred thousand pictures only those in sight are in the page, and End is the end at once', async () => {
    await using fixture = await openWebFixture({ samples: 100_000 });
    const { page, press, active, options } = await openPictures(fixture);
    await page.getByText('100,000 pictures').waitFor();

    await press('End');
    // What else there is to sort by is counted at this moment, by a server that shares this process.
    await expect.poll(active, { timeout: 5000 }).toBe(fixture.samples.at(-1)?.path);

    expect(await options.last().getAttribute('aria-posinset')).toBe('100000');
    expect(await options.last().getAttribute('aria-setsize')).toBe('100000');
    expect(await page.evaluate('document.getElementsByTagName("*").length')).toBeLessThan(1500);
    await press('Home');
    await expect.poll(active).toBe(fixture.samples[0]?.path);
  });

  test('the first pictures are asked for once, before the code of the page is there, and their screen’s files with them', async () => {
    await using fixture = await openWebFixture({ samples: 300 });
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url().slice(fixture.url.length)));
    await page.route(/\/assets\/(?:index|shared)-.*\.js$/, async (route) => {
      await expect.poll(() => asked.some((path) => path.startsWith('/api/samples?'))).toBe(true);
      await expect.poll(() => asked.some((path) => path.startsWith('/assets/PicturesScreen-'))).toBe(true);
      await expect.poll(() => asked.some((path) => path.endsWith('/thumbnail'))).toBe(true);
      await route.continue();
    });

    await page.goto(`${fixture.url}/pictures`);
    await page.getByRole('listbox').getByRole('option').first().waitFor();

    expect(asked.filter((path) => path.startsWith('/api/samples?'))).toEqual(['/api/samples?offset=0&limit=200']);
    const thumbnails = asked.filter((path) => path.endsWith('/thumbnail'));
    expect(new Set(thumbnails).size).toBe(thumbnails.length);
  });

  test.each([
    ['failed', (route: Route) => route.fulfill({ status: 401, body: '{}' })],
    ['never came', async () => undefined],
  ])('an early answer that %s is asked for again', async (_, answerFirst) => {
    await using fixture = await openWebFixture({ samples: 300 });
    const page = await browser.newPage();
    let isFirst = true;
    await page.route(/\/api\/samples\?/, async (route) => {
      if (isFirst) await answerFirst(route);
      else await route.continue();
      isFirst = false;
    });

    await page.goto(`${fixture.url}/pictures`);

    await page.getByRole('listbox').getByRole('option').first().waitFor();
    expect(isFirst).toBe(false);
  });

  test('a range and the whole view can be selected without having been seen', async () => {
    await using fixture = await openWebFixture({ samples: 30_000 });
    const { page, press } = await openPictures(fixture);
    await page.getByText('30,000 pictures').waitFor();

    await press('ArrowRight', ' ', 'End', 'Shift+ ');
    await page.getByText('29,999 selected').waitFor();
    await press('Escape', 'Control+a');

    expect(await isSeen(page.getByText('30,000 selected'))).toBe(true);
  });

  test('a frame drawn with the mouse selects what it touches, and adds with shift', async () => {
    await using fixture = await openWebFixture();
    const { page, options } = await openPictures(fixture);
    const boxOf = async (index: number) => {
      const box = await options.nth(index).boundingBox();
      if (!box) throw new Error('There is no such picture in sight.');
      return box;
    };
    await options.nth(7).waitFor();
    const [first, third, fifth] = [await boxOf(0), await boxOf(2), await boxOf(4)];
    const drag = async (from: typeof first, to: typeof first): Promise<void> => {
      await page.mouse.move(from.x + 20, from.y + 30);
      await page.mouse.down();
      await page.mouse.move(to.x + 30, to.y + 60, { steps: 4 });
      await page.mouse.up();
    };

    await drag(first, third);
    await page.getByText('3 selected').waitFor();
    await page.keyboard.down('Shift');
    await drag(fifth, fifth);
    await page.keyboard.up('Shift');

    await page.getByText('4 selected').waitFor();
    await expect.poll(() => page.getByRole('dialog', { name: 'Picture' }).count()).toBe(0);
  });

  test('arrow keys move, space selects, shift and space selects up to here, escape lets go', async () => {
    await using fixture = await openWebFixture();
    const { page, press, active } = await openPictures(fixture);
    await page.getByText('240 pictures').waitFor();

    await press('ArrowRight', ' ', 'ArrowDown', 'Shift+ ');
    const reached = await active();
    const columns = fixture.samples.findIndex((sample) => sample.path === reached) - 1;

    expect(columns).toBeGreaterThan(3);
    await expect.poll(() => page.getByText(/^\d+ selected/).innerText()).toContain(`${columns + 1} selected`);
    await press('Escape');
    await expect.poll(() => page.getByText(/^\d+ selected/).count()).toBe(0);
  });

  test('delete moves the selection to the trash, undo brings it back', async () => {
    await using fixture = await openWebFixture();
    const { page, press, options } = await openPictures(fixture);
    await page.getByText('240 pictures').waitFor();

    await press(' ', 'ArrowRight', ' ', 'Delete');
    await page.getByText('238 pictures').waitFor();
    expect(await options.first().getAttribute('title')).toBe(fixture.samples[2]?.path);
    await page.getByText('2 pictures in the trash').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();

    await page.getByText('240 pictures').waitFor();
    expect(await options.first().getAttribute('title')).toBe(fixture.samples[0]?.path);
    expect(fixture.samples.every((sample) => sample.removedAt === null)).toBe(true);
  });

  test('a removal the server refuses is put right on the page and said', async () => {
    await using fixture = await openWebFixture();
    const { page, press } = await openPictures(fixture);
    await page.getByText('240 pictures').waitFor();

    fixture.isBroken = true;
    await press('Delete');

    await page.getByText('Something went wrong inside').waitFor();
    await expect.poll(() => page.getByText('240 pictures').count()).toBe(1);
  });

  test('the trash lists what was removed, and r restores it', async () => {
    await using fixture = await openWebFixture();
    for (const sample of fixture.samples.slice(0, 3)) sample.removedAt = 1;
    const { page, press } = await openPictures(fixture);

    await page.getByRole('button', { name: 'Trash 3' }).click();
    await page.getByText('3 pictures in the trash').waitFor();
    await press('r');

    await page.getByText('2 pictures in the trash').waitFor();
    expect(fixture.samples.filter((sample) => sample.removedAt !== null)).toHaveLength(2);
    expect(page.url()).toContain('removed=true');
  });

  test('every filter is in the address bar, and survives a reload', async () => {
    await using fixture = await openWebFixture();
    const { page, options } = await openPictures(fixture);
    await page.getByText('240 pictures').waitFor();

    await page.getByLabel('Class', { exact: true }).selectOption('class:soda-cans');
    await page.getByLabel('Split').selectOption('Test');
    await page.getByLabel('Text in the path').fill('SODA');
    await page.waitForURL(/text=SODA/);
    const matching = fixture.samples.filter(
      (sample) => sample.className === 'soda-cans' && sample.split === 'test' && sample.path.includes('soda'),
    );
    await page.getByText(`${matching.length} pictures match`).waitFor();
    await page.reload();
    await options.first().waitFor();

    expect(new URL(page.url()).search).toBe('?class=soda-cans&split=test&text=SODA');
    expect(
      await options.evaluateAll((tiles) => tiles.map((tile) => (tile as unknown as { title: string }).title)),
    ).toEqual(matching.map((sample) => sample.path));
  });

  test('unlabeled pictures are a filter of their own', async () => {
    await using fixture = await openWebFixture();
    const { page, options } = await openPictures(fixture, '?class=');

    await options.first().waitFor();

    await expect.poll(() => options.count()).toBe(fixture.samples.filter((sample) => sample.className === null).length);
    expect(await page.getByLabel('Class', { exact: true }).inputValue()).toBe('class:');
  });

  test('enter opens a picture with its history, arrows leaf on, escape returns to the grid where one left off', async () => {
    await using fixture = await openWebFixture();
    const { page, press, grid, active } = await openPictures(fixture);
    await page.getByText('240 pictures').waitFor();

    await press('ArrowRight', 'Enter');
    const drawer = page.getByRole('dialog', { name: 'Picture' });
    await drawer.getByText('ada, by hand').waitFor();
    await page.keyboard.press('ArrowRight');
    await drawer.getByText(fixture.samples[2]?.path ?? '').waitFor();
    expect(page.url()).toContain(`sample=${fixture.samples[2]?.id}`);
    await page.keyboard.press('Escape');

    await drawer.waitFor({ state: 'hidden' });
    expect(await active()).toBe(fixture.samples[2]?.path);
    expect(
      await grid.evaluate(
        (element) =>
          element === (element as unknown as { ownerDocument: { activeElement: unknown } }).ownerDocument.activeElement,
      ),
    ).toBe(true);
  });

  test('a click opens, a click on the mark selects, and from then on clicks select', async () => {
    await using fixture = await openWebFixture();
    const { page, options } = await openPictures(fixture);

    await options.nth(0).hover();
    await options.nth(0).locator('[data-check]').click();
    await options.nth(2).click({ modifiers: ['Shift'] });
    await page.getByText('3 selected').waitFor();
    await options.nth(4).click();
    await page.getByText('4 selected').waitFor();
    await page.getByRole('button', { name: /Deselect/ }).click();
    await options.nth(4).click();

    expect(await isSeen(page.getByRole('dialog', { name: 'Picture' }))).toBe(true);
  });

  test('less usual filters are said in words and taken off one by one', async () => {
    await using fixture = await openWebFixture();
    const { page, options } = await openPictures(fixture, '?version=recyclables@3&wrong=true&annotator=ingest');
    await options.first().waitFor();

    const words = page.getByRole('list', { name: 'Filters that are on' });
    await expect
      .poll(() => words.getByRole('listitem').allInnerTexts())
      .toEqual(['labeled by ingest', 'wrong answers of recyclables@3']);
    expect(await options.first().textContent()).toMatch(/answered .*, wrong/);
    await page.getByRole('button', { name: 'Take off: labeled by ingest' }).click();

    await page.waitForURL(/\?version=recyclables@3&wrong=true$/);
    await page.getByRole('button', { name: /^Filters/ }).click();
    await page.getByLabel('Right or wrong').selectOption('Both');
    await page.waitForURL(/\?version=recyclables@3$/);
  });

  test('a failed part of the list is said, and what is loaded stays', async () => {
    await using fixture = await openWebFixture({ samples: 5000 });
    const { page, press, options } = await openPictures(fixture);
    await page.getByText('5,000 pictures').waitFor();

    fixture.isBroken = true;
    await press('End');
    await page.getByText('These pictures did not come.').waitFor();
    fixture.isBroken = false;
    await page.getByRole('button', { name: 'Try again' }).click();

    await expect.poll(() => options.last().getAttribute('aria-posinset')).toBe('5000');
  });

  test('pictures ingested meanwhile are there when one comes back to the screen', async () => {
    await using fixture = await openWebFixture({ samples: 30 });
    const { page } = await openPictures(fixture);
    await page.getByText('30 pictures').waitFor();

    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('heading', { name: 'Models' }).waitFor();
    fixture.samples.push(buildSample(30), buildSample(31));
    await page.waitForTimeout(1100);
    await page.getByRole('link', { name: 'Pictures' }).click();

    expect(await isSeen(page.getByText('32 pictures'))).toBe(true);
  });

  test('a failure of the first page is said, and trying again mends it', async () => {
    await using fixture = await openWebFixture();
    fixture.isBroken = true;
    const { page } = await openPictures(fixture);

    await page.getByText('Something went wrong inside').waitFor();
    fixture.isBroken = false;
    await page.getByRole('button', { name: 'Try again' }).click();

    expect(await isSeen(page.getByText('240 pictures'))).toBe(true);
  });
});
