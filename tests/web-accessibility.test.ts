/** @file What must hold on every screen: no barrier axe can find, nothing cut off at any width, nothing that jumps or moves unasked. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { openWebFixture, type WebFixture } from './web-fixture.ts';
import { cancelledRun, liveRun } from './web-fixture-train.ts';

interface Screen {
  path: string;
  /** Brings the screen into the state that is looked at. */
  prepare: (page: Page) => Promise<void>;
}

const screens: Record<string, Screen> = {
  try: {
    path: '/',
    async prepare(page) {
      const names = ['boxes-1.jpg', 'crowd.jpg', 'cut.jpg'];
      await page.setInputFiles(
        'input[type=file]',
        names.map((name) => ({ name, mimeType: 'image/jpeg', buffer: Buffer.from('x') })),
      );
      await page.getByText('1 answered · 1 refused · 1 failed').waitFor();
    },
  },
  snippets: {
    path: '/',
    async prepare(page) {
      await page.getByText('Ask from your own code').click();
      await page.getByRole('tab', { name: 'Python' }).click();
      await page.getByText('pip install requests').waitFor();
    },
  },
  pictures: {
    path: '/pictures',
    async prepare(page) {
      await page.getByRole('listbox').getByRole('option').first().waitFor();
      await page.getByRole('listbox').focus();
      await page.keyboard.press(' ');
    },
  },
  'pictures, a tag to give': {
    path: '/pictures',
    async prepare(page) {
      await page.getByRole('listbox').getByRole('option').first().waitFor();
      await page.getByRole('listbox').focus();
      await page.keyboard.press('t');
      await page.getByRole('combobox', { name: 'Tag' }).waitFor();
    },
  },
  'pictures, filters': {
    path: '/pictures?version=recyclables@3&wrong=true&sort=confidence',
    async prepare(page) {
      await page.getByRole('listbox').getByRole('option').first().waitFor();
      await page.getByRole('button', { name: /^Filters/ }).click();
      await page.getByLabel('Tag').waitFor();
    },
  },
  'pictures, views': {
    path: '/pictures?class=boxes',
    async prepare(page) {
      await page.getByRole('listbox').getByRole('option').first().waitFor();
      await page.getByRole('button', { name: 'Views' }).click();
      await page.getByLabel('Name for this view').waitFor();
    },
  },
  trash: { path: '/pictures?removed=true', prepare: (page) => page.getByText('The trash is empty').waitFor() },
  "a picture's page": {
    path: '/pictures/SAMPLE?sort=path',
    prepare: (page) => page.getByRole('heading', { name: 'Where it was trained on' }).waitFor(),
  },
  picture: { path: '/pictures?sample=SAMPLE', prepare: (page) => page.getByText('ada, by hand').waitFor() },
  label: { path: '/label', prepare: (page) => page.getByText('Worth going on').waitFor() },
  'label pages': {
    path: '/label/pages',
    async prepare(page) {
      await page.getByRole('listbox').getByRole('option').first().click();
      await page.keyboard.press('2');
    },
  },
  'label heaps': { path: '/label/heaps', prepare: (page) => page.getByText('that look alike').waitFor() },
  'label audit': {
    path: '/label/heaps',
    async prepare(page) {
      await page.getByText('that look alike').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('Click those that are not').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText(/^At most/).waitFor();
    },
  },
  'label mistakes': { path: '/label/mistakes', prepare: (page) => page.getByText('Looks like').waitFor() },
  'label classes': {
    path: '/label/classes',
    prepare: (page) => page.getByRole('textbox', { name: 'Name of boxes' }).waitFor(),
  },
  'label picker': {
    path: '/label',
    async prepare(page) {
      await page.locator('[data-shown]').waitFor();
      await page.keyboard.press('/');
      await page.getByRole('combobox', { name: 'Class' }).waitFor();
    },
  },
  explore: { path: '/explore?dataset=recyclables', prepare: (page) => page.getByText('What to look at').waitFor() },
  'explore map': {
    path: '/explore/map?dataset=recyclables',
    async prepare(page) {
      await page.getByRole('checkbox').first().check();
      await page.getByText('chosen', { exact: false }).first().waitFor();
    },
  },
  'explore classes': {
    path: '/explore/classes?dataset=recyclables',
    prepare: (page) => page.getByText('Mean picture').first().waitFor(),
  },
  'explore duplicates': {
    path: '/explore/duplicates?dataset=recyclables',
    prepare: (page) => page.getByText('Alike across splits').first().waitFor(),
  },
  'explore to check': {
    path: '/explore/check?dataset=recyclables',
    prepare: (page) => page.getByText('Unreadable files').first().waitFor(),
  },
  'runs of training': { path: '/train', prepare: (page) => page.getByText('Epoch 13 of 30').waitFor() },
  'a new training': {
    path: '/train/new',
    async prepare(page) {
      await page.getByText('All settings').click();
      await page.getByText('about 19 min').first().waitFor();
    },
  },
  'a run that is under way': {
    path: `/train/runs/${liveRun}`,
    prepare: (page) => page.getByText('Pictures a second').first().waitFor(),
  },
  'runs side by side': {
    path: `/train/compare?runs=${liveRun},${cancelledRun}`,
    prepare: (page) => page.getByText('Settings that differ').waitFor(),
  },
  'studies of tuning': { path: '/train/studies', prepare: (page) => page.getByText('recyclables-1').waitFor() },
  'a study': { path: '/train/studies/recyclables-1', prepare: (page) => page.getByText('What mattered').waitFor() },
  'a new tuning': { path: '/train/tune', prepare: (page) => page.getByText('Models to choose from').waitFor() },
  models: { path: '/models', prepare: (page) => page.getByText('by ada').waitFor() },
  people: { path: '/people', prepare: (page) => page.getByText('night-shift').waitFor() },
  review: { path: '/people/review', prepare: (page) => page.getByText('23 pictures to decide').waitFor() },
  gold: { path: '/people/gold', prepare: (page) => page.getByText('9 gold questions').waitFor() },
  history: { path: '/people/history/ada', prepare: (page) => page.getByText('24 labels').waitFor() },
  users: { path: '/people/users', prepare: (page) => page.getByText('old-account').waitFor() },
  tokens: { path: '/people/tokens', prepare: (page) => page.getByText('nightly-train').waitFor() },
  audit: { path: '/people/audit', prepare: (page) => page.getByText('revoke token').waitFor() },
  backups: {
    path: '/backups',
    async prepare(page) {
      await page
        .getByRole('button', { name: /^Restore/ })
        .first()
        .click();
      await page.getByText('in an empty workspace').waitFor();
    },
  },
  version: {
    path: '/models/recyclables/3',
    prepare: (page) => page.getByRole('heading', { name: 'Most confident mistakes' }).waitFor(),
  },
  confidence: {
    path: '/models/recyclables/3/confidence',
    prepare: (page) => page.getByRole('slider', { name: 'Least confidence' }).waitFor(),
  },
  slices: { path: '/models/recyclables/3/slices', prepare: (page) => page.getByText('▼ worse').first().waitFor() },
  'enough labels': {
    path: '/models/recyclables/3/labels',
    prepare: (page) => page.getByRole('img', { name: /with [\d,]+ labels;/ }).waitFor(),
  },
  comparison: {
    path: '/models/recyclables/3/compare',
    prepare: (page) => page.getByText('McNemar’s exact test').waitFor(),
  },
  lineage: {
    path: '/models/recyclables/2/lineage',
    prepare: (page) => page.getByRole('heading', { name: 'Labeled by people' }).waitFor(),
  },
  'table of answers': {
    path: '/',
    async prepare(page) {
      await page.setInputFiles('input[type=file]', [
        { name: 'boxes-1.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('x') },
        { name: 'cut.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('x') },
      ]);
      await page.getByText('1 answered · 1 failed').waitFor();
      await page.getByRole('button', { name: 'Table' }).click();
      await page.getByRole('table', { name: 'Answers' }).waitFor();
    },
  },
  'address of a picture': {
    path: '/',
    async prepare(page) {
      await page.getByRole('button', { name: 'Address' }).click();
      await page.getByLabel('Address of a picture').waitFor();
    },
  },
};

const phone = { width: 390, height: 844 };
const desktop = { width: 1440, height: 900 };
/** Layout goes by the size, contrast by the scheme: two looks see both of each. TINTYPE_EVERY_LOOK=1 takes all four. */
const looks = [
  { name: 'phone dark', viewport: phone, colorScheme: 'dark' },
  { name: 'desktop light', viewport: desktop, colorScheme: 'light' },
  ...(process.env.TINTYPE_EVERY_LOOK === '1'
    ? ([
        { name: 'phone light', viewport: phone, colorScheme: 'light' },
        { name: 'desktop dark', viewport: desktop, colorScheme: 'dark' },
      ] as const)
    : []),
] as const;

describe.skipIf(noBrowser !== '')(`every screen${noBrowser}`, () => {
  let browser: OpenBrowser;
  let fixture: WebFixture;
  /** Goes from screen to screen, so that the code of the page is fetched and compiled once. */
  let visitor: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    fixture = await openWebFixture({ samples: 90 });
    visitor = await browser.newPage({ reducedMotion: 'reduce' });
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await browser[Symbol.asyncDispose]();
  });

  /** What hangs from a button follows a new width within some frames. */
  async function readOverflow(page: Page): Promise<unknown> {
    const read = (): Promise<unknown> =>
      page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)');
    let overflow = await read();
    for (let tries = 0; overflow !== 0 && tries < 20; tries += 1) {
      await page.waitForTimeout(50);
      overflow = await read();
    }
    return overflow;
  }

  const urlOf = (screen: Screen): string => fixture.url + screen.path.replace('SAMPLE', fixture.samples[3]?.id ?? '');

  test.each(Object.entries(screens))(
    '%s has no serious barrier, on a dark phone or a light desktop, and fits every width from 360 to 2560 pixels',
    { timeout: 60_000 },
    async (_name, screen) => {
      const page = visitor;
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(urlOf(screen));
      await screen.prepare(page);
      await page.evaluate(axe.source);
      const found: string[] = [];
      const overflows: unknown[] = [];

      for (const { name, viewport, colorScheme } of looks) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        const { violations } = (await page.evaluate(
          'axe.run(document, { resultTypes: ["violations"] })',
        )) as axe.AxeResults;
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        found.push(
          ...grave.map(({ id, nodes }) => `${name} ${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`),
        );
      }
      for (const width of [360, 390, 768, 1024, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        overflows.push(await readOverflow(page));
      }

      expect(found).toEqual([]);
      expect(overflows).toEqual([0, 0, 0, 0, 0]);
    },
  );

  test('nothing jumps when slow answers arrive', { timeout: 90_000 }, async () => {
    const page = await browser.newPage();
    await page.addInitScript(`globalThis.shift = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) globalThis.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });`);
    const shifts: Record<string, unknown> = {};

    fixture.delayMs = 400;
    for (const name of ['pictures', 'models', 'version', 'runs of training', 'a run that is under way', 'a study']) {
      const screen = screens[name] as Screen;
      await page.goto(urlOf(screen));
      await (name === 'pictures'
        ? page.getByRole('listbox').getByRole('option').first().waitFor()
        : screen.prepare(page));
      await page.waitForTimeout(300);
      shifts[name] = await page.evaluate('shift');
    }
    fixture.delayMs = 0;

    expect(Object.entries(shifts).filter(([, shift]) => (shift as number) >= 0.05)).toEqual([]);
  });

  test('nothing moves where the system asks for no motion, and little moves elsewhere', async () => {
    const durations = `[...document.querySelectorAll('*')].flatMap((element) => getComputedStyle(element).transitionDuration.split(', ')).map((text) => parseFloat(text) * (text.endsWith('ms') ? 1 : 1000))`;
    const longest: number[] = [];

    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      const page = await browser.newPage({ reducedMotion });
      await page.goto(`${fixture.url}/pictures`);
      await page.getByRole('listbox').getByRole('option').first().waitFor();
      longest.push(Math.max(...((await page.evaluate(durations)) as number[])));
    }

    expect(longest[0]).toBe(0);
    expect(longest[1]).toBeLessThan(150);
  });

  test('the keyboard reaches the content past the header, and focus follows to a new screen', async () => {
    const page = await browser.newPage();
    await page.goto(fixture.url);
    await page.getByText('Answers come from').waitFor();

    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Drop pictures here');
    await page.getByRole('link', { name: 'Pictures' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('listbox').getByRole('option').first().waitFor();

    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  test('the color scheme is stepped through and remembered', async () => {
    const page = await browser.newPage({ colorScheme: 'light' });
    await page.goto(fixture.url);
    const scheme = () => page.evaluate('document.documentElement.dataset.mantineColorScheme');
    const seen = [await scheme()];

    for (const label of ['Colors: as the system', 'Colors: light']) {
      await page.getByRole('button', { name: label }).click();
      seen.push(await scheme());
    }
    await page.reload();
    await page.getByRole('button', { name: 'Colors: dark' }).waitFor();

    expect([...seen, await scheme()]).toEqual(['light', 'light', 'dark', 'dark']);
  });
});
