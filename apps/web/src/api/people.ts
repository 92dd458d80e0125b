/** @file What the People screen asks: agreement, reviews, gold questions, history, users, tokens, the record of changes. */
import {
  type ApiToken,
  apiTokenSchema,
  auditViewSchema,
  createdTokenSchema,
  invitationViewSchema,
  type NewTokenOptions,
  type Role,
  tokensViewSchema,
  type User,
  userSchema,
  usersViewSchema,
} from '@tintype/contracts/access';
import { changedSchema } from '@tintype/contracts/api';
import {
  type AgreementView,
  agreementViewSchema,
  type DisagreementsView,
  disagreementsViewSchema,
  type GoldView,
  goldViewSchema,
  type HistoryPage,
  historyPageSchema,
} from '@tintype/contracts/people';
import type { z } from 'zod';
import { request, toQuery } from './client.ts';

type Scope = { dataset: string | undefined };
type Changed = z.infer<typeof changedSchema>;
const segment = encodeURIComponent;

export const getAgreement = (query: Scope, signal?: AbortSignal): Promise<AgreementView> =>
  request(agreementViewSchema, `/api/people/agreement${toQuery(query)}`, { signal });

export const listDisagreements = (query: Scope & { limit: number }, signal?: AbortSignal): Promise<DisagreementsView> =>
  request(disagreementsViewSchema, `/api/people/disagreements${toQuery(query)}`, { signal });

export interface SentReview {
  id: string;
  sampleId: string;
  className: string;
}

export const sendReviews = (reviews: readonly SentReview[]): Promise<Changed> =>
  request(changedSchema, '/api/people/reviews', { method: 'POST', body: { reviews } });

export const withdrawReviews = (ids: readonly string[]): Promise<Changed> =>
  request(changedSchema, '/api/people/reviews/withdraw', { method: 'POST', body: { ids } });

export const listGold = (query: Scope, signal?: AbortSignal): Promise<GoldView> =>
  request(goldViewSchema, `/api/people/gold${toQuery(query)}`, { signal });

/** Throws GOLD_CLASS_MISSING. */
export const addGold = (questions: readonly { sampleId: string; className?: string }[]): Promise<Changed> =>
  request(changedSchema, '/api/people/gold', { method: 'POST', body: { questions } });

export const removeGold = (sampleIds: readonly string[]): Promise<Changed> =>
  request(changedSchema, '/api/people/gold/remove', { method: 'POST', body: { sampleIds } });

export const getHistoryOf = (
  query: Scope & { annotator: string | undefined; cursor: string | undefined },
  signal?: AbortSignal,
): Promise<HistoryPage> => request(historyPageSchema, `/api/people/history${toQuery(query)}`, { signal });

export const listUsers = (signal?: AbortSignal): Promise<{ items: User[] }> =>
  request(usersViewSchema, '/api/users', { signal });

/** Throws LAST_ADMIN. */
export const changeUser = (name: string, change: { role?: Role; isDisabled?: boolean }): Promise<User> =>
  request(userSchema, `/api/users/${segment(name)}`, { method: 'POST', body: change });

export type Invitation = z.infer<typeof invitationViewSchema>;

/** With `user`: a link by which that one chooses a new password. */
export const invite = (body: { role: Role; user?: string }): Promise<Invitation> =>
  request(invitationViewSchema, '/api/invitations', { method: 'POST', body });

export const listTokens = (signal?: AbortSignal): Promise<{ items: ApiToken[] }> =>
  request(tokensViewSchema, '/api/tokens', { signal });

/** The only answer that holds the secret. */
export const createToken = (body: NewTokenOptions): Promise<{ token: ApiToken; secret: string }> =>
  request(createdTokenSchema, '/api/tokens', { method: 'POST', body });

export const revokeToken = (id: string): Promise<ApiToken> =>
  request(apiTokenSchema, `/api/tokens/${segment(id)}/revoke`, { method: 'POST' });

type AuditPage = z.infer<typeof auditViewSchema>;

export const listAudit = (
  query: { who: string | undefined; action: string | undefined; cursor: string | undefined; limit: number },
  signal?: AbortSignal,
): Promise<AuditPage> => request(auditViewSchema, `/api/audit${toQuery(query)}`, { signal });
