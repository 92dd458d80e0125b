/** @file What the page's fixture answers about people and access: made up, the same every time, and changed by what the page sends. */
import type { ApiToken, AuditEntry, Role, User } from '@tintype/contracts/access';
import type { ListedSample } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { AgreementView, Disagreement, GoldQuestion, HistoryEntry, Kappa } from '@tintype/contracts/people';
import { fixtureClasses } from './web-fixture-data.ts';

const dayMs = 86_400_000;
const classNames: readonly string[] = fixtureClasses;
const at = Date.UTC(2026, 10, 21, 9, 30);

export interface PeopleFixture {
  /** Undefined where the address is another's. */
  answer: (route: string, url: URL, body: Buffer) => unknown;
}

export function openPeopleFixture(samples: readonly ListedSample[], { isEmpty }: { isEmpty: boolean }): PeopleFixture {
  const decided = new Set<string>();
  const disagreements = isEmpty ? [] : samples.slice(5, 28).map(buildDisagreement);
  let gold = isEmpty ? [] : samples.slice(40, 49).map(buildGold);
  const users = isEmpty ? [] : buildUsers();
  const tokens = isEmpty ? [] : buildTokens();
  const open = (): Disagreement[] => disagreements.filter(({ sampleId }) => !decided.has(sampleId));
  const json = (body: Buffer) => JSON.parse(body.toString()) as Record<string, unknown>;

  const answers: Record<string, (url: URL, body: Buffer) => unknown> = {
    'POST /api/label/leases': (_url, body) => ({ held: json(body).sampleIds, until: at + dayMs }),
    'GET /api/people/agreement': () => buildAgreement(isEmpty, open().length),
    'GET /api/people/disagreements': () => ({ items: open(), total: open().length }),
    'POST /api/people/reviews': (_url, body) => {
      const reviews = json(body).reviews as { id: string; sampleId: string }[];
      for (const { sampleId } of reviews) decided.add(sampleId);
      return { changed: reviews.length };
    },
    'POST /api/people/reviews/withdraw': () => {
      decided.clear();
      return { changed: 1 };
    },
    'GET /api/people/gold': () => ({ items: gold }),
    'POST /api/people/gold': (_url, body) => {
      const ids = (json(body).questions as { sampleId: string }[]).map(({ sampleId }) => sampleId);
      gold = [
        ...samples
          .filter(({ id }) => ids.includes(id))
          .map((sample) => ({ ...buildGold(sample, 0), asked: 0, right: 0 })),
        ...gold,
      ];
      return { changed: ids.length };
    },
    'POST /api/people/gold/remove': (_url, body) => {
      const ids = json(body).sampleIds as string[];
      gold = gold.filter(({ sampleId }) => !ids.includes(sampleId));
      return { changed: ids.length };
    },
    'GET /api/people/history': (url) => {
      const items = isEmpty
        ? []
        : samples.slice(60, 84).map((sample, n) => buildEntry(sample, n, url.searchParams.get('annotator')));
      return { items, total: items.length };
    },
    'GET /api/users': () => ({ items: users }),
    'POST /api/invitations': (_url, body) => ({
      path: `/join#inv_0123456789abcdef0123.${'Xk3vQ9'.repeat(7)}`,
      role: (json(body).role as string) ?? 'viewer',
      expiresAt: at + dayMs,
    }),
    'GET /api/tokens': () => ({ items: tokens }),
    'POST /api/tokens': (_url, body) => {
      const { name, role } = json(body) as { name: string; role: Role };
      const token = buildToken(name, { role, scopes: ['predict', 'read'], lastUsedAt: null });
      tokens.unshift(token);
      return { token, secret: `tintype_${token.id.slice(4)}_${'s3cReT-_'.repeat(5)}abc` };
    },
    'GET /api/audit': (url) => {
      const [who, action] = ['who', 'action'].map((name) => url.searchParams.get(name));
      const items = (isEmpty ? [] : buildAudit()).filter(
        (entry) => (!who || entry.who === who) && (!action || entry.action === action),
      );
      return { items, total: items.length };
    },
  };
  return {
    answer(route, url, body) {
      const found = answers[route];
      if (found) return found(url, body);
      const user = /^POST \/api\/users\/(.+)$/.exec(route)?.[1];
      if (user !== undefined) return changeUser(users, user, json(body));
      const token = /^POST \/api\/tokens\/(.+)\/revoke$/.exec(route)?.[1];
      return token === undefined ? undefined : revoke(tokens, token);
    },
  };
}

function changeUser(users: User[], name: string, change: { role?: Role; isDisabled?: boolean }): User {
  const position = users.findIndex((user) => user.name === name);
  const before = users[position];
  if (!before) throw new TintypeError('USER_NOT_FOUND', { user: name });
  const isLast = before.role === 'admin' && users.filter(({ role }) => role === 'admin').length === 1;
  if (isLast) throw new TintypeError('LAST_ADMIN', { user: name });
  const { role = before.role, isDisabled } = change;
  const disabledAt = isDisabled === undefined ? before.disabledAt : isDisabled ? at : null;
  const after = { ...before, role, disabledAt };
  users[position] = after;
  return after;
}

function revoke(tokens: ApiToken[], id: string): ApiToken {
  const position = tokens.findIndex((token) => token.id === id);
  const before = tokens[position];
  if (!before) throw new TintypeError('TOKEN_NOT_FOUND', { token: id });
  const after = { ...before, revokedAt: at };
  tokens[position] = after;
  return after;
}

const kappa = (value: number, [low, high]: [number, number], pictures: number): Kappa => ({
  kappa: value,
  interval: [low, high],
  pictures,
  agreed: 1 - (1 - value) * 0.8,
});

function buildAgreement(isEmpty: boolean, open: number): AgreementView {
  if (isEmpty) {
    const none: Kappa = { kappa: null, interval: null, pictures: 0, agreed: null };
    return { overall: none, pairs: [], people: [], confusions: [], open: 0 };
  }
  const [boxes, bottles, cans, crushed, plastic] = fixtureClasses as [string, string, string, string, string];
  const gold = (right: number, asked: number, interval: [number, number]) => ({
    asked,
    right,
    accuracy: right / asked,
    interval,
  });
  return {
    overall: kappa(0.871, [0.828, 0.904], 412),
    pairs: [
      { first: 'ada', second: 'grace', ...kappa(0.913, [0.861, 0.947], 188) },
      { first: 'ada', second: 'linus', ...kappa(0.842, [0.762, 0.898], 131) },
      { first: 'grace', second: 'linus', ...kappa(0.787, [0.672, 0.866], 93) },
    ],
    people: [
      {
        annotator: 'ada',
        labels: 4210,
        opinions: 212,
        firstAt: at - 9 * dayMs,
        lastAt: at,
        gold: gold(47, 48, [0.891, 0.996]),
      },
      {
        annotator: 'grace',
        labels: 3877,
        opinions: 190,
        firstAt: at - 9 * dayMs,
        lastAt: at - 3e6,
        gold: gold(44, 46, [0.855, 0.988]),
      },
      {
        annotator: 'linus',
        labels: 912,
        opinions: 46,
        firstAt: at - 2 * dayMs,
        lastAt: at - dayMs,
        gold: gold(15, 19, [0.567, 0.915]),
      },
      { annotator: 'night-shift', labels: 38, opinions: 1, firstAt: at - dayMs, lastAt: at - dayMs, gold: null },
    ],
    confusions: [
      { classes: [crushed, cans], pictures: 31 },
      { classes: [bottles, plastic], pictures: 17 },
      { classes: [boxes, plastic], pictures: 2 },
    ],
    open,
  };
}

function buildDisagreement({ id, path, className }: ListedSample, n: number): Disagreement {
  const own = className ?? (fixtureClasses[0] as string);
  const other = classNames[(classNames.indexOf(own) + 1 + (n % 3)) % classNames.length] as string;
  const opinions = [
    { annotator: 'ada', className: own, at: at - n * 60_000 },
    { annotator: n % 2 ? 'grace' : 'linus', className: other, at: at - n * 30_000 },
    ...(n % 4 === 0 ? [{ annotator: 'grace', className: own, at: at - n * 20_000 }] : []),
  ];
  return { sampleId: id, path, className: own, opinions };
}

function buildGold({ id, path, className }: ListedSample, n: number): GoldQuestion {
  const asked = n === 8 ? 0 : 14 + n;
  const base = { sampleId: id, path, className: className ?? (fixtureClasses[0] as string) };
  return { ...base, createdBy: 'ada', createdAt: at - dayMs, asked, right: n === 0 ? 6 : Math.max(0, asked - (n % 3)) };
}

function buildEntry({ id, path, className }: ListedSample, n: number, annotator: string | null): HistoryEntry {
  const own = className ?? (fixtureClasses[0] as string);
  return {
    id: `event-${n}-${id}`,
    sampleId: id,
    className: n === 7 ? null : own,
    annotator: annotator ?? 'local',
    source: n % 6 === 2 ? 'opinion' : 'human',
    at: at - n * 47_000,
    path,
    now: n % 9 === 4 ? (fixtureClasses[(n + 1) % fixtureClasses.length] as string) : own,
  };
}

const buildUsers = (): User[] =>
  (
    [
      ['ada', 'admin', 20, null],
      ['grace', 'trainer', 18, null],
      ['linus', 'annotator', 5, null],
      ['old-account', 'annotator', 300, at - 40 * dayMs],
      ['visitor', 'viewer', 1, null],
    ] as const
  ).map(([name, role, days, disabledAt]) => ({
    name,
    role,
    createdBy: name === 'ada' ? 'first start' : 'ada',
    createdAt: at - days * dayMs,
    disabledAt,
  }));

const buildToken = (name: string, change: Partial<ApiToken> = {}): ApiToken => ({
  id: `tok_${Buffer.from(name.padEnd(10)).toString('hex').slice(0, 20)}`,
  name,
  role: 'viewer',
  scopes: ['predict', 'read'],
  createdBy: 'ada',
  createdAt: at - 3 * dayMs,
  expiresAt: Date.UTC(2046, 10, 21, 9, 30),
  lastUsedAt: at - 60_000,
  revokedAt: null,
  ...change,
});

const buildTokens = (): ApiToken[] => [
  buildToken('camera-3', { scopes: ['predict'] }),
  buildToken('nightly-train', { role: 'trainer', scopes: ['predict', 'read', 'label', 'train'], expiresAt: null }),
  buildToken('old-script', { revokedAt: at - 9 * dayMs }),
];

const buildAudit = (): AuditEntry[] =>
  (
    [
      ['ada', 'moveAlias', 'recyclables/champion', { before: 2, after: 3 }],
      ['linus', 'addLabels', null, { labels: 12 }],
      ['grace', 'reviewPictures', null, { reviews: 1 }],
      ['ada', 'revokeToken', 'tok_6f6c642d736372697074', null],
      ['ada', 'invite', null, { role: 'viewer' }],
      ['ada', 'updateUser', 'old-account', { isDisabled: true }],
      ['nightly-train', 'addJob', 'job_7c1e', { kind: 'train' }],
    ] as const
  ).map(([who, action, target, details], n) => ({
    id: `audit-${n}`,
    at: at - n * 320_000,
    who,
    tokenId: who === 'nightly-train' ? 'tok_6e696768746c792d7472' : null,
    sessionId: who === 'nightly-train' ? null : 'ses_1',
    action,
    target,
    details,
    status: 200,
    requestId: `req_${n}`,
  }));
