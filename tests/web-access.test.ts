/** @file Signing in, out, and becoming a user on the page: what is shown, what is asked, and no barrier for anybody. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { startServer } from '@tintype/server/start-server';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { temporaryFolder } from './cli.ts';
import { fixtureInvitation, fixturePassword, openWebFixture, type WebFixture } from './web-fixture.ts';

const nobody = { identity: null, isRequired: true, hasAdmin: true };

interface Screen {
  path: string;
  session?: Partial<typeof nobody>;
  prepare: (page: Page) => Promise<void>;
}

const field = (page: Page, label: string) => page.getByRole('textbox', { name: label, exact: true });

async function logIn(page: Page, password: string): Promise<void> {
  await field(page, 'Name').fill('ada');
  await field(page, 'Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const screens: Record<string, Screen> = {
  login: { path: '/', prepare: (page) => page.getByRole('heading', { name: 'Sign in' }).waitFor() },
  'login refused': {
    path: '/models',
    async prepare(page) {
      await logIn(page, 'wrong');
      await page.getByText('Name or password is wrong').waitFor();
    },
  },
  'no administrator': {
    path: '/',
    session: { hasAdmin: false },
    prepare: (page) => page.getByRole('heading', { name: 'No administrator yet' }).waitFor(),
  },
  join: {
    path: `/join#${fixtureInvitation}`,
    async prepare(page) {
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Take at least 12 characters.').waitFor();
    },
  },
  'signed in': {
    path: '/',
    async prepare(page) {
      await logIn(page, fixturePassword);
      await page.getByRole('button', { name: 'Signed in as ada' }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
    },
  },
};

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };

describe.skipIf(noBrowser !== '')(`the way in${noBrowser}`, () => {
  let browser: OpenBrowser;
  let fixture: WebFixture;
  beforeAll(async () => {
    browser = await openBrowser();
    fixture = await openWebFixture({ samples: 20 });
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await browser[Symbol.asyncDispose]();
  });

  const open = async (screen: Screen): Promise<Page> => {
    fixture.session = { ...nobody, ...screen.session };
    const page = await browser.newPage({ reducedMotion: 'reduce' });
    await page.goto(fixture.url + screen.path);
    await screen.prepare(page);
    return page;
  };

  test.each(Object.entries(screens))(
    '%s has no serious barrier, on a phone or a desktop, in light or dark, and fits every width from 360 to 2560 pixels',
    async (_name, screen) => {
      const page = await open(screen);
      await page.evaluate(axe.source);
      const found: string[] = [];
      const overflows: unknown[] = [];

      for (const [size, viewport] of Object.entries(sizes)) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.setViewportSize(viewport);
          await page.emulateMedia({ colorScheme });
          const { violations } = (await page.evaluate(
            'axe.run(document, { resultTypes: ["violations"] })',
          )) as axe.AxeResults;
          const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
          found.push(
            ...grave.map(
              ({ id, nodes }) =>
                `${size} ${colorScheme} ${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`,
            ),
          );
        }
      }
      for (const width of [360, 390, 768, 1024, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        overflows.push(await page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)'));
      }

      expect(found).toEqual([]);
      expect(overflows).toEqual([0, 0, 0, 0, 0]);
      await page.context().close();
    },
  );

  test('whoever is not known signs in with the keyboard, and is where they wanted to be', async () => {
    const page = await open({ path: '/models', prepare: (opened) => field(opened, 'Name').waitFor() });

    await page.keyboard.type('ada');
    await page.keyboard.press('Tab');
    await page.keyboard.type(fixturePassword);
    await page.keyboard.press('Enter');

    expect(await isSeen(page.getByText('by ada'))).toBe(true);
    expect(new URL(page.url()).pathname).toBe('/models');
    await page.context().close();
  });

  test('a wrong password says so and keeps the name', async () => {
    const page = await open(screens['login refused'] as Screen);

    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toContain('There is no user with this name and password.');
    expect(await field(page, 'Name').inputValue()).toBe('ada');
    await page.context().close();
  });

  test('signing out shows the way in, and nothing of what was seen', async () => {
    const page = await open(screens['signed in'] as Screen);

    await page.getByRole('button', { name: 'Sign out' }).click();

    expect(await isSeen(page.getByRole('heading', { name: 'Sign in' }))).toBe(true);
    await expect.poll(() => page.getByText('sorting-line').count()).toBe(0);
    await page.context().close();
  });

  test('a session that ends while the page is open leads to the way in', async () => {
    const page = await open(screens['signed in'] as Screen);
    await page.keyboard.press('Escape');

    fixture.session = nobody;
    await page.getByRole('link', { name: 'Models' }).click();

    expect(await isSeen(page.getByRole('heading', { name: 'Sign in' }))).toBe(true);
    await page.context().close();
  });

  test('the link makes a user who is signed in, and the address forgets it at once', async () => {
    const page = await open({
      path: `/join#${fixtureInvitation}`,
      prepare: (opened) => field(opened, 'Name').waitFor(),
    });
    const address = page.url();

    await field(page, 'Name').fill('ada');
    await field(page, 'Password').fill(fixturePassword);
    await field(page, 'Password again').fill(`${fixturePassword}!`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('This is not the same password.').waitFor();
    await field(page, 'Password again').fill(fixturePassword);
    await page.getByRole('button', { name: 'Continue' }).click();

    expect(await isSeen(page.getByRole('button', { name: 'Signed in as ada' }))).toBe(true);
    expect(address).toBe(`${fixture.url}/join`);
    expect(new URL(page.url()).pathname).toBe('/');
    await page.context().close();
  });

  test('a link that was used says so', async () => {
    const page = await open({ path: '/join#inv_used', prepare: (opened) => field(opened, 'Name').waitFor() });

    await field(page, 'Name').fill('eve');
    await field(page, 'Password').fill(fixturePassword);
    await field(page, 'Password again').fill(fixturePassword);
    await page.getByRole('button', { name: 'Continue' }).click();

    expect(await isSeen(page.getByText('This link does not work any more'))).toBe(true);
    await page.context().close();
  });
});

test.skipIf(noBrowser !== '')(
  `over the real server the first administrator comes in by the link, leaves, and comes back by the password${noBrowser}`,
  { timeout: 120_000 },
  async () => {
    await using scratch = await temporaryFolder();
    const folder = await initWorkspace(join(scratch.path, 'shop'));
    await appendFile(join(folder, 'tintype.yaml'), 'access: { required: true }\n');
    let link = '';
    const onFirstAdmin = (sentence: string): void => void (link = /http\S+/.exec(sentence)?.[0] ?? '');
    await using server = await startServer({ workspaceFolder: folder, port: 0, children: 1, onFirstAdmin });
    await using browser = await openBrowser();
    const page = await browser.newPage();
    const isIn = () => isSeen(page.getByRole('button', { name: 'Signed in as ada' }));

    await page.goto(server.address);
    await page.getByRole('heading', { name: 'No administrator yet' }).waitFor();
    await page.goto(link);
    await field(page, 'Name').fill('ada');
    await field(page, 'Password').fill(fixturePassword);
    await field(page, 'Password again').fill(fixturePassword);
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await isIn()).toBe(true);
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.reload();
    await isIn();

    await page.getByRole('button', { name: 'Signed in as ada' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await logIn(page, fixturePassword);
    expect(await isIn()).toBe(true);
  },
);
