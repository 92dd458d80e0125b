/** @file Registered models, one version with its evaluations, the alias log, and moving the champion. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { championAlias } from '@tintype/contracts/registry';
import { getHistory, getVersion, listModels, moveAlias } from '../../api/endpoints.ts';
import { healthKey, modelsKey } from '../../components/use-workspace.ts';

export const useModels = () => useQuery({ queryKey: modelsKey, queryFn: ({ signal }) => listModels(signal) });

export const useVersion = (model: string, version: number) =>
  useQuery({ queryKey: [...modelsKey, model, version], queryFn: ({ signal }) => getVersion(model, version, signal) });

export const useHistory = (model: string) =>
  useQuery({ queryKey: [...modelsKey, model, 'history'], queryFn: ({ signal }) => getHistory(model, signal) });

/** `expected`: where the champion was when the person decided. Whatever comes of it, what is shown is asked again. */
export function usePromotion(model: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (move: { version: number; expected: number | null }) => moveAlias(model, championAlias, move),
    onSettled: () => Promise.all([modelsKey, healthKey].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
