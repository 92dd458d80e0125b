/** @file Asks for the map of what an answer depends on, of one picture, when somebody wants to see it. */
import { useMutation } from '@tanstack/react-query';
import type { Occlusion, Prediction } from '@tintype/contracts/serve';
import { askModel } from '../../api/ask.ts';

/** Null where the model refused the picture. */
export const useOcclusion = ({ model, version }: Pick<Prediction, 'model' | 'version'>) =>
  useMutation({
    mutationFn: async (file: File): Promise<Occlusion | null> =>
      (await askModel(file, { explain: 'occlusion', model: `${model}@${version}` })).occlusion ?? null,
  });
