/** @file Makes a version the champion, after asking, and only where the champion is still the one that was seen. */
import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { toProblem } from '../../api/problem.ts';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useUndo } from '../../components/undo.tsx';
import { useScope } from '../../components/use-scope.ts';
import classes from './Promotion.module.css';
import { useModels, usePromotion } from './use-registry.ts';
import { findChampion } from './versions.ts';

export interface PromotionProps {
  model: string;
  version: number;
  /** To where the champion stood before; default false. */
  isRollback?: boolean;
}

export function Promotion({ model, version, isRollback = false }: PromotionProps) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const { data } = useModels();
  const promotion = usePromotion(model);
  const undo = useUndo();
  const isAllowed = useScope('train');
  const champion = findChampion(data?.items.find((entry) => entry.name === model))?.version ?? null;
  const isConflict = promotion.isError && toProblem(promotion.error).code === 'ALIAS_CONFLICT';

  const promote = (): void =>
    promotion.mutate(
      { version, expected: champion },
      {
        onSuccess: () => {
          close();
          const label = `${model}@${version} is the champion now. The server takes it up by itself.`;
          if (champion === null) notifications.show({ message: label });
          else
            undo.push({
              label,
              undo: async () => void (await promotion.mutateAsync({ version: champion, expected: version })),
            });
        },
      },
    );

  if (!isAllowed) return null;
  return (
    <>
      <Button
        disabled={!data}
        {...(isRollback ? { variant: 'default', size: 'compact-sm' } : {})}
        onClick={() => {
          promotion.reset();
          open();
        }}
      >
        {isRollback ? `Roll back to version ${version}` : 'Promote to champion'}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={isRollback ? `Roll back to ${model}@${version}?` : `Promote ${model}@${version}?`}
        classNames={{ title: classes.title }}
      >
        <p className={classes.words}>
          {champion === null
            ? `No version of ${model} is the champion yet. This one will answer from now on.`
            : `${model}@${champion} is the champion now. Once ${isRollback ? 'rolled back' : 'promoted'}, ${model}@${version} answers instead; the server changes over without a restart, and the move is logged.`}
        </p>
        {promotion.isError && <ProblemNotice error={promotion.error} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button loading={promotion.isPending} onClick={promote} data-autofocus>
            {isConflict && champion !== null
              ? `Promote over version ${champion}`
              : isRollback
                ? 'Roll back'
                : 'Promote'}
          </Button>
        </div>
      </Modal>
    </>
  );
}
