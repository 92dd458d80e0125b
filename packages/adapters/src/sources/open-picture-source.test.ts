/** @file Folders, files and archives, well-meant and hostile. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { SourceFile } from '@tintype/core/ports/picture-source';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openPictureSource } from './open-picture-source.ts';
import { makeTar, makeZip } from './testing.ts';

/** Files this process has open, where the system tells. */
function openPaths(): string[] {
  const folder = '/proc/self/fd';
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))];
    } catch {
      return [];
    }
  });
}

const limits = { bytes: 10_000 };

/** Writes files by path into a new folder; a value that ends in `/` is a link's target. */
function aFolder(files: Record<string, string | Uint8Array> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tintype-sources-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

function aFile(name: string, content: Uint8Array): string {
  return join(aFolder({ [name]: content }), name);
}

async function listOf(source: string): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const file of (await openPictureSource(source, limits)).files()) files.push(file);
  return files;
}

/** Path -> content, or code and reason of the refusal. */
async function collect(files: AsyncIterable<SourceFile>): Promise<SourceFile[]> {
  const collected: SourceFile[] = [];
  for await (const file of files) collected.push(file);
  return collected;
}

async function readAll(source: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const file of await listOf(source)) {
    contents[file.path] = await file.read().then(
      (bytes) => Buffer.from(bytes).toString(),
      (error) => [error.code, error.details.reason].filter(Boolean).join(': '),
    );
  }
  return contents;
}

test('a folder tree is listed in name order, without hidden files and what people keep beside pictures', async () => {
  const folder = aFolder({
    'b/2.jpg': 'two',
    'b/10.jpg': 'ten',
    'a.png': 'a',
    'labels.csv': '',
    'b/notes.TXT': '',
    'b/IMG_2.MOV': 'a film of the same moment',
    'b/IMG_2.AAE': 'what was changed in it',
    '.hidden/x.jpg': '',
    'b/.x.jpg': '',
    'Thumbs.db': '',
    'c/d/e.webp': 'e',
    noextension: 'n',
    LICENSE: '',
    'b/README': '',
    'scan.pdf': 'p',
  });

  const contents = await readAll(folder);

  expect(Object.entries(contents)).toEqual([
    ['a.png', 'a'],
    ['b/10.jpg', 'ten'],
    ['b/2.jpg', 'two'],
    ['c/d/e.webp', 'e'],
    ['noextension', 'n'],
    ['scan.pdf', 'p'],
  ]);
});

test('a folder larger than one round of file states is listed whole and in order', async () => {
  const names = Array.from({ length: 200 }, (_, index) => `${String(index).padStart(3, '0')}.jpg`);
  const folder = aFolder(Object.fromEntries([...names, '063a/x.jpg', '100a/y.jpg'].map((name) => [name, name])));

  const paths = (await listOf(folder)).map(({ path }) => path);

  expect(paths).toEqual([...names, '063a/x.jpg', '100a/y.jpg'].toSorted());
});

test('a walk goes on behind any of its files, and each is read again without one', async () => {
  const names = ['a/b/1.jpg', 'a/b.jpg', 'a/b0/2.jpg', 'a.jpg', 'a0/3.jpg', 'ü/4.jpg', 'z.jpg'];
  const source = await openPictureSource(aFolder(Object.fromEntries(names.map((name) => [name, name]))), limits);
  const files = await collect(source.files());

  for (const [n, file] of files.entries()) {
    const rest = source.filesAfter && (await collect(source.filesAfter(file.path)));
    expect(rest?.map(({ path }) => path)).toEqual(files.slice(n + 1).map(({ path }) => path));
    expect(Buffer.from((await source.file?.(file).read()) ?? []).toString()).toBe(file.path);
  }
  const gone = source.file?.({ path: 'gone.jpg', sizeBytes: 1, modifiedAt: 1 }).read();
  await expect(gone).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});

test('files tell their size and time, and are deleted on demand', async () => {
  const folder = aFolder({ 'a.png': 'four' });
  utimesSync(join(folder, 'a.png'), 1000, 1234.5);

  const [file] = await listOf(folder);
  await file?.remove?.();

  expect(file).toMatchObject({ path: 'a.png', sizeBytes: 4, modifiedAt: 1_234_500 });
  expect(existsSync(join(folder, 'a.png'))).toBe(false);
});

test('the location is the same by whatever way the source is named', async () => {
  const folder = aFolder({ 'pictures/a.png': 'a' });
  symlinkSync(join(folder, 'pictures'), join(folder, 'link'));

  const direct = await openPictureSource(join(folder, 'pictures'), limits);
  const linked = await openPictureSource(join(folder, 'link'), limits);
  const single = await openPictureSource(join(folder, 'link', 'a.png'), limits);

  expect([linked.location, single.location]).toEqual([direct.location, direct.location]);
  expect(await readAll(join(folder, 'link', 'a.png'))).toEqual({ 'a.png': 'a' });
});

test('links are followed to files of the source and nowhere else', async () => {
  const outside = aFolder({ 'secret.png': 'secret' });
  const folder = aFolder({ 'a/a.png': 'a' });
  symlinkSync('a.png', join(folder, 'a', 'inside.png'));
  symlinkSync(join(outside, 'secret.png'), join(folder, 'outside.png'));
  symlinkSync(outside, join(folder, 'folder'));
  symlinkSync('..', join(folder, 'a', 'loop'));
  symlinkSync('self.png', join(folder, 'self.png'));
  symlinkSync('gone.png', join(folder, 'broken.png'));

  expect(await readAll(folder)).toEqual({
    'a/a.png': 'a',
    'a/inside.png': 'a',
    'a/loop': 'FILE_UNREADABLE: it is a link that leaves the source',
    'broken.png': 'FILE_UNREADABLE: it is a link that leads nowhere',
    folder: 'FILE_UNREADABLE: it is a link that leaves the source',
    'outside.png': 'FILE_UNREADABLE: it is a link that leaves the source',
    'self.png': 'FILE_UNREADABLE: its links go in a circle',
  });
});

test('a file that changed after it was listed is not deleted', async () => {
  const folder = aFolder({ 'a.png': 'a' });
  const [file] = await listOf(folder);
  writeFileSync(join(folder, 'a.png'), 'changed');

  await file?.remove?.();

  expect(readdirSync(folder)).toEqual(['a.png']);
});

test('a removed link leaves what it led to', async () => {
  const folder = aFolder({ 'a.png': 'a' });
  symlinkSync('a.png', join(folder, 'b.png'));

  await (await listOf(folder))[1]?.remove?.();

  expect(readdirSync(folder)).toEqual(['a.png']);
});

test('a file that became a link after it was listed is not followed', async () => {
  const outside = aFolder({ 'secret.png': 'secret' });
  const folder = aFolder({ 'a.png': 'a' });
  const [file] = await listOf(folder);
  rmSync(join(folder, 'a.png'));
  symlinkSync(join(outside, 'secret.png'), join(folder, 'a.png'));

  await expect(file?.read()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});

test('too large, vanished and special files fail alone', async () => {
  const folder = aFolder({ 'good.png': 'good', 'large.png': new Uint8Array(10_001), 'vanished.png': '' });
  execFileSync('mkfifo', [join(folder, 'pipe.png')]);
  const files = await listOf(folder);
  rmSync(join(folder, 'vanished.png'));

  const read = await Promise.allSettled(files.map((file) => file.read()));

  expect(files.map(({ path }) => path)).toEqual(['good.png', 'large.png', 'pipe.png', 'vanished.png']);
  expect(read.map((each) => (each.status === 'rejected' ? each.reason.code : 'read'))).toEqual([
    'read',
    'IMAGE_TOO_LARGE',
    'FILE_UNREADABLE',
    'FILE_UNREADABLE',
  ]);
});

test.skipIf(process.getuid?.() === 0)(
  'a folder that may not be read is one refused row (not as root, who may read all)',
  async () => {
    const folder = aFolder({ 'a/a.png': 'a', 'b.png': 'b' });
    chmodSync(join(folder, 'a'), 0);

    expect(await readAll(folder)).toEqual({ 'a/': 'FILE_UNREADABLE: access is denied', 'b.png': 'b' });
  },
);

test('a source that is not there is SOURCE_NOT_FOUND', async () => {
  await expect(openPictureSource(join(aFolder(), 'none'), limits)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
});

const archiveEntries = [
  { name: 'cats/1.png', bytes: Buffer.from('first') },
  { name: 'cats/notes.txt', bytes: Buffer.from('no') },
  { name: '__MACOSX/cats/._1.png', bytes: Buffer.from('no') },
  { name: './dogs/2.png', bytes: Buffer.from('second') },
  { name: 'cats/1.png', bytes: Buffer.from('same name') },
  { name: 'cats/empty.png' },
  { name: 'cats/large.png', bytes: Buffer.alloc(10_001, 'x') },
];
const archiveContents = {
  'cats/1.png': 'first',
  'dogs/2.png': 'second',
  'cats/1 (2).png': 'same name',
  'cats/empty.png': '',
  'cats/large.png': 'IMAGE_TOO_LARGE',
};

test.each([
  ['a.zip', async () => makeZip([...archiveEntries, { name: 'cats/' }])],
  ['A.ZIP', async () => makeZip(archiveEntries.map((entry) => ({ ...entry, isStored: true, mode: 0o100644 })))],
  ['a.tar', async () => makeTar([...archiveEntries, { name: 'cats', type: 'directory' }])],
  ['a.tar.gz', async () => makeTar(archiveEntries, { isGzipped: true })],
  ['a.tgz', async () => makeTar(archiveEntries, { isGzipped: true })],
])('the files of %s are read, each name once', async (name, make) => {
  const path = aFile(name, await make());

  expect(await readAll(path)).toEqual(archiveContents);
  expect((await openPictureSource(path, limits)).location).toBe(path);
  for (const file of await listOf(path)) expect('remove' in file).toBe(false);
});

test('entries of an archive count as changed when the archive is', async () => {
  const path = aFile('a.zip', makeZip(archiveEntries));
  utimesSync(path, 1000, 2000);

  expect((await listOf(path))[0]?.modifiedAt).toBe(2_000_000);
});

test('zip entries are read after the listing has ended, and twice', async () => {
  const [file] = await listOf(aFile('a.zip', makeZip(archiveEntries)));

  const reads = await Promise.all([file?.read(), file?.read()]);

  expect(reads.map(String)).toEqual(
    ['102,105,114,115,116', '102,105,114,115,116'].map((codes) => String(Buffer.from(codes.split(',').map(Number)))),
  );
});

const unsafeNames = [
  '../up.png',
  'a/../../up.png',
  '/etc/abs.png',
  'C:\\drive.png',
  '..\\back.png',
  'nul\0.png',
  'line\nbreak.png',
  '..',
];

test.each(['zip', 'tar'])('every unsafe name in a %s is a refused row and the rest is read', async (kind) => {
  const entries = [
    ...unsafeNames.map((name) => ({ name, bytes: Buffer.from('evil') })),
    { name: 'good.png', bytes: Buffer.from('good') },
  ];
  // A tar header ends names at the first NUL itself.
  const archive = kind === 'zip' ? makeZip(entries) : await makeTar(entries.filter(({ name }) => !name.includes('\0')));

  const { 'good.png': good, ...refused } = await readAll(aFile(`a.${kind}`, archive));

  expect(good).toBe('good');
  expect(Object.keys(refused)).toHaveLength(kind === 'zip' ? unsafeNames.length : unsafeNames.length - 1);
  expect(new Set(Object.values(refused))).toEqual(new Set(['ARCHIVE_ENTRY_UNSAFE']));
  for (const path of Object.keys(refused)) expect(path).not.toMatch(/\p{Cc}/u);
});

test('links and devices in archives are refused', async () => {
  const zip = makeZip([
    { name: 'link.png', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 },
    { name: 'device.png', mode: 0o020666 },
  ]);
  const tar = await makeTar([
    { name: 'link.png', type: 'symlink', linkname: '/etc/passwd' },
    { name: 'hard.png', type: 'link', linkname: '/etc/passwd' },
    { name: 'device.png', type: 'character-device' },
    { name: 'pipe', type: 'fifo' },
  ]);

  expect(new Set(Object.values(await readAll(aFile('a.zip', zip))))).toEqual(new Set(['ARCHIVE_ENTRY_UNSAFE']));
  expect(Object.values(await readAll(aFile('a.tar', tar)))).toEqual(Array(4).fill('ARCHIVE_ENTRY_UNSAFE'));
});

test('zip entries that lie about themselves are refused without unpacking more than they claim', async () => {
  const bytes = Buffer.alloc(5000, 'abc');
  const zip = makeZip([
    { name: 'short.png', bytes, claimedBytes: 100 },
    { name: 'long.png', bytes, claimedBytes: 6000 },
    { name: 'crc.png', bytes, claimedCrc: 1 },
    { name: 'secret.png', bytes, isEncrypted: true },
  ]);

  expect(await readAll(aFile('a.zip', zip))).toEqual({
    'short.png': 'FILE_UNREADABLE: it is damaged in the archive',
    'long.png': 'FILE_UNREADABLE: it is damaged in the archive',
    'crc.png': 'FILE_UNREADABLE: it is damaged in the archive',
    'secret.png': 'FILE_UNREADABLE: it is encrypted',
  });
});

test('what unpacks to more than 200 times its size is refused', async () => {
  const zeros = Buffer.alloc(4 * 2 ** 20);
  const zip = aFile(
    'a.zip',
    makeZip([
      { name: 'bomb.png', bytes: zeros },
      { name: 'good.png', bytes: Buffer.from('good') },
    ]),
  );
  const tar = aFile(
    'a.tgz',
    await makeTar([{ name: 'bomb.txt', bytes: Buffer.alloc(40 * 2 ** 20) }], { isGzipped: true }),
  );

  expect(await readAll(zip)).toEqual({ 'bomb.png': 'ARCHIVE_LIMIT_EXCEEDED', 'good.png': 'good' });
  await expect(listOf(tar)).rejects.toMatchObject({ code: 'ARCHIVE_LIMIT_EXCEEDED' });
});

test.each(['a.zip', 'a.tar', 'a.tar.gz'])('%s that is none is ARCHIVE_UNREADABLE', async (name) => {
  const path = aFile(name, Buffer.alloc(2000, 'this is no archive'));

  await expect(listOf(path)).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE' });
});

test.each(['a.tar', 'a.tar.gz'])('a cut %s gives the files before the cut, then ARCHIVE_UNREADABLE', async (name) => {
  const entries = Array.from({ length: 60 }, (_, index) => ({ name: `${index}.png`, bytes: randomBytes(9000) }));
  const whole = await makeTar(entries, { isGzipped: name.endsWith('gz') });
  const path = aFile(name, whole.subarray(0, Math.floor(whole.byteLength * 0.6)));
  const seen: string[] = [];

  const reading = (async () => {
    for await (const file of (await openPictureSource(path, limits)).files()) seen.push(file.path);
  })();

  await expect(reading).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE' });
  expect(seen[0]).toBe('0.png');
  expect(seen.length).toBeLessThan(entries.length);
});

test('a listing that is left half-way lets go of its archive', async () => {
  const path = aFile('a.tgz', await makeTar(archiveEntries, { isGzipped: true }));

  for await (const file of (await openPictureSource(path, limits)).files()) if (file) break;

  await vi.waitFor(() => expect(openPaths()).not.toContain(path));
});

const shared = process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../../../../shared');
const crafted = join(shared, 'data/hostile/crafted');
const craftedArchives = existsSync(crafted) ? readdirSync(crafted).filter((name) => /\.(zip|tar\.gz)$/.test(name)) : [];

test.skipIf(craftedArchives.length === 0)('no crafted archive harms anything (needs the shared data)', async () => {
  const outcomes: Record<string, string[]> = {};
  for (const name of craftedArchives) {
    const files = [];
    for await (const file of (await openPictureSource(join(crafted, name), { bytes: 50 * 2 ** 20 })).files())
      files.push(file);
    const codes = await Promise.all(
      files.map((file) =>
        file.read().then(
          () => 'read',
          (error) => String(error.code),
        ),
      ),
    );
    outcomes[name] = [...new Set(codes)].toSorted();
  }

  expect(outcomes).toEqual({
    'bomb_1g_in_1m.zip': ['ARCHIVE_LIMIT_EXCEEDED'],
    'case_clash.zip': ['read'],
    'dup_names.zip': ['read'],
    'nul_name.zip': expect.arrayContaining(['read']),
    'slip_abs.zip': ['ARCHIVE_ENTRY_UNSAFE'],
    'slip_all.tar.gz': ['ARCHIVE_ENTRY_UNSAFE', 'read'],
    'slip_backslash.zip': ['ARCHIVE_ENTRY_UNSAFE'],
    'slip_dotdot.zip': ['ARCHIVE_ENTRY_UNSAFE'],
    'slip_drive.zip': ['ARCHIVE_ENTRY_UNSAFE'],
    'slip_symlink.zip': ['ARCHIVE_ENTRY_UNSAFE', 'read'],
  });
  expect(existsSync('/tmp/pwned.png')).toBe(false);
});

test('a source that goes away before it is read is named, with the reason', async () => {
  const folder = aFolder({ 'a.png': 'a' });
  const source = await openPictureSource(folder, { bytes: 100 });
  rmSync(folder, { recursive: true });

  const read = source.files()[Symbol.asyncIterator]().next();

  await expect(read).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { operation: `Reading ${folder}` } });
});
