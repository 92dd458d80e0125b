/** @file The port of who may ask: tokens, users, sessions, invitations, and the append-only record of changes. Secrets come as hashes only. */
import type { ApiToken, AuditEntry, Role, User } from '@tintype/contracts/access';
import type { Page } from '@tintype/contracts/ids';

/** SHA-256 of a secret, as hexadecimal digits. */
export interface HashedSecret {
  secretHash: string;
}

export interface StoredSession extends HashedSecret {
  id: string;
  user: string;
  createdAt: number;
  usedAt: number;
}

export interface StoredInvitation extends HashedSecret {
  id: string;
  role: Role;
  /** Whose password it changes; null: it makes a user. */
  user: string | null;
  /** It works only as long as no administrator is there. */
  isForFirstAdmin: boolean;
  createdBy: string;
  createdAt: number;
  expiresAt: number;
}

export interface AccessStore {
  createToken(token: ApiToken & HashedSecret): Promise<void>;
  /** Also one that was revoked or has expired; undefined where there is none. */
  findToken(id: string): Promise<(ApiToken & HashedSecret) | undefined>;
  /** Newest first, those that do not work any more too. */
  listTokens(): Promise<ApiToken[]>;
  /** One that was revoked keeps when. Throws TOKEN_NOT_FOUND. */
  revokeToken(id: string, at: number): Promise<ApiToken>;
  /** Says that it was used. Waits for nobody: may be left out while another process writes. */
  touchToken(id: string, at: number): Promise<void>;

  /** By name; the hash of the password is not among it. */
  listUsers(): Promise<User[]>;
  /** Whatever the case of the name; undefined where there is none. */
  findUser(name: string): Promise<(User & { passwordHash: string }) | undefined>;
  /** Whether one may sign in. */
  hasAdmin(): Promise<boolean>;
  /** Throws USER_NOT_FOUND; LAST_ADMIN where no administrator would be left. One who is disabled loses every session. */
  updateUser(name: string, change: { role?: Role; disabledAt?: number | null }): Promise<User>;

  /** Those for the first administrator that were there before stop working. */
  createInvitation(invitation: StoredInvitation): Promise<void>;
  /** One that works at this time. */
  findInvitation(id: string, at: number): Promise<StoredInvitation | undefined>;
  /**
   * One transaction: the invitation is used up, and its user is made, or has another password and no session any more.
   * Throws INVITATION_INVALID where it does not work, USER_EXISTS, USER_NOT_FOUND.
   */
  acceptInvitation(id: string, user: { name: string; passwordHash: string; at: number }): Promise<User>;

  createSession(session: StoredSession): Promise<void>;
  /** With its user; undefined where there is none, or the user is disabled. */
  findSession(id: string): Promise<(StoredSession & { role: Role }) | undefined>;
  /** As `touchToken`. */
  touchSession(id: string, at: number): Promise<void>;
  /** None is none. */
  endSession(id: string): Promise<void>;
  /** Takes away those that were made before, or not used since. */
  removeOldSessions(before: { createdAt: number; usedAt: number }): Promise<void>;

  /** Appends. */
  recordAudit(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  listAudit(query: { who?: string; action?: string; cursor?: string; limit?: number }): Promise<Page<AuditEntry>>;
}
