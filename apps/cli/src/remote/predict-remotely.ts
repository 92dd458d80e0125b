/** @file Pictures of this machine answered by a server elsewhere, a few at a time, in order. */
import type { Client } from '@tintype/client/create-client';
import { ProblemError } from '@tintype/client/problem-error';
import { TintypeError } from '@tintype/contracts/errors';
import type { Prediction } from '@tintype/contracts/serve';
import type { SourceFile } from '@tintype/core/ports/picture-source';
import { createAnySourceOpener } from '../any-source.ts';
import { toServerError } from './connect-server.ts';

export type RemoteRow = Omit<Prediction, 'request_id'> & { path: string };

interface Request {
  sources: readonly string[];
  model: string | undefined;
  /** Encoded bytes of one picture that are worth sending. */
  limitBytes: number;
  signal: AbortSignal;
}

const atOnce = 4;
const ownPicture = (code: string): boolean => /^(?:IMAGE|FILE|URL|ARCHIVE)_/.test(code);

/** A picture that cannot be answered for is a row with `error` and `reason`; what says that the server is at fault throws. */
export async function* predictRemotely(client: Client, request: Request): AsyncGenerator<RemoteRow> {
  const { sources, model, limitBytes, signal } = request;
  const answer = async (file: SourceFile): Promise<RemoteRow> => {
    try {
      const { request_id: _, ...prediction } = await client.predict(await file.read(), { model }, { signal });
      return { path: file.path, ...prediction };
    } catch (thrown) {
      const isRow = (thrown instanceof ProblemError || thrown instanceof TintypeError) && ownPicture(thrown.code);
      if (!isRow) throw toServerError(thrown);
      const { message, hint, code } = thrown;
      const refusal = { prediction: null, confidence: 0, error: `${message} ${hint}`, reason: code };
      return { path: file.path, ...refusal, model: model ?? '', version: 0 };
    }
  };
  const underWay: Promise<RemoteRow>[] = [];
  for (const source of sources) {
    const opened = await createAnySourceOpener({ s3: {} })(source, { bytes: limitBytes });
    for await (const file of opened.files()) {
      const next = answer(file);
      next.catch(() => undefined);
      underWay.push(next);
      if (underWay.length >= atOnce) yield await (underWay.shift() as Promise<RemoteRow>);
    }
  }
  for (const rest of underWay) yield await rest;
}
