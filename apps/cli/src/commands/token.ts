/** @file `tintype token`: lets programs in, and keeps them out again. Works on the workspace; a running server follows at its next request. */
import type { ApiToken } from '@tintype/contracts/access';
import { TintypeError } from '@tintype/contracts/errors';
import type { CommandRecord } from '../command.ts';
import { moment, printable, table } from '../format.ts';

/** The owner of the workspace's folder, who may everything. */
const owner = 'cli';
const dayMs = 86_400_000;

const stateOf = ({ revokedAt, expiresAt }: ApiToken, now: number): string => {
  if (revokedAt !== null) return `revoked ${moment(revokedAt)}`;
  if (expiresAt === null) return 'for ever';
  return expiresAt <= now ? `expired ${moment(expiresAt)}` : `until ${moment(expiresAt)}`;
};

const list = (name: string): CommandRecord => ({
  name,
  summary: name === 'token' ? 'tokens that let programs in: create, list, revoke' : 'list the tokens, newest first',
  options: [],
  examples: [`tintype ${name}`],
  async run(context) {
    await using workspace = await context.openWorkspace();
    const tokens = await workspace.catalog.access.listTokens();
    const now = workspace.clock.now();
    context.output.result({ items: tokens }, () =>
      tokens.length === 0
        ? 'No token yet.\nNext: tintype token create NAME'
        : table(
            ['token', 'name', 'role', 'may', 'works', 'last used', 'made by'],
            tokens.map((token) => [
              token.id,
              printable(token.name),
              token.role,
              token.scopes.join(', '),
              stateOf(token, now),
              token.lastUsedAt === null ? 'never' : moment(token.lastUsedAt),
              printable(token.createdBy),
            ]),
          ),
    );
  },
});

const create: CommandRecord = {
  name: 'token create',
  summary: 'make a token and print it, this once',
  arguments: '<name>',
  options: [
    {
      flags: '--role <role>',
      description:
        'what it may: viewer predicts and reads, annotator also labels, trainer also trains and promotes, admin all',
      choices: ['viewer', 'annotator', 'trainer', 'admin'],
      default: 'viewer',
    },
    {
      flags: '--scope <scope...>',
      description: 'only these rights of the role',
      choices: ['predict', 'read', 'label', 'train', 'admin'],
    },
    { flags: '--expires <time>', description: 'how long it works: 12h, 30d, or never', default: '90d' },
  ],
  examples: ['tintype token create camera --scope predict', 'tintype token create ci --role trainer --expires 30d'],
  async run(context, [name = ''], options) {
    const [{ parseDuration }, { createToken }, { recordChange }, { newTokenBodySchema, roleScopes }, { newSecret }] =
      await Promise.all([
        import('../parse-duration.ts'),
        import('@tintype/core/access/tokens'),
        import('@tintype/core/access/record-change'),
        import('@tintype/contracts/access'),
        import('@tintype/adapters/secrets'),
      ]);
    const { role, scope: scopes, expires } = options;
    const expiresInDays = expires === 'never' ? null : parseDuration(expires as string, '--expires') / dayMs;
    const request = newTokenBodySchema.parse({
      name,
      role,
      expiresInDays,
      ...(scopes === undefined ? {} : { scopes }),
    });
    await using workspace = await context.openWorkspace();
    const by = { name: owner, scopes: roleScopes.admin };
    const created = await createToken({ catalog: workspace.catalog, clock: workspace.clock, newSecret }, request, by);
    const { id, expiresAt } = created.token;
    await recordChange(workspace, by, {
      action: 'createToken',
      target: id,
      details: { name, role: created.token.role, scopes: created.token.scopes, expiresAt },
    });
    context.output.result(created, () => created.secret);
    context.output.notice(
      `It is shown this once. Send it as "Authorization: Bearer TOKEN"; take it back with: tintype token revoke ${id}`,
    );
  },
};

const revoke: CommandRecord = {
  name: 'token revoke',
  summary: 'let nobody in by a token any more; running servers follow at once',
  arguments: '<token>',
  options: [],
  examples: ['tintype token revoke camera', 'tintype token revoke tok_0123456789abcdef0123'],
  async run(context, [named = '']) {
    await using workspace = await context.openWorkspace();
    const { access } = workspace.catalog;
    const { recordChange } = await import('@tintype/core/access/record-change');
    const token = await access.revokeToken(findId(await access.listTokens(), named), workspace.clock.now());
    await recordChange(workspace, { name: owner }, { action: 'revokeToken', target: token.id });
    context.output.result(token, () => `${token.id} (${printable(token.name)}) lets nobody in any more.`);
  },
};

/** By id, or by a name that one token has that still works. */
function findId(tokens: readonly ApiToken[], named: string): string {
  if (tokens.some(({ id }) => id === named)) return named;
  const ids = tokens.filter(({ name, revokedAt }) => name === named && revokedAt === null).map(({ id }) => id);
  const [only] = ids;
  if (only === undefined) throw new TintypeError('TOKEN_NOT_FOUND', { token: named });
  if (ids.length > 1) throw new TintypeError('TOKEN_AMBIGUOUS', { name: named, ids });
  return only;
}

export const tokenCommands: readonly CommandRecord[] = [list('token'), list('token list'), create, revoke];
