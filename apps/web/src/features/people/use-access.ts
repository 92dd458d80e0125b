/** @file Users, tokens and the record of changes, as administrators see and change them. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Role, User } from '@tintype/contracts/access';
import { changeUser, createToken, invite, listAudit, listTokens, listUsers, revokeToken } from '../../api/people.ts';
import { useUndo } from '../../components/undo.tsx';

const usersKey = ['access', 'users'] as const;
const tokensKey = ['access', 'tokens'] as const;
const auditPage = 100;

export const useUsers = () => useQuery({ queryKey: usersKey, queryFn: ({ signal }) => listUsers(signal) });
export const useTokens = () => useQuery({ queryKey: tokensKey, queryFn: ({ signal }) => listTokens(signal) });

export interface UserChange {
  role?: Role;
  isDisabled?: boolean;
}

/** What gives a user back what a change took. */
export function invertChange(user: Pick<User, 'role' | 'disabledAt'>, change: UserChange): UserChange {
  return {
    ...(change.role === undefined ? {} : { role: user.role }),
    ...(change.isDisabled === undefined ? {} : { isDisabled: user.disabledAt !== null }),
  };
}

const wordChange = (name: string, { role, isDisabled }: UserChange): string => {
  if (role !== undefined) return `${name} is ${role} now`;
  return isDisabled ? `${name} is kept out` : `${name} may sign in again`;
};

/** Undone through the page's undo. */
export function useChangeUser() {
  const client = useQueryClient();
  const undo = useUndo();
  const put = async (name: string, change: UserChange): Promise<void> => {
    await changeUser(name, change);
    await client.invalidateQueries({ queryKey: usersKey });
  };
  return useMutation({
    mutationFn: ({ user, change }: { user: User; change: UserChange }) => put(user.name, change),
    onSuccess: (_done, { user, change }) =>
      undo.push({
        label: wordChange(user.name, change),
        undo: () => put(user.name, invertChange(user, change)),
      }),
  });
}

export const useInvite = () => useMutation({ mutationFn: invite });

export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: createToken,
    onSettled: () => client.invalidateQueries({ queryKey: tokensKey }),
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: revokeToken,
    onSettled: () => client.invalidateQueries({ queryKey: tokensKey }),
  });
}

export function useAudit(filter: { who: string | undefined; action: string | undefined }) {
  return useInfiniteQuery({
    queryKey: ['access', 'audit', filter.who, filter.action],
    queryFn: ({ pageParam, signal }) => listAudit({ ...filter, cursor: pageParam, limit: auditPage }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}
