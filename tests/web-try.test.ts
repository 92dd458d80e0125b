/** @file The Try screen in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { drawPicture } from './drawn-pictures.ts';
import { openWebFixture, type WebFixture } from './web-fixture.ts';

describe.skipIf(noBrowser !== '')(`the Try screen${noBrowser}`, () => {
  let browser: OpenBrowser;
  let bottle: Buffer;

  beforeAll(async () => {
    browser = await openBrowser();
    bottle = Buffer.from(await drawPicture({ className: 'glass-bottles', seed: 4, sizePx: 128 }));
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
  });

  const aFile = (name: string) => ({ name, mimeType: 'image/jpeg', buffer: bottle });

  async function openTry(fixture: WebFixture) {
    const page = await browser.newPage();
    await page.goto(fixture.url);
    return {
      page,
      choose: (...names: string[]) => page.setInputFiles('input[type=file]', names.map(aFile)),
      cards: page.getByRole('list', { name: 'Answers' }).locator('> li'),
    };
  }

  test('several chosen pictures are each answered with bars, model and time, a few at once', async () => {
    await using fixture = await openWebFixture({ samples: 5 });
    const { page, choose, cards } = await openTry(fixture);

    await choose(...Array.from({ length: 9 }, (_, i) => `glass-bottles-${i}.jpg`));
    await page.getByText('9 pictures · 9 answered').waitFor();

    await expect.poll(() => cards.count()).toBe(9);
    await expect
      .poll(() => cards.first().innerText())
      .toMatch(/^glass-bottles-0\.jpg\n+glass-bottles\n+glass-bottles\n+\d\d\.\d\u00a0%\n/);
    await expect.poll(() => cards.first().innerText()).toMatch(/recyclables@2 · [\d.]+\u00a0m?s$/);
    expect(fixture.mostPredictions).toBeLessThanOrEqual(3);
  });

  test('a refusal and an error stay with their picture and say what happened and what to do', async () => {
    await using fixture = await openWebFixture({ samples: 5 });
    const { page, choose, cards } = await openTry(fixture);

    await choose('crowd.jpg', 'cut.jpg', 'boxes-1.jpg');
    await page.getByText('3 pictures · 1 answered · 1 refused · 1 failed').waitFor();

    await expect
      .poll(() => cards.nth(0).innerText())
      .toContain('Refused\n\nSeveral things lie in this picture. Please send one at a time.');
    await expect
      .poll(() => cards.nth(1).innerText())
      .toMatch(/The picture is cut short\n+The picture ends before all of it is there\.\n+Copy the picture again/);
  });

  test('code that asks this server is shown in four languages, moved through by keys, and copied', async () => {
    await using fixture = await openWebFixture({ samples: 5 });
    const { page } = await openTry(fixture);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: fixture.url });

    await page.getByText('Ask from your own code').click();
    const panel = page.getByRole('tabpanel');
    await panel.getByText(`'${fixture.url}/predict?top=3'`).waitFor();
    await page.getByRole('tab', { name: 'curl' }).focus();
    for (const language of ['JavaScript', 'Python', 'React']) {
      await page.keyboard.press('ArrowRight');
      await page.getByRole('button', { name: `Copy the ${language} code` }).waitFor();
    }
    await page.getByRole('button', { name: 'Copy the React code' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();

    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await panel.locator('pre').innerText());
  });

  test('pasted and dropped pictures are answered', async () => {
    await using fixture = await openWebFixture({ samples: 5 });
    const { page, cards } = await openTry(fixture);
    const give = (name: string, send: string): string => `{
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array([1, 2, 3])], '${name}', { type: 'image/jpeg' }));
      ${send}
    }`;

    await page.evaluate(
      give('boxes-pasted.jpg', "document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer }))"),
    );
    await page.evaluate(
      give('boxes-dropped.jpg', "window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer }))"),
    );
    await page.getByText('2 pictures · 2 answered').waitFor();

    expect((await cards.getByRole('heading', { level: 2 }).allInnerTexts()).sort()).toEqual([
      'boxes-dropped.jpg',
      'boxes-pasted.jpg',
    ]);
  });

  test('pictures cut off by a server that went away are answered by themselves once it is back', async () => {
    await using fixture = await openWebFixture({ samples: 5 });
    const { page, choose } = await openTry(fixture);
    await page.getByText('Answers come from').waitFor();

    fixture.isGone = true;
    await choose('boxes-1.jpg', 'boxes-2.jpg');
    await page.getByText('2 pictures · 2 failed').waitFor();
    await page.getByRole('button', { name: 'Health: No answer' }).waitFor();
    fixture.isGone = false;

    await page.getByText('2 pictures · 2 answered').waitFor();
    expect(await isSeen(page.getByRole('button', { name: 'Health: recyclables@2' }))).toBe(true);
  });

  test('a failed picture is tried again on its own', async () => {
    await using fixture = await openWebFixture({ samples: 5 });
    const { page, choose, cards } = await openTry(fixture);
    fixture.isBroken = true;
    await choose('boxes-1.jpg');
    await page.getByText('1 picture · 1 failed').waitFor();

    fixture.isBroken = false;
    await cards.first().getByRole('button', { name: 'Try again' }).click();

    expect(await isSeen(page.getByText('1 picture · 1 answered'))).toBe(true);
  });

  test('previews are given back when their picture is removed or all are cleared', async () => {
    await using fixture = await openWebFixture({ samples: 5 });
    const page = await browser.newPage();
    await page.addInitScript(`globalThis.alive = 0;
      const make = URL.createObjectURL, give = URL.revokeObjectURL;
      URL.createObjectURL = (file) => { globalThis.alive += 1; return make.call(URL, file); };
      URL.revokeObjectURL = (url) => { globalThis.alive -= 1; give.call(URL, url); };`);
    await page.goto(fixture.url);
    await page.setInputFiles('input[type=file]', ['a.jpg', 'b.jpg', 'c.jpg'].map(aFile));
    await page.getByText('3 pictures · 3 answered').waitFor();

    const counts = [await page.evaluate('alive')];
    await page.getByRole('button', { name: 'Remove a.jpg' }).click();
    counts.push(await page.evaluate('alive'));
    await page.getByRole('button', { name: 'Clear' }).click();
    counts.push(await page.evaluate('alive'));

    expect(counts).toEqual([3, 2, 0]);
  });

  test('answers stay while another screen is looked at', async () => {
    await using fixture = await openWebFixture({ samples: 5 });
    const { page, choose } = await openTry(fixture);
    await choose('boxes-1.jpg');

    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('heading', { name: 'Models' }).waitFor();
    await page.getByRole('link', { name: 'Try', exact: true }).click();

    await page.getByText('1 picture · 1 answered').waitFor();
    expect(await page.title()).toBe('Try · Tintype');
  });

  test('without a model the screen names the commands that make one', async () => {
    await using fixture = await openWebFixture({ samples: 5, hasModel: false });
    const { page, choose, cards } = await openTry(fixture);

    await choose('boxes-1.jpg');
    await page.getByText('1 picture · 1 failed').waitFor();

    await expect
      .poll(() => page.getByRole('region', { name: 'State of the server' }).innerText())
      .toContain('npx tintype train');
    await expect.poll(() => cards.first().innerText()).toContain('No model is being served');
  });
});
