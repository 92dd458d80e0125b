/** @file The documentation page in a real browser, under the server's own content security policy; `browser` ends with what it refused. */
import { startServer } from '@tintype/server/start-server';
import { expect, test } from 'vitest';
import { noBrowser, openBrowser } from './browser.ts';
import { aServedWorkspace } from './server-workspace.ts';

test.skipIf(noBrowser)(
  `the documentation page lists every operation and the browser refuses nothing of it ${noBrowser || ''}`,
  async () => {
    await using served = await aServedWorkspace();
    await using server = await startServer({ workspaceFolder: served.folder, port: 0, children: 1 });
    await using browser = await openBrowser();
    const page = await browser.newPage();

    await page.goto(`${server.address}/docs`);
    await page.locator('.opblock').first().waitFor();
    await page.locator('#operations-serve-predict').click();
    await page
      .locator('#operations-serve-predict input[type=file], #operations-serve-predict .opblock-body')
      .first()
      .waitFor();

    expect(await page.locator('.opblock').count()).toBeGreaterThan(15);
  },
);
