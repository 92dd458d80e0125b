/** @file What every access store must do. */
import type { ApiToken, AuditEntry } from '@tintype/contracts/access';
import { expect, test } from 'vitest';
import type { HashedSecret, StoredInvitation } from './access-store.ts';
import type { Catalog } from './catalog.ts';
import type { OpenCatalog } from './catalog-builders.contract.ts';

const aToken = (digit: string, change: Partial<ApiToken> = {}): ApiToken & HashedSecret => ({
  id: `tok_${digit.repeat(20)}`,
  name: `robot-${digit}`,
  role: 'viewer',
  scopes: ['predict'],
  createdBy: 'ada',
  createdAt: 1000,
  expiresAt: 9000,
  lastUsedAt: null,
  revokedAt: null,
  secretHash: digit.repeat(64),
  ...change,
});

const shown = ({ secretHash: _secretHash, ...token }: ApiToken & HashedSecret): ApiToken => token;

const anInvitation = (id: string, change: Partial<StoredInvitation> = {}): StoredInvitation => ({
  id,
  secretHash: 'ab',
  role: 'admin',
  user: null,
  isForFirstAdmin: false,
  createdBy: 'ada',
  createdAt: 1000,
  expiresAt: 5000,
  ...change,
});

async function aUser(catalog: Catalog, name: string, role: StoredInvitation['role']): Promise<void> {
  await catalog.access.createInvitation(anInvitation(`for ${name}`, { role }));
  await catalog.access.acceptInvitation(`for ${name}`, { name, passwordHash: 'hash', at: 2000 });
}

const anEntry = (id: string, change: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: 1,
  who: 'ada',
  tokenId: null,
  sessionId: 's1',
  action: 'moveAlias',
  target: 'pets/champion',
  details: { before: 1, after: 2 },
  status: 200,
  requestId: 'req_1',
  ...change,
});

export function describeAccessStore(open: OpenCatalog): void {
  test('tokens are listed newest first, their secrets not among them, and found with the hash', async () => {
    await using catalog = await open();
    await catalog.access.createToken(aToken('1'));
    await catalog.access.createToken(aToken('2', { expiresAt: null, scopes: ['predict', 'read'] }));

    const listed = await catalog.access.listTokens();

    expect(listed).toEqual([shown(aToken('2', { expiresAt: null, scopes: ['predict', 'read'] })), shown(aToken('1'))]);
    expect(await catalog.access.findToken(aToken('1').id)).toEqual(aToken('1'));
    expect(await catalog.access.findToken('tok_nobody')).toBeUndefined();
  });

  test('a token is revoked once and keeps when; one that is not there is TOKEN_NOT_FOUND', async () => {
    await using catalog = await open();
    await catalog.access.createToken(aToken('1'));

    const first = await catalog.access.revokeToken(aToken('1').id, 3000);
    const second = await catalog.access.revokeToken(aToken('1').id, 4000);

    expect([first.revokedAt, second.revokedAt]).toEqual([3000, 3000]);
    expect((await catalog.access.findToken(aToken('1').id))?.revokedAt).toBe(3000);
    await expect(catalog.access.revokeToken('tok_x', 1)).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
  });

  test('a token says when it was last used', async () => {
    await using catalog = await open();
    await catalog.access.createToken(aToken('1'));

    await catalog.access.touchToken(aToken('1').id, 2500);

    expect((await catalog.access.findToken(aToken('1').id))?.lastUsedAt).toBe(2500);
  });

  test('an invitation makes one user, whose name is taken whatever its case', async () => {
    await using catalog = await open();
    await catalog.access.createInvitation(anInvitation('i1', { role: 'trainer' }));
    await catalog.access.createInvitation(anInvitation('i2'));
    const ada = { name: 'Ada', passwordHash: 'hash', at: 2000 };

    const made = await catalog.access.acceptInvitation('i1', ada);

    expect(made).toEqual({ name: 'Ada', role: 'trainer', createdBy: 'ada', createdAt: 2000, disabledAt: null });
    expect(await catalog.access.findUser('ADA')).toEqual({ ...made, passwordHash: 'hash' });
    expect(await catalog.access.listUsers()).toEqual([made]);
    const again = catalog.access.acceptInvitation('i1', { ...ada, name: 'bob' });
    await expect(again).rejects.toMatchObject({ code: 'INVITATION_INVALID' });
    const taken = catalog.access.acceptInvitation('i2', { ...ada, name: 'aDA' });
    await expect(taken).rejects.toMatchObject({ code: 'USER_EXISTS' });
    // Nothing of the refused one was kept: the invitation works still.
    expect(await catalog.access.findInvitation('i2', 2000)).toMatchObject({ role: 'admin' });
  });

  test('an invitation stops working when it expires', async () => {
    await using catalog = await open();
    await catalog.access.createInvitation(anInvitation('i1', { expiresAt: 5000 }));

    expect(await catalog.access.findInvitation('i1', 4999)).toEqual(anInvitation('i1'));
    expect(await catalog.access.findInvitation('i1', 5000)).toBeUndefined();
    const late = catalog.access.acceptInvitation('i1', { name: 'bob', passwordHash: 'hash', at: 5000 });
    await expect(late).rejects.toMatchObject({ code: 'INVITATION_INVALID' });
  });

  test('only the newest invitation for the first administrator works, and none once there is one', async () => {
    await using catalog = await open();
    for (const id of ['i1', 'i2']) {
      await catalog.access.createInvitation(anInvitation(id, { isForFirstAdmin: true }));
    }
    expect(await catalog.access.findInvitation('i1', 2000)).toBeUndefined();
    expect(await catalog.access.findInvitation('i2', 2000)).toMatchObject({ isForFirstAdmin: true });

    await aUser(catalog, 'ada', 'admin');

    expect(await catalog.access.hasAdmin()).toBe(true);
    expect(await catalog.access.findInvitation('i2', 2000)).toBeUndefined();
    const late = catalog.access.acceptInvitation('i2', { name: 'eve', passwordHash: 'hash', at: 2000 });
    await expect(late).rejects.toMatchObject({ code: 'INVITATION_INVALID' });
  });

  test('an invitation for a user changes that password alone, and ends the sessions', async () => {
    await using catalog = await open();
    await aUser(catalog, 'ada', 'admin');
    await catalog.access.createSession({ id: 's1', secretHash: 'h', user: 'ada', createdAt: 1, usedAt: 1 });
    await catalog.access.createInvitation(anInvitation('i1', { role: 'admin', user: 'ada' }));

    const other = catalog.access.acceptInvitation('i1', { name: 'bob', passwordHash: 'new', at: 2000 });
    await expect(other).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    await catalog.access.acceptInvitation('i1', { name: 'Ada', passwordHash: 'new', at: 2000 });

    expect(await catalog.access.findUser('ada')).toMatchObject({ name: 'ada', role: 'admin', passwordHash: 'new' });
    expect(await catalog.access.findSession('s1')).toBeUndefined();
  });

  test('a disabled user has no session any more, and the last administrator stays', async () => {
    await using catalog = await open();
    await aUser(catalog, 'ada', 'admin');
    await aUser(catalog, 'bob', 'viewer');
    await catalog.access.createSession({ id: 's1', secretHash: 'h', user: 'bob', createdAt: 1, usedAt: 1 });

    expect(await catalog.access.updateUser('BOB', { disabledAt: 7 })).toMatchObject({ name: 'bob', disabledAt: 7 });
    expect(await catalog.access.findSession('s1')).toBeUndefined();
    expect(await catalog.access.updateUser('bob', { disabledAt: null, role: 'trainer' })).toMatchObject({
      role: 'trainer',
      disabledAt: null,
    });
    expect(await catalog.access.findSession('s1')).toBeUndefined();
    for (const change of [{ role: 'viewer' as const }, { disabledAt: 5 }]) {
      await expect(catalog.access.updateUser('ada', change)).rejects.toMatchObject({ code: 'LAST_ADMIN' });
    }
    expect(await catalog.access.findUser('ada')).toMatchObject({ role: 'admin', disabledAt: null });
    await expect(catalog.access.updateUser('eve', { role: 'viewer' })).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
    });
  });

  test('a session follows the role of its user, and ends', async () => {
    await using catalog = await open();
    await aUser(catalog, 'ada', 'admin');
    await aUser(catalog, 'bob', 'viewer');
    const session = { id: 's1', secretHash: 'h', user: 'bob', createdAt: 100, usedAt: 100 };
    await catalog.access.createSession(session);
    await catalog.access.touchSession('s1', 200);
    await catalog.access.updateUser('bob', { role: 'trainer' });

    expect(await catalog.access.findSession('s1')).toEqual({ ...session, usedAt: 200, role: 'trainer' });
    await catalog.access.removeOldSessions({ createdAt: 100, usedAt: 200 });
    expect(await catalog.access.findSession('s1')).toBeDefined();
    await catalog.access.removeOldSessions({ createdAt: 0, usedAt: 201 });
    expect(await catalog.access.findSession('s1')).toBeUndefined();
    await catalog.access.endSession('s1');
  });

  test('the record of changes is read newest first, page by page, by who and by what', async () => {
    await using catalog = await open();
    await catalog.access.recordAudit(anEntry('a1'));
    await catalog.access.recordAudit(anEntry('a2', { who: 'bob', details: null, target: null, tokenId: 'tok_1' }));
    await catalog.access.recordAudit(anEntry('a3', { action: 'addJob' }));

    const first = await catalog.access.listAudit({ limit: 2 });
    const second = await catalog.access.listAudit({ limit: 2, cursor: first.nextCursor as string });

    expect(first).toMatchObject({ total: 3, items: [{ id: 'a3' }, { id: 'a2' }] });
    expect(second).toEqual({ total: 3, items: [anEntry('a1')] });
    expect((await catalog.access.listAudit({ who: 'bob' })).items.map(({ id }) => id)).toEqual(['a2']);
    expect((await catalog.access.listAudit({ action: 'addJob', who: 'ada' })).total).toBe(1);
  });
}
