/** @file Who the server takes this page's reader for; signing in and out. */
import { type Query, type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SessionView } from '@tintype/contracts/access';
import { getSession, join, logIn, logOut } from '../../api/endpoints.ts';
import { sessionKey } from '../../api/query-client.ts';

export const useSession = () =>
  useQuery({ queryKey: sessionKey, queryFn: ({ signal }) => getSession(signal), staleTime: 60_000 });

const isOfReader = ({ queryKey }: Query): boolean => queryKey[0] !== sessionKey[0];

/** What was answered to another reader, or to nobody, is forgotten. */
function begin(client: QueryClient, view: SessionView): void {
  client.setQueryData(sessionKey, view);
  void client.resetQueries({ predicate: isOfReader });
}

export function useLogIn() {
  const client = useQueryClient();
  return useMutation({ mutationFn: logIn, onSuccess: (view) => begin(client, view) });
}

export function useJoin(onJoined: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: join,
    onSuccess(view) {
      begin(client, view);
      onJoined();
    },
  });
}

export function useLogOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: logOut,
    onSuccess(view) {
      client.setQueryData(sessionKey, view);
      client.removeQueries({ predicate: isOfReader });
    },
  });
}
