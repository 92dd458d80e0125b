/** @file Who may ask: policies of routes, roles, tokens, users, sessions, invitations, and the record of what was changed by whom. */
import { z } from 'zod';
import { nameSchema, pageOf, timestampSchema } from './ids.ts';

/** What somebody may be allowed to ask for. */
export const scopes = ['predict', 'read', 'label', 'train', 'admin'] as const;
export const scopeSchema = z.enum(scopes);
export type Scope = z.infer<typeof scopeSchema>;

/** What a route states of itself; `public` answers without knowing who asks. */
export const routePolicies = ['public', ...scopes] as const;
export type RoutePolicy = (typeof routePolicies)[number];

/** From the least to the most. */
export const roles = ['viewer', 'annotator', 'trainer', 'admin'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

export const roleScopes: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ['predict', 'read'],
  annotator: ['predict', 'read', 'label'],
  trainer: ['predict', 'read', 'label', 'train'],
  admin: ['predict', 'read', 'label', 'train', 'admin'],
};

/** Who asks, once that is known. */
export interface Identity {
  /** Of the user or the token; `local` is whoever uses this machine. */
  name: string;
  role: Role;
  /** All of the role's, or fewer where a token was narrowed. */
  scopes: readonly Scope[];
  tokenId?: string;
  sessionId?: string;
  /** When what it shows ends; absent where it does not. */
  expiresAt?: number;
}

/** `tok_` + 20 hexadecimal digits: names a token without letting anybody in. */
export const tokenIdSchema = z.string().regex(/^tok_[0-9a-f]{20}$/, 'must be the id of a token');

/** A token as it is listed: what lets somebody in is not in it. */
export const apiTokenSchema = z.object({
  id: tokenIdSchema,
  name: nameSchema,
  role: roleSchema,
  scopes: z.array(scopeSchema),
  createdBy: z.string(),
  createdAt: timestampSchema,
  expiresAt: timestampSchema.nullable(),
  /** To the minute; null where it was never used. */
  lastUsedAt: timestampSchema.nullable(),
  revokedAt: timestampSchema.nullable(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;

/** Days a token lasts where nothing else is said, and at most. */
export const defaultTokenDays = 90;
const mostTokenDays = 3650;

/** POST /api/tokens */
export const newTokenBodySchema = z.strictObject({
  name: nameSchema,
  role: roleSchema.default('viewer'),
  /** Fewer than the role's; by default all of them. */
  scopes: z.array(scopeSchema).min(1).optional(),
  /** Null: for ever. By default 90, or less where who makes it ends sooner. */
  expiresInDays: z.number().gt(0).max(mostTokenDays).nullable().optional(),
});
export type NewTokenOptions = z.input<typeof newTokenBodySchema>;

/** The only time that `secret` is shown. */
export const createdTokenSchema = z.object({ token: apiTokenSchema, secret: z.string() });
export const tokensViewSchema = z.object({ items: z.array(apiTokenSchema) });

export const shortestPassword = 12;
export const passwordSchema = z
  .string()
  .min(shortestPassword, `must have at least ${shortestPassword} characters`)
  .max(200, 'must have at most 200 characters');

export const userSchema = z.object({
  name: nameSchema,
  role: roleSchema,
  createdBy: z.string(),
  createdAt: timestampSchema,
  /** Since when the user may not sign in; null: may. */
  disabledAt: timestampSchema.nullable(),
});
export type User = z.infer<typeof userSchema>;
export const usersViewSchema = z.object({ items: z.array(userSchema) });

/** POST /api/users/:name */
export const changeUserBodySchema = z
  .strictObject({ role: roleSchema.optional(), isDisabled: z.boolean().optional() })
  .refine((change) => Object.keys(change).length > 0, 'must change something');

/** POST /api/invitations: who opens the link chooses name and password. With `user`, that user chooses a new password. */
export const newInvitationBodySchema = z.strictObject({
  role: roleSchema.default('viewer'),
  user: nameSchema.optional(),
});
/** `path` follows the server's address; what stands behind its # is shown this once. */
export const invitationViewSchema = z.object({ path: z.string(), role: roleSchema, expiresAt: timestampSchema });

/** POST /api/login; nothing here says what a password must be like: one that cannot be right is simply wrong. */
export const loginBodySchema = z.strictObject({
  name: z.string().min(1).max(64),
  password: z.string().min(1).max(200),
});
/** POST /api/join */
export const joinBodySchema = z.strictObject({
  invitation: z.string().min(1).max(200),
  name: nameSchema,
  password: passwordSchema,
});

/** GET /api/session */
export const sessionViewSchema = z.object({
  /** Null: nobody is known to ask. */
  identity: z
    .object({ name: z.string(), role: roleSchema, scopes: z.array(scopeSchema), isSession: z.boolean() })
    .nullable(),
  /** Whether this server answers only to whom it knows. */
  isRequired: z.boolean(),
  /** Whether an administrator is there; the link for the first one was printed when the server started. */
  hasAdmin: z.boolean(),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

/** One change: append-only. */
export const auditEntrySchema = z.object({
  id: z.string(),
  at: timestampSchema,
  who: z.string(),
  tokenId: z.string().nullable(),
  sessionId: z.string().nullable(),
  /** Name of the operation, as in the API's document. */
  action: z.string(),
  /** What it was done to; null where the operation says it all. */
  target: z.string().nullable(),
  /** What it was before and is after, where that is small. */
  details: z.record(z.string(), z.unknown()).nullable(),
  status: z.int(),
  requestId: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditViewSchema = pageOf(auditEntrySchema);
export const auditQuerySchema = z.object({
  who: z.string().max(64).optional(),
  action: z.string().max(64).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
