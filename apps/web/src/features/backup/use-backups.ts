/** @file Backups as administrators see them, and the one that is made now. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { listBackups, startBackup } from '../../api/backup.ts';
import { jobsKey } from '../../components/use-jobs.ts';

const backupsKey = ['backups'] as const;
const openMs = 1000;

export const useBackups = () =>
  useQuery({
    queryKey: backupsKey,
    queryFn: ({ signal }) => listBackups(signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.job ? openMs : false),
  });

export function useStartBackup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: startBackup,
    onSettled: () => Promise.all([backupsKey, jobsKey].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
