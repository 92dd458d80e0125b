/**
 * @file TensorBoard's Event message: scalars, pictures, texts and hyperparameters at a step and a time.
 * Field numbers: tensorboard/compat/proto/{event,summary,tensor}.proto and plugins/hparams/{plugin_data,api}.proto.
 */
import { bytesField, doubleField, floatField, integerField, message } from './wire.ts';

export interface Moment {
  step: number;
  /** Milliseconds since 1970. */
  at: number;
}

export interface EventPicture {
  /** A PNG or JPEG file. */
  bytes: Uint8Array;
  widthPx: number;
  heightPx: number;
}

export type HyperparameterValue = number | string | boolean;

const dataTypes = { float: 1, text: 7 };
const rgb = 3;

/** The first event of every file. */
export const renderVersionEvent = (at: number): Uint8Array =>
  message(wallTime(at), bytesField(3, 'brain.Event:2'), bytesField(10, bytesField(1, 'tintype')));

/** Tells readers to drop what they have from this step on: an interrupted run goes on from an earlier step. */
export const renderRestartEvent = ({ step, at }: Moment): Uint8Array =>
  message(wallTime(at), integerField(2, step), bytesField(7, integerField(1, 1)));

export const renderScalars = (values: Readonly<Record<string, number>>, moment: Moment): Uint8Array =>
  renderSummary(
    Object.entries(values).map(([tag, value]) => message(bytesField(1, tag), floatField(2, value))),
    moment,
  );

export function renderPicture(tag: string, { bytes, widthPx, heightPx, ...moment }: EventPicture & Moment): Uint8Array {
  const picture = message(
    integerField(1, heightPx),
    integerField(2, widthPx),
    integerField(3, rgb),
    bytesField(4, bytes),
  );
  return renderSummary([message(bytesField(1, tag), bytesField(4, picture))], moment);
}

/** Markdown. */
export function renderText(tag: string, { text, ...moment }: { text: string } & Moment): Uint8Array {
  const shape = bytesField(2, integerField(1, 1));
  const tensor = message(integerField(1, dataTypes.text), bytesField(2, shape), bytesField(8, text));
  return renderSummary([message(bytesField(1, tag), bytesField(8, tensor), plugin('text', new Uint8Array()))], moment);
}

/** Two events: which hyperparameters and metrics there are, and the values of this run. */
export function renderHyperparameters(
  values: Readonly<Record<string, HyperparameterValue>>,
  { metrics, at }: { metrics: readonly string[]; at: number },
): Uint8Array[] {
  const kinds = { string: 1, boolean: 2, number: 3 } as const;
  const named = Object.entries(values);
  const described = named.map(([name, value]) =>
    bytesField(4, message(bytesField(1, name), integerField(4, kinds[typeof value as keyof typeof kinds]))),
  );
  const measured = metrics.map((tag) => bytesField(5, bytesField(1, bytesField(2, tag))));
  const given = named.map(([name, value]) =>
    bytesField(1, message(bytesField(1, name), bytesField(2, anyValue(value)))),
  );
  return [
    hyperparameterEvent('experiment', bytesField(2, message(...described, ...measured)), at),
    hyperparameterEvent('session_start_info', bytesField(3, message(...given, doubleField(5, at / 1000))), at),
  ];
}

export function renderSessionEnd(status: 'succeeded' | 'failed', at: number): Uint8Array {
  const end = message(integerField(1, status === 'succeeded' ? 1 : 2), doubleField(2, at / 1000));
  return hyperparameterEvent('session_end_info', bytesField(4, end), at);
}

/** google.protobuf.Value */
function anyValue(value: HyperparameterValue): Uint8Array {
  if (typeof value === 'number') return doubleField(2, value);
  return typeof value === 'string' ? bytesField(3, value) : Uint8Array.of(4 * 8, Number(value));
}

/** The plugin reads the metadata alone; the tensor is there because a value must have one. */
function hyperparameterEvent(name: string, content: Uint8Array, at: number): Uint8Array {
  const tensor = message(integerField(1, dataTypes.float), bytesField(2, bytesField(2, new Uint8Array())));
  const value = message(bytesField(1, `_hparams_/${name}`), bytesField(8, tensor), plugin('hparams', content));
  return renderSummary([value], { step: 0, at });
}

const plugin = (name: string, content: Uint8Array): Uint8Array =>
  bytesField(9, bytesField(1, message(bytesField(1, name), ...(content.length > 0 ? [bytesField(2, content)] : []))));

const renderSummary = (values: readonly Uint8Array[], { step, at }: Moment): Uint8Array =>
  message(wallTime(at), integerField(2, step), bytesField(5, message(...values.map((value) => bytesField(1, value)))));

const wallTime = (at: number): Uint8Array => doubleField(1, at / 1000);
