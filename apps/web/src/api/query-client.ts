/** @file When answers are asked for again. The server is usually this machine, so being "offline" stops nothing. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { toProblem } from './problem.ts';

/** Of who the server takes the reader for. */
export const sessionKey = ['session'] as const;

/** A session may end while the page is open: whoever finds out lets the page ask who is there. */
const onError = (error: unknown): void => {
  if (toProblem(error).code === 'UNAUTHENTICATED') void queryClient.invalidateQueries({ queryKey: sessionKey });
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: 5000,
      retry: (failures, error) => failures < 1 && toProblem(error).status >= 500,
      retryDelay: 500,
    },
    mutations: { networkMode: 'always' },
  },
});
