/** @file The workspace's name, datasets and counts, and whether the server is well. */
import { useQuery } from '@tanstack/react-query';
import { getHealth, getWorkspace } from '../api/endpoints.ts';

export const workspaceKey = ['workspace'] as const;
export const healthKey = ['health'] as const;
/** Of everything the registry answers. */
export const modelsKey = ['models'] as const;

/** How often an empty workspace is asked whether its first pictures came. */
export const emptyIntervalMs = 3000;

export const useWorkspace = () =>
  useQuery({
    queryKey: workspaceKey,
    queryFn: ({ signal }) => getWorkspace(signal),
    staleTime: 1000,
    refetchInterval: ({ state }) => (state.data?.datasets.length === 0 ? emptyIntervalMs : false),
  });

/** Milliseconds between two questions after its health: shorter while it does not answer. */
const healthIntervalMs = { well: 5000, away: 1500 } as const;

/** Asked again and again while the page is seen, so that the light is true. */
export const useHealth = () =>
  useQuery({
    queryKey: healthKey,
    queryFn: ({ signal }) => getHealth(signal),
    refetchInterval: ({ state }) => (state.status === 'error' ? healthIntervalMs.away : healthIntervalMs.well),
    retry: false,
  });
