/** @file Asks the model about a picture: on the first screen, so apart from all that is asked of models. */
import { type Prediction, predictionSchema } from '@tintype/contracts/serve';
import { request, toQuery } from './client.ts';

/** What is asked about: bytes of the reader's, or an address that the server fetches. */
export type PictureToAsk = File | { url: string };

/** Throws NEIGHBORS_MISSING for `neighbors` where the model has no index of its training pictures. */
export function askModel(
  picture: PictureToAsk,
  { explain, model, signal }: { explain?: 'neighbors' | 'occlusion'; model?: string; signal?: AbortSignal } = {},
): Promise<Prediction> {
  const path = `/predict${toQuery({ explain, model })}`;
  if (!(picture instanceof File))
    return request(predictionSchema, path, { method: 'POST', body: picture, signal, timeoutMs: 60_000 });
  const body = new FormData();
  body.append('file', picture);
  return request(predictionSchema, path, { method: 'POST', body, signal, timeoutMs: 60_000 });
}
