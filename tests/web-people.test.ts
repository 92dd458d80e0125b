/** @file Several people on the page over the real server: who disagrees is seen, decided by one key and taken back; users and tokens are made and taken away. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { type RunningServer, startServer } from '@tintype/server/start-server';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { temporaryFolder, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const password = 'correct horse battery';

describe.skipIf(noBrowser !== '')(`several people${noBrowser}`, () => {
  let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
  let browser: OpenBrowser;
  let server: RunningServer;
  let ids: string[];
  let admin: Page;

  beforeAll(async () => {
    scratch = await temporaryFolder();
    const pictures = join(scratch.path, 'pictures');
    const folder = await initWorkspace(join(scratch.path, 'shop'));
    await appendFile(join(folder, 'tintype.yaml'), 'access: { required: true }\n');
    await writePictures(pictures, { count: 30, seed: 4, sizePx: 96, layout: 'folders', dirt: false });
    await tintypeJson(['ingest', pictures, '--labels', 'none', '--workspace', folder]);
    ids = await sayThings(folder);
    let link = '';
    const onFirstAdmin = (sentence: string): void => void (link = /http\S+/.exec(sentence)?.[0] ?? '');
    server = await startServer({ workspaceFolder: folder, port: 0, children: 1, onFirstAdmin });
    browser = await openBrowser();
    admin = await browser.newPage();
    await admin.goto(link);
    await joinAs(admin, 'eve');
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server.close();
    await scratch[Symbol.asyncDispose]();
  });

  /** Ada says "can" of ten pictures; of these bob, who is asked blind, says "box" of the first three. */
  async function sayThings(folder: string): Promise<string[]> {
    await using workspace = await openWorkspace({ folder, needs: ['catalog', 'store', 'queue'] });
    const { samples, people } = workspace.catalog;
    const at = workspace.clock.now();
    const page = await samples.list({ limit: 10 });
    const sampleIds = page.items.map(({ id }) => id);
    const say = (annotator: string, className: (n: number) => string) =>
      sampleIds.map((sampleId, n) => ({
        id: `say-${annotator}-${n}`,
        sampleId,
        className: className(n),
        annotator,
        at,
      }));
    await samples.appendLabelEvents(say('ada', () => 'can').map((event) => ({ ...event, source: 'human' })));
    const draw = { dataset: 'default', annotator: 'bob', kind: 'second', count: 10, at, staleBefore: 0 } as const;
    await people.drawBlind({ ...draw, from: `s_${'0'.repeat(20)}` });
    const answers = say('bob', (n) => (n < 3 ? 'box' : 'can')).map((event) => ({ ...event, source: 'human' as const }));
    await people.answer(answers, { askedSince: at });
    return sampleIds;
  }

  async function joinAs(page: Page, name: string): Promise<void> {
    const field = (label: string) => page.getByRole('textbox', { name: label, exact: true });
    await field('Name').fill(name);
    await field('Password').fill(password);
    await field('Password again').fill(password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: `Signed in as ${name}` }).waitFor();
  }

  const ask = (path: string, secret: string): Promise<Response> =>
    fetch(`${server.address}${path}`, { headers: { authorization: `Bearer ${secret}` } });

  test('whoever signed in reaches agreement from the button with their name', async () => {
    await admin.getByRole('button', { name: 'Signed in as eve' }).click();
    await admin.getByRole('link', { name: 'People' }).click();

    expect(await isSeen(admin.getByText('Agreement (Fleiss’ kappa)'))).toBe(true);
    await expect.poll(() => admin.getByRole('region', { name: 'By two' }).innerText()).toContain('ada and bob');
    expect(await isSeen(admin.getByRole('link', { name: 'Review them' }))).toBe(true);
  });

  test('disagreements are decided by one key each, and the last is taken back', async () => {
    await admin.goto(`${server.address}/people/review`);
    await admin.getByText('3 pictures to decide').waitFor();

    await admin.keyboard.press('1');
    await admin.getByText('2 pictures to decide').waitFor();
    await admin.keyboard.press('ArrowRight');
    await admin.keyboard.press('2');
    await admin.getByText('1 picture to decide').waitFor();
    await admin.keyboard.press('Control+z');
    await admin.getByText('2 pictures to decide').waitFor();
    await admin.keyboard.press('1');
    await admin.getByText('1 picture to decide').waitFor();
    await admin.keyboard.press('1');
    await admin.getByText('All decided').waitFor();

    await admin.goto(`${server.address}/people/agreement`);
    expect(await isSeen(admin.getByText('no open disagreement'))).toBe(true);
    const history = await admin.goto(`${server.address}/api/samples/${ids[0]}`);
    const shown = (await history?.json()) as { labels: { annotator: string }[] } | undefined;
    expect(shown?.labels.at(-1)?.annotator).toBe('eve');
  });

  test('gold questions are chosen from labeled pictures, and one is taken away and comes back', async () => {
    await admin.goto(`${server.address}/people/gold`);
    await admin.getByRole('button', { name: 'Choose pictures' }).click();
    const offered = admin.getByRole('button', { name: /, can$/ });
    await offered.nth(0).click();
    await offered.nth(1).click();
    await admin.getByRole('button', { name: 'Ask about 2' }).click();
    await admin.getByText('2 gold questions').waitFor();

    await admin
      .getByRole('button', { name: /^Ask about .* no more$/ })
      .first()
      .click();
    await admin.getByText('1 gold question', { exact: true }).waitFor();
    await admin.getByRole('button', { name: 'Undo' }).click();

    expect(await isSeen(admin.getByText('2 gold questions'))).toBe(true);
  });

  test('what somebody said is read with what became of it', async () => {
    await admin.goto(`${server.address}/people/history/bob`);

    expect(await isSeen(admin.getByText('What bob said'))).toBe(true);
    expect(await isSeen(admin.getByText('10 labels'))).toBe(true);
    await expect.poll(() => admin.getByText('asked blind').count()).toBe(10);
  });

  test('a user is invited, given another role, kept out and let in again', async () => {
    await admin.goto(`${server.address}/people/users`);
    await admin.getByRole('button', { name: 'Invite somebody' }).click();
    await admin.getByLabel('Role').last().selectOption('annotator');
    await admin.getByRole('button', { name: 'Make a link' }).click();
    const link = await admin.getByRole('status', { name: 'Link' }).innerText();
    const bob = await browser.newPage();
    await bob.goto(link);
    await joinAs(bob, 'bob');
    await bob.goto(`${server.address}/people`);
    await bob.getByText('What you said').waitFor();
    const tabs = await bob.getByRole('navigation', { name: 'People' }).innerText();

    await admin.reload();
    await admin.getByLabel('Role of bob').selectOption('viewer');
    await admin.getByText('bob is viewer now').waitFor();
    await admin.getByRole('button', { name: 'Keep out: bob' }).click();
    await admin.getByText('bob is kept out').waitFor();
    await bob.reload();
    await bob.getByRole('heading', { name: 'Sign in' }).waitFor();
    await admin.getByRole('button', { name: 'Let in again: bob' }).click();

    expect(tabs).toBe('History');
    expect(await isSeen(admin.getByText('bob may sign in again'))).toBe(true);
    await bob.context().close();
  });

  test('the last administrator cannot be kept out, and that is said', async () => {
    await admin.goto(`${server.address}/people/users`);

    await admin.getByRole('button', { name: 'Keep out: eve' }).click();

    await expect.poll(() => admin.getByRole('alert').innerText()).toContain('"eve" is the only administrator.');
  });

  test('a token is shown once, works, and is revoked', async () => {
    await admin.goto(`${server.address}/people/tokens`);
    await admin.getByRole('button', { name: 'Make a token' }).click();
    await admin.getByLabel('Name').fill('camera-1');
    await admin.getByRole('button', { name: 'Make it' }).click();
    const secret = await admin.getByRole('status', { name: 'Token' }).innerText();
    const before = (await ask('/api/samples', secret)).status;
    await admin.getByRole('button', { name: 'Close' }).click();

    await admin.getByRole('button', { name: 'Revoke camera-1' }).click();
    await admin.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
    await admin.getByText(/revoked 20/).waitFor();

    expect([before, (await ask('/api/samples', secret)).status]).toEqual([200, 401]);
    expect(await admin.content()).not.toContain(secret.slice(-20));
  });

  test('the record says who did all that, and finds one kind of change', async () => {
    await admin.goto(`${server.address}/people/audit`);
    await admin.getByText('revoke token').waitFor();
    await admin.getByLabel('Action').fill('updateUser');

    await admin.getByText('3 changes').waitFor();

    await expect
      .poll(() => admin.getByRole('region', { name: 'Record of changes' }).innerText())
      .toContain('is disabled true');
  });
});
