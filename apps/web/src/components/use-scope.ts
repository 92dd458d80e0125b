/** @file Whether the reader may do something: what they may not is not offered. */
import { useQuery } from '@tanstack/react-query';
import type { Scope } from '@tintype/contracts/access';
import { getSession } from '../api/endpoints.ts';
import { sessionKey } from '../api/query-client.ts';

/** False until it is known. */
export function useScope(scope: Scope): boolean {
  const { data } = useQuery({ queryKey: sessionKey, queryFn: ({ signal }) => getSession(signal), staleTime: 60_000 });
  return data?.identity?.scopes.includes(scope) ?? false;
}
