/** @file Making, finding and opening workspaces, and what is said when that fails. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '@tintype/contracts/config';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startFakeS3 } from '../buckets/testing/fake-s3.ts';
import { findWorkspaceFolder } from './find-workspace-folder.ts';
import { initWorkspace } from './init-workspace.ts';
import { openWorkspace } from './open-workspace.ts';
import { parseConfig, readConfig, readEnvironmentFiles, withEnvironment } from './read-config.ts';

const aFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'tintype-workspace-'));
const aWorkspace = async (): Promise<string> => initWorkspace(await aFolder());

test('a new workspace has the default settings and a state folder for its owner alone', async () => {
  const folder = await initWorkspace(join(await aFolder(), 'deep', 'photos'));

  expect(await readConfig(folder)).toEqual(configSchema.parse({ name: 'photos' }));
  expect((await stat(join(folder, '.tintype'))).mode & 0o777).toBe(0o700);
});

test('the settings that a new tintype.yaml shows are the defaults, all of them', async () => {
  const folder = await initWorkspace(join(await aFolder(), 'photos'));
  const text = await readFile(join(folder, 'tintype.yaml'), 'utf8');

  const shown = parseConfig(text.replace(/^# /gm, ''), 'tintype.yaml');

  expect(shown).toEqual(configSchema.parse({ name: 'photos' }));
  for (const [section, settings] of Object.entries(configSchema.shape)) {
    expect(text).toMatch(new RegExp(`^(# )?${section}:`, 'm'));
    const fields = 'unwrap' in settings ? (settings.unwrap() as { shape?: object }).shape : undefined;
    for (const key of Object.keys(fields ?? {})) expect(text).toMatch(new RegExp(`^# +(# )?${key}: `, 'm'));
  }
});

test('a folder whose name cannot be one gets a plain name', async () => {
  const folder = await initWorkspace(join(await aFolder(), 'my: photos #1'));

  expect((await readConfig(folder)).name).toBe('workspace');
});

test('a folder named like a number keeps its name', async () => {
  const folder = await initWorkspace(join(await aFolder(), '2024'));

  expect((await readConfig(folder)).name).toBe('2024');
});

test('a workspace is made once', async () => {
  const folder = await aWorkspace();
  await writeFile(join(folder, 'tintype.yaml'), 'name: mine\n');

  await expect(initWorkspace(folder)).rejects.toMatchObject({ code: 'WORKSPACE_EXISTS' });

  expect((await readConfig(folder)).name).toBe('mine');
});

test('a workspace in the place of a file is WORKSPACE_UNREADABLE', async () => {
  const file = join(await aFolder(), 'file');
  await writeFile(file, '');

  await expect(initWorkspace(file)).rejects.toMatchObject({ code: 'WORKSPACE_UNREADABLE' });
  await expect(initWorkspace(join(file, 'below'))).rejects.toMatchObject({ code: 'WORKSPACE_UNREADABLE' });
});

test('the nearest workspace above a folder is found', async () => {
  const folder = await aWorkspace();
  const below = join(folder, 'a', 'b');
  await mkdir(below, { recursive: true });

  expect(findWorkspaceFolder(below)).toBe(folder);
  expect(findWorkspaceFolder(folder)).toBe(folder);
});

test('a folder in no workspace is WORKSPACE_NOT_FOUND', async () => {
  const folder = await aFolder();

  expect(() => findWorkspaceFolder(folder)).toThrowError(expect.objectContaining({ code: 'WORKSPACE_NOT_FOUND' }));
  await expect(openWorkspace({ folder })).rejects.toMatchObject({ code: 'WORKSPACE_NOT_FOUND' });
});

test('an open workspace holds catalog, store, queue and hub, and keeps what it is given', async () => {
  const folder = await aWorkspace();
  const bytes = new TextEncoder().encode('kept');
  {
    await using workspace = await openWorkspace({ folder });
    await workspace.catalog.samples.ensureDataset('pets');
    await workspace.queue.add({ kind: 'train', input: {} });
    await workspace.store.put('snapshots/a', bytes);
    expect(workspace.hub).toBeDefined();
  }

  await using workspace = await openWorkspace({ folder });

  expect((await workspace.catalog.samples.listDatasets()).map(({ name }) => name)).toEqual(['pets']);
  expect(await workspace.queue.list()).toHaveLength(1);
  expect(Buffer.from(await workspace.store.get('snapshots/a')).toString()).toBe('kept');
});

test('a part that was not asked for is not opened, and touching it says so', async () => {
  const folder = await aWorkspace();

  await using workspace = await openWorkspace({ folder, needs: ['store'] });

  expect(() => workspace.catalog).toThrow('without its catalog');
  await expect(stat(join(folder, '.tintype', 'catalog.sqlite'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a workspace whose state folder is gone starts anew', async () => {
  const folder = await aWorkspace();
  await rm(join(folder, '.tintype'), { recursive: true });

  await using workspace = await openWorkspace({ folder });

  expect(await workspace.catalog.samples.listDatasets()).toEqual([]);
});

test('a workspace whose catalog is no database is WORKSPACE_UNREADABLE', async () => {
  const folder = await aWorkspace();
  await writeFile(join(folder, '.tintype', 'catalog.sqlite'), 'not a database at all'.repeat(100));

  await expect(openWorkspace({ folder })).rejects.toMatchObject({ code: 'WORKSPACE_UNREADABLE' });
});

test.each([
  ['an unknown setting', 'version: 1\nserve:\n  prot: 80\n', 'line 3: serve.prot is not a setting'],
  ['an unknown section', 'version: 1\nserver:\n  port: 80\n', 'line 2: server is not a setting'],
  ['a value out of range', 'serve:\n  host: 127.0.0.1\n  port: 70000\n', 'line 3: serve.port'],
  ['a value of another type', 'name: photos\nlimits: many\n', 'line 2: limits'],
  ['another version', '# settings\nversion: 2\n', 'line 2: version'],
  ['text that is no YAML', 'name: a\nserve: [1\nlimits:', 'line 3'],
  ['a key that is there twice', 'name: a\nname: b\n', 'line 2'],
  ['a list in the place of settings', '- a\n', 'line 1'],
  [
    'aliases that multiply',
    `a: &a [1,2,3,4,5,6,7,8,9]\n${'bcdefg'.replace(/./g, (x) => `${x}: &${x} [${`*${String.fromCharCode(x.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
    'line 1',
  ],
])('%s is CONFIG_INVALID and names the line', async (_what, text, problem) => {
  const folder = await aWorkspace();
  await writeFile(join(folder, 'tintype.yaml'), text);

  const reading = readConfig(folder);

  await expect(reading).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(reading).rejects.toThrow(problem);
});

test('an empty tintype.yaml means the defaults', async () => {
  const folder = await aWorkspace();
  await writeFile(join(folder, 'tintype.yaml'), '# nothing yet\n');

  expect(await readConfig(folder)).toEqual(configSchema.parse({}));
});

test('the environment goes before the settings, and is checked as they are', () => {
  const config = configSchema.parse({ store: 'file:elsewhere' });

  expect(withEnvironment(config, {}).store).toBe('file:elsewhere');
  expect(withEnvironment(config, { TINTYPE_STORE: '' }).store).toBe('file:elsewhere');
  expect(withEnvironment(config, { TINTYPE_STORE: 's3://photos/a' }).store).toBe('s3://photos/a');
  expect(() => withEnvironment(config, { TINTYPE_STORE: 'photos' })).toThrow(
    'TINTYPE_STORE: "photos" must be file:FOLDER',
  );
});

test('the environment says the database in place of tintype.yaml, and a wrong one is named without its password', () => {
  const config = configSchema.parse({ database: 'postgres://tintype@db/pictures' });

  expect(withEnvironment(config, {}).database).toBe('postgres://tintype@db/pictures');
  expect(withEnvironment(config, { TINTYPE_DATABASE_URL: 'sqlite' }).database).toBe('sqlite');
  const wrong = () => withEnvironment(config, { TINTYPE_DATABASE_URL: 'mysql://ada:secret@db/pictures' });
  expect(wrong).toThrow('TINTYPE_DATABASE_URL');
  expect(wrong).not.toThrow('secret');
});

test('a variable may be the name of a file that holds it, as secrets of containers are', async () => {
  const path = join(await aFolder(), 'database_url');
  await writeFile(path, 'postgres://tintype:secret@db/pictures\n');
  const read = await readEnvironmentFiles({ TINTYPE_DATABASE_URL_FILE: path, TINTYPE_STORE_FILE: '' });
  const both = await readEnvironmentFiles({ TINTYPE_DATABASE_URL_FILE: path, TINTYPE_DATABASE_URL: 'sqlite' });

  expect(withEnvironment(configSchema.parse({}), read).database).toBe('postgres://tintype:secret@db/pictures');
  expect(both.TINTYPE_DATABASE_URL).toBe('sqlite');
  await expect(readEnvironmentFiles({ TINTYPE_STORE_FILE: `${path}.gone` })).rejects.toThrow('TINTYPE_STORE_FILE');
});

test('bytes are kept where the settings say', async () => {
  const folder = await aWorkspace();
  await writeFile(join(folder, 'tintype.yaml'), 'store: file:bytes\n');

  await using workspace = await openWorkspace({ folder, needs: ['store'] });
  await workspace.store.put('snapshots/a', new TextEncoder().encode('kept'));

  expect(await readFile(join(folder, 'bytes/snapshots/a'), 'utf8')).toBe('kept');
});

test('a workspace whose bytes are in a bucket writes and reads there, and has as files what must be files', async () => {
  await using cloud = await startFakeS3();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  const folder = await aWorkspace();
  await writeFile(join(folder, 'tintype.yaml'), `store: s3://photos/here\ns3: { endpoint: '${cloud.endpoint}' }\n`);

  await using workspace = await openWorkspace({ folder, needs: ['store'] });
  await workspace.store.put('models/abc/bundle.json', new TextEncoder().encode('{}'));
  const copies = await workspace.store.localFolder('models/abc/');

  expect([...cloud.objects.keys()]).toEqual(['photos/here/models/abc/bundle.json']);
  expect(await readFile(join(copies, 'bundle.json'), 'utf8')).toBe('{}');
  expect(copies.startsWith(join(folder, '.tintype/cache/'))).toBe(true);
});

test('a bucket that is not there is told when the workspace is opened', async () => {
  await using cloud = await startFakeS3();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  const folder = await aWorkspace();
  await writeFile(join(folder, 'tintype.yaml'), `store: s3://closed/here\ns3: { endpoint: '${cloud.endpoint}' }\n`);

  await expect(openWorkspace({ folder, needs: ['store'] })).rejects.toMatchObject({ code: 'BUCKET_DENIED' });
});
