/** @file Every screen and state of the page: the address, the server behind it, and what is done there. */

async function chooseFiles(page, renderRecyclable) {
  const draw = async (className, seed, name = `${className}-${seed}.jpg`) => ({
    name,
    mimeType: 'image/jpeg',
    buffer: Buffer.from(await renderRecyclable({ className, seed, sizePx: 512 })),
  });
  const good = await draw('plastic-bottles', 9);
  await page.setInputFiles('input[type=file]', [
    await draw('glass-bottles', 4),
    await draw('soda-cans', 3),
    await draw('boxes', 5),
    await draw('crushed-soda-cans', 2, 'crowd.jpg'),
    { ...good, name: 'cut-short.jpg', buffer: good.buffer.subarray(0, 9000) },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('not a picture') },
    good,
  ]);
}

async function labelSome(page) {
  await page.locator('[data-shown]').waitFor();
  for (const key of ['1', '3', '5', '2', 'Enter', 'ArrowRight', '4']) await page.keyboard.press(key);
}

const nobody = { identity: null, isRequired: true, hasAdmin: true };

/** name -> what the server is like and what is done on the page before the picture is taken. `train`: ids of the fixture's runs. */
export const describeScreens = (
  { renderRecyclable, train },
  choose = (page) => chooseFiles(page, renderRecyclable),
) => ({
  'try-empty': { path: '/' },
  'try-no-model': { path: '/', server: { hasModel: false } },
  'try-answers': {
    path: '/',
    async act(page) {
      await choose(page);
      await page.getByText('2 failed').waitFor();
    },
    full: true,
  },
  'try-explained': {
    path: '/',
    async act(page) {
      await choose(page);
      await page.getByText('2 failed').waitFor();
      await page.getByRole('button', { name: 'What it looks at' }).first().click();
      await page.getByText('Covering the brightest part').first().waitFor();
    },
  },
  'try-table': {
    path: '/',
    async act(page) {
      await choose(page);
      await page.getByText('2 failed').waitFor();
      await page.getByRole('button', { name: 'Table' }).click();
      await page.getByRole('table', { name: 'Answers' }).waitFor();
    },
    full: true,
  },
  'try-address': {
    path: '/',
    async act(page) {
      await page.getByRole('button', { name: 'Address' }).click();
      await page.getByLabel('Address of a picture').fill('cat.jpg');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(200);
    },
  },
  'try-camera': {
    path: '/',
    async act(page) {
      await page.getByRole('button', { name: 'Camera' }).click();
      await page.getByRole('dialog').getByRole('alert').waitFor();
    },
  },
  'try-snippets': {
    path: '/',
    async act(page) {
      await page.getByText('Ask from your own code').click();
      await page.getByRole('tab', { name: 'JavaScript' }).click();
      await page.getByRole('button', { name: 'Copy the JavaScript code' }).waitFor();
    },
    full: true,
  },
  'try-waiting': {
    path: '/',
    async act(page, server) {
      server.delayMs = 3000;
      await choose(page);
      await page.waitForTimeout(300);
    },
  },
  'try-server-gone': {
    path: '/',
    async act(page, server) {
      server.isGone = true;
      await choose(page);
      await page.getByText('Try 7 again').waitFor();
      await page.getByRole('button', { name: /^Health/ }).click();
      await page.waitForTimeout(6000);
    },
  },
  pictures: { path: '/pictures' },
  'pictures-loading': { path: '/pictures', slow: true },
  'pictures-filtered': { path: '/pictures?class=soda-cans&split=test' },
  'pictures-none': { path: '/pictures?text=nothing-like-this' },
  'pictures-empty': { path: '/pictures', server: { samples: 0, hasModel: false } },
  'pictures-error': { path: '/pictures', broken: true },
  'pictures-selected': {
    path: '/pictures',
    async act(page) {
      await page.getByRole('listbox').focus();
      for (const key of ['ArrowRight', ' ', 'ArrowRight', 'ArrowDown', 'Shift+ ']) await page.keyboard.press(key);
    },
  },
  'pictures-removed': {
    path: '/pictures',
    async act(page) {
      await page.getByRole('listbox').focus();
      for (const key of ['ArrowRight', ' ', 'ArrowRight', ' ', 'Delete']) await page.keyboard.press(key);
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  'pictures-words': { path: '/pictures?version=recyclables@3&wrong=true&annotator=ingest&sort=confidence' },
  'pictures-filters': {
    path: '/pictures?version=recyclables@3',
    async act(page) {
      await page.getByRole('button', { name: /^Filters/ }).click();
      await page.getByLabel('Tag').waitFor();
      await page.waitForTimeout(300);
    },
  },
  'pictures-views': {
    path: '/pictures?class=soda-cans&sort=path',
    async act(page, server) {
      const save = (body) => fetch(`${server.url}/api/views`, { method: 'POST', body: JSON.stringify(body) });
      await save({ name: 'Dark boxes', query: { class: 'boxes' } });
      await save({ name: 'Odd ones of the morning', ids: server.samples.slice(0, 34).map(({ id }) => id) });
      await page.reload();
      await page.getByRole('button', { name: 'Views' }).click();
      await page.getByText('Dark boxes').waitFor();
      await page.waitForTimeout(300);
    },
  },
  'pictures-tag': {
    path: '/pictures',
    async act(page, server) {
      const tag = (name, count) =>
        fetch(`${server.url}/api/samples/tag`, {
          method: 'POST',
          body: JSON.stringify({ ids: server.samples.slice(0, count).map(({ id }) => id), tag: name }),
        });
      await tag('blurry', 12);
      await tag('for the catalog', 40);
      await page.getByRole('listbox').focus();
      for (const key of ['ArrowRight', ' ', 'ArrowRight', 'ArrowDown', 'Shift+ ', 't']) await page.keyboard.press(key);
      await page.getByText('blurry').waitFor();
      await page.waitForTimeout(300);
    },
  },
  'pictures-class': {
    path: '/pictures',
    async act(page) {
      await page.getByRole('listbox').focus();
      for (const key of [' ', 'ArrowRight', ' ', 'l']) await page.keyboard.press(key);
      await page.waitForTimeout(400);
    },
  },
  'pictures-trash': {
    path: '/pictures?removed=true',
    async act(page, server) {
      for (const sample of server.samples.slice(0, 9)) sample.removedAt = 1;
      await page.reload();
      await page.getByText('9 pictures in the trash').waitFor();
      await page.waitForTimeout(300);
    },
  },
  'pictures-trash-empty': { path: '/pictures?removed=true' },
  'picture-page': {
    path: '/pictures/SAMPLE?sort=path',
    act: (page) => page.getByText('Where it was trained on').waitFor(),
    full: true,
  },
  'pictures-detail': {
    path: '/pictures',
    async act(page) {
      await page.getByRole('listbox').focus();
      for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
      await page.getByText('Label history').waitFor();
    },
  },
  label: { path: '/label', act: labelSome },
  'label-loading': { path: '/label', slow: true },
  'label-preparing': { path: '/label', server: { labeling: 'preparing' } },
  'label-first': { path: '/label', server: { labeling: 'fresh' } },
  'label-done': { path: '/label', server: { labeling: 'done' } },
  'label-empty': { path: '/label', server: { samples: 0, hasModel: false } },
  'label-error': { path: '/label', broken: true },
  'label-cut': {
    path: '/label',
    async act(page, server) {
      await labelSome(page);
      server.isGone = true;
      for (const key of ['1', '2', '3', '1']) await page.keyboard.press(key);
      await page.getByRole('button', { name: /not saved/ }).click();
      await page.waitForTimeout(300);
    },
  },
  'label-zoom': {
    path: '/label',
    async act(page) {
      await labelSome(page);
      await page.keyboard.press(' ');
    },
  },
  'label-picker': {
    path: '/label',
    async act(page) {
      await labelSome(page);
      await page.keyboard.press('/');
      await page.keyboard.type('bottle');
      await page.waitForTimeout(300);
    },
  },
  'label-pages': {
    path: '/label/pages',
    async act(page) {
      const tiles = page.getByRole('listbox').getByRole('option');
      await tiles.nth(3).click();
      await page.keyboard.press('2');
      await tiles.nth(9).click();
    },
  },
  'label-heaps': { path: '/label/heaps' },
  'label-audit': {
    path: '/label/heaps',
    async act(page) {
      await page.getByText('that look alike').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('Click those that are not').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText(/^At most/).waitFor();
      await page.getByRole('listbox').getByRole('option').nth(2).click();
    },
  },
  'label-mistakes': {
    path: '/label/mistakes',
    async act(page) {
      await page.getByText('Looks like').waitFor();
      for (const key of ['Enter', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    },
  },
  'label-classes': { path: '/label/classes' },
  explore: {
    path: '/explore?dataset=recyclables',
    act: (page) => page.getByText('What to look at').waitFor(),
    full: true,
  },
  'explore-loading': { path: '/explore', slow: true },
  'explore-error': { path: '/explore', broken: true },
  'explore-never': { path: '/explore', server: { explore: 'never' } },
  'explore-running': { path: '/explore', server: { explore: 'running' } },
  'explore-empty': { path: '/explore', server: { samples: 0, hasModel: false } },
  'explore-map': { path: '/explore/map?dataset=recyclables', server: { samples: 2400 } },
  'explore-map-chosen': {
    path: '/explore/map?dataset=recyclables',
    server: { samples: 2400 },
    async act(page) {
      await page.getByRole('checkbox').nth(1).check();
      await page.locator('canvas').focus();
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(400);
    },
  },
  'explore-map-error': {
    path: '/explore/map?dataset=recyclables',
    server: { samples: 2400 },
    act: (page) => page.getByText('Error', { exact: true }).click(),
  },
  'explore-classes': { path: '/explore/classes?dataset=recyclables', full: true },
  'explore-duplicates': { path: '/explore/duplicates?dataset=recyclables', full: true },
  'explore-check': { path: '/explore/check?dataset=recyclables', full: true },
  train: { path: '/train' },
  'train-loading': { path: '/train', slow: true },
  'train-empty': { path: '/train', server: { hasRuns: false } },
  'train-no-pictures': { path: '/train', server: { hasRuns: false, samples: 0, hasModel: false } },
  'train-error': { path: '/train', broken: true },
  'train-selected': {
    path: '/train',
    async act(page) {
      for (const box of (await page.getByRole('checkbox').all()).slice(1, 4)) await box.check();
    },
  },
  'train-new': { path: '/train/new', full: true, act: (page) => page.getByText('about 1 h 35 min').waitFor() },
  'train-new-settings': {
    path: '/train/new',
    full: true,
    async act(page) {
      await page.getByRole('radio', { name: /cnn-small/ }).check();
      await page.getByText('All settings').click();
      await page.getByLabel('Learning rate').fill('fast');
      await page.getByRole('button', { name: 'Start the training' }).click();
      await page.waitForTimeout(900);
    },
  },
  'train-job': {
    path: '/train/new',
    async act(page) {
      await page.getByRole('button', { name: 'Start the training' }).click();
      await page.getByText('It begins when').waitFor();
    },
  },
  'train-run-live': { path: `/train/runs/${train.liveRun}`, full: true, act: (page) => page.waitForTimeout(600) },
  'train-run-cancelled': { path: `/train/runs/${train.cancelledRun}`, act: (page) => page.waitForTimeout(600) },
  'train-run-failed': { path: '/train/runs/run_93b0ffde0172', act: (page) => page.waitForTimeout(600) },
  'train-compare': {
    path: `/train/compare?runs=${train.liveRun},${train.cancelledRun},${train.doneRun}`,
    full: true,
    act: (page) => page.waitForTimeout(600),
  },
  'train-studies': { path: '/train/studies', act: (page) => page.getByText('2 studies').waitFor() },
  'train-studies-empty': { path: '/train/studies', server: { hasRuns: false } },
  'train-study': {
    path: '/train/studies/recyclables-1',
    full: true,
    async act(page) {
      await page.getByText('What mattered').waitFor();
      await page.waitForTimeout(300);
    },
  },
  'train-study-live': {
    path: '/train/studies/recyclables-2',
    full: true,
    async act(page) {
      await page.getByText('What mattered').waitFor();
      await page.waitForTimeout(300);
    },
  },
  'train-tune': { path: '/train/tune', full: true },
  models: { path: '/models' },
  'models-loading': { path: '/models', slow: true },
  'models-empty': { path: '/models', server: { hasModel: false } },
  'models-error': { path: '/models', broken: true },
  version: { path: '/models/recyclables/3', full: true },
  'version-confidence': {
    path: '/models/recyclables/3/confidence',
    async act(page) {
      await page.getByRole('slider', { name: 'Least confidence' }).focus();
      for (let n = 0; n < 70; n += 1) await page.keyboard.press('ArrowRight');
    },
    full: true,
  },
  'version-slices': { path: '/models/recyclables/3/slices', full: true },
  'version-labels': { path: '/models/recyclables/3/labels', full: true },
  'version-compare': { path: '/models/recyclables/3/compare', full: true },
  'version-lineage': { path: '/models/recyclables/2/lineage', full: true },
  'version-no-answers': { path: '/models/recyclables/1/slices' },
  'version-promote': {
    path: '/models/recyclables/3',
    async act(page) {
      await page.getByRole('button', { name: /Promote/ }).click();
      await page.waitForTimeout(300);
    },
  },
  'version-conflict': {
    path: '/models/recyclables/3',
    async act(page, server) {
      await page.getByRole('button', { name: /Promote/ }).click();
      server.history.push({ ...server.history[1], version: 1, previous: 2, by: 'grace' });
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /Promote/ })
        .click();
      await page.getByText('The alias was moved meanwhile').waitFor();
      await page.waitForTimeout(300);
    },
  },
  people: { path: '/people', full: true },
  'people-empty': { path: '/people', server: { hasPeople: false } },
  'people-error': { path: '/people', broken: true },
  'people-loading': { path: '/people', slow: true },
  'people-review': { path: '/people/review' },
  'people-review-gold': {
    path: '/people/review',
    async act(page) {
      for (const key of ['1', 'ArrowRight', 'g']) {
        await page.keyboard.press(key);
        await page.waitForTimeout(200);
      }
    },
  },
  'people-review-none': { path: '/people/review', server: { hasPeople: false } },
  'people-gold': { path: '/people/gold' },
  'people-gold-add': {
    path: '/people/gold',
    async act(page) {
      await page.getByRole('button', { name: 'Add questions' }).click();
      await page.getByRole('button', { name: /boxes/ }).first().click();
      await page
        .getByRole('button', { name: /soda-cans/ })
        .first()
        .click();
    },
  },
  'people-gold-empty': { path: '/people/gold', server: { hasPeople: false } },
  'people-history': { path: '/people/history/ada' },
  backups: { path: '/backups' },
  'people-users': { path: '/people/users' },
  'people-users-empty': { path: '/people/users', server: { hasPeople: false } },
  'people-users-changed': {
    path: '/people/users',
    async act(page) {
      await page.getByLabel('Role of linus').selectOption('trainer');
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  'people-invited': {
    path: '/people/users',
    async act(page) {
      await page.getByRole('button', { name: 'Invite somebody' }).click();
      await page.getByRole('button', { name: 'Make a link' }).click();
      await page.getByRole('button', { name: 'Copy' }).waitFor();
      await page.waitForTimeout(300);
    },
  },
  'people-tokens': { path: '/people/tokens' },
  'people-token-new': {
    path: '/people/tokens',
    async act(page) {
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.waitForTimeout(300);
    },
  },
  'people-token-made': {
    path: '/people/tokens',
    async act(page) {
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.getByLabel('Name').fill('camera-4');
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.getByRole('button', { name: 'Copy' }).waitFor();
      await page.waitForTimeout(300);
    },
  },
  'people-audit': { path: '/people/audit' },
  'people-menu': {
    path: '/people',
    async act(page) {
      await page.getByRole('button', { name: 'People and access' }).click();
      await page.getByRole('link', { name: 'People' }).waitFor();
    },
  },
  'not-found': { path: '/nowhere' },
  login: {
    path: '/',
    server: { session: nobody },
    act: (page) => page.getByRole('heading', { name: 'Sign in' }).waitFor(),
  },
  'login-refused': {
    path: '/',
    server: { session: nobody },
    async act(page) {
      await page.getByLabel('Name').fill('ada');
      await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('Name or password is wrong').waitFor();
    },
  },
  'login-no-admin': { path: '/', server: { session: { ...nobody, hasAdmin: false } } },
  join: {
    path: '/join#inv_0',
    server: { session: nobody },
    async act(page) {
      await page.getByLabel('Name').fill('ada');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Take at least').waitFor();
    },
  },
  'signed-in': {
    path: '/',
    server: {
      session: {
        ...nobody,
        identity: { name: 'ada', role: 'annotator', scopes: ['predict', 'read'], isSession: true },
      },
    },
    async act(page) {
      await page.getByRole('button', { name: /^Signed in/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
    },
  },
});
