/** @file When answers are asked for again. The server is usually this machine, so being "offline" stops nothing. */
import { QueryClient } from '@tanstack/react-query';
import { toProblem } from './problem.ts';

export const queryClient = new QueryClient({
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
