/** @file Backups over real HTTP: who may see and begin them, what is refused, and what is recorded. */
import { auditViewSchema } from '@tintype/contracts/access';
import { backupsViewSchema } from '@tintype/contracts/backup';
import { jobSchema } from '@tintype/contracts/job';
import { createBackup } from '@tintype/core/backup/create-backup';
import { recordVerification } from '@tintype/core/backup/verification';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';
import { aToken, bearer } from '../testing/who-asks.ts';

let server: TestServer;
let admin: Record<string, string>;
let trainer: Record<string, string>;
beforeAll(async () => {
  server = await aServer({
    configure(config) {
      config.access.required = true;
    },
  });
  admin = bearer((await aToken(server.access, { role: 'admin' })).secret);
  trainer = bearer((await aToken(server.access, { role: 'trainer' })).secret);
});
afterAll(() => server.close());

const list = async (query = '') =>
  backupsViewSchema.parse((await ask(server.address, `/api/backups${query}`, { headers: admin })).json());

test('a backup is asked for once at a time, as a job that is shown with the list and recorded', async () => {
  const [first, second] = [
    await askJson(server.address, '/api/backups', { keep: 7, verify: true }, admin),
    await askJson(server.address, '/api/backups', {}, admin),
  ];
  const view = await list();
  const audit = await ask(server.address, '/api/audit?action=startBackup', { headers: admin });

  const job = jobSchema.parse(first.json());
  expect([first.status, first.headers.location]).toEqual([202, `/api/jobs/${job.id}`]);
  expect(job).toMatchObject({ kind: 'backup', status: 'queued', input: { keep: 7, verify: true } });
  expect(second.json()).toMatchObject({ id: job.id });
  expect(view).toMatchObject({ place: expect.stringMatching(/^file:\//), items: [], total: 0, job: { id: job.id } });
  expect(auditViewSchema.parse(audit.json()).items).toContainEqual(
    expect.objectContaining({ target: job.id, details: { kind: 'backup', keep: 7, verify: true } }),
  );
});

test('a list says what each backup holds and what verifying it came to, newest first, as many as are asked for', async () => {
  const { catalog, archive, store } = server.workspace;
  const make = (at: number, id: string) => {
    const clock = { now: () => at, newId: () => id };
    return createBackup({ catalog, archive, store, place: store, clock }, { madeBy: 'test' });
  };
  const older = await make(Date.UTC(2026, 0, 1), 'backup_aaaaaa');
  const newer = await make(Date.UTC(2026, 0, 2), 'backup_bbbbbb');
  await recordVerification({ place: store, clock: { now: () => 5, newId: () => '' } }, { ...older, problemCount: 0 });

  const [all, one] = [await list(), await list('?limit=1')];

  const samples = (await catalog.samples.list({})).total;
  expect(all.items).toMatchObject([
    { id: newer.id, state: 'whole', createdAt: newer.createdAt, samples, verified: null },
    { id: older.id, state: 'whole', samples, verified: { at: 5, problems: 0 } },
  ]);
  expect([one.items.map(({ id }) => id), one.total]).toEqual([[newer.id], 2]);
});

test.each([
  { body: { keep: 0 }, pointer: '/keep' },
  { body: { to: 'file:/etc' }, pointer: '' },
  { body: { verify: 'yes' }, pointer: '/verify' },
])('$body is refused at "$pointer"', async ({ body, pointer }) => {
  const reply = await askJson(server.address, '/api/backups', body, admin);

  expect(reply.status).toBe(400);
  expect((reply.json().errors as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer);
});

test('nobody but an administrator sees or begins backups', async () => {
  const replies = [
    await ask(server.address, '/api/backups', { headers: trainer }),
    await askJson(server.address, '/api/backups', {}, trainer),
    await askJson(server.address, '/api/jobs', { kind: 'backup' }, admin),
  ];

  expect(replies.map(({ status }) => status)).toEqual([403, 403, 400]);
});

test('nobody but an administrator ends one either', async () => {
  const { id } = jobSchema.parse((await askJson(server.address, '/api/backups', {}, admin)).json());
  const cancel = (headers: Record<string, string>) =>
    ask(server.address, `/api/jobs/${id}/cancel`, { method: 'POST', headers });

  const refused = await cancel(trainer);
  const before = (await list()).job;
  const ended = await cancel(admin);

  expect([refused.status, refused.json().code]).toEqual([403, 'FORBIDDEN']);
  expect(before?.id).toBe(id);
  expect(ended.json()).toMatchObject({ id, status: 'cancelled' });
  expect((await list()).job).toBeNull();
});
