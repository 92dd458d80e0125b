/** @file Moves a picture to the trash, with the way back in the page's undo. */
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { moveSamples } from '../../api/endpoints.ts';
import { toProblem } from '../../api/problem.ts';
import { useUndo } from '../../components/undo.tsx';
import { workspaceKey } from '../../components/use-workspace.ts';

/** `onBack` is called where it is not, or no more, in the trash. */
export function useMoveToTrash(): (sampleId: string, onBack: () => void) => void {
  const client = useQueryClient();
  const undo = useUndo();
  const refresh = (): void => {
    void client.invalidateQueries({ queryKey: workspaceKey });
    void client.invalidateQueries({ queryKey: ['samples'], refetchType: 'none' });
  };
  const move = async (sampleId: string, onBack: () => void): Promise<void> => {
    try {
      await moveSamples([sampleId], 'remove');
    } catch (error) {
      const { title, detail, hint } = toProblem(error);
      notifications.show({ color: 'red', title, message: `${detail} ${hint}`, autoClose: 10_000 });
      onBack();
      return;
    }
    refresh();
    const restore = async (): Promise<void> => {
      await moveSamples([sampleId], 'restore');
      refresh();
      onBack();
    };
    undo.push({ label: '1 picture in the trash', undo: restore }, { isQuiet: true });
  };
  return (sampleId, onBack) => void move(sampleId, onBack);
}
