/** @file Backups on the page over the real server and its worker: made by a click, read whole, listed, and restored by the command that is shown. */
import { join } from 'node:path';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { type RunningServer, startServer } from '@tintype/server/start-server';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { temporaryFolder, tintypeJson } from './cli.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.skipIf(noBrowser !== '')(`backups${noBrowser}`, () => {
  let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
  let browser: OpenBrowser;
  let server: RunningServer;
  let page: Page;

  beforeAll(async () => {
    scratch = await temporaryFolder();
    const folder = await initWorkspace(join(scratch.path, 'shop'));
    const asked = { workspaceFolder: folder, port: 0, children: 1, withWorker: true, logLevel: 'error' } as const;
    [server, browser] = await Promise.all([startServer(asked), openBrowser()]);
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server.close();
    await scratch[Symbol.asyncDispose]();
  });

  test('an administrator finds the page, backs up, sees that it was read whole, and has the command that restores it', async () => {
    await page.goto(server.address);
    await page.getByRole('button', { name: 'People and access' }).click();
    await page.getByRole('link', { name: 'Backups' }).click();
    await page.getByText('No backups yet').waitFor();

    await page.getByRole('checkbox', { name: 'Read all of it afterwards' }).check();
    await page.getByRole('button', { name: 'Back up now' }).click();
    const row = page.getByRole('table').getByRole('row').nth(1);
    await row.getByRole('button', { name: /^Restore/ }).click();

    await expect.poll(() => row.getByRole('cell').nth(4).innerText()).toMatch(/^\d/);
    const command = await page.getByText('npx tintype backup restore').innerText();
    const [, id = '', place = ''] = /restore (\S+) --from '?([^']+)'?$/.exec(command) ?? [];
    const copy = join(scratch.path, 'copy');
    await tintypeJson(['init', copy]);
    const words = ['backup', 'list', '--from', place, '--workspace', copy];
    const { items } = await tintypeJson<{ items: object[] }>(words);
    expect(items).toMatchObject([{ id, state: 'whole', verified: { problems: 0 } }]);
    await tintypeJson(['backup', 'restore', id, '--from', place, '--workspace', copy]);
  });
});
