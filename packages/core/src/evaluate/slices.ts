/** @file Where a version is worse or better than elsewhere: accuracy by dataset, size, brightness and tag, against all other pictures. Pure. */
import type { EvaluationSlice, SliceKind } from '@tintype/contracts/evaluation-report';
import { computeWilsonInterval } from '../model/wilson-interval.ts';

export interface SlicedPicture {
  isRight: boolean;
  dataset: string;
  widthPx: number;
  heightPx: number;
  brightness: number | null;
  tags: readonly string[];
}

/** Lower borders of the shorter side, and of the mean brightness. */
const sizes = [0, 64, 128, 256, 512, 1024];
const brightnesses = [0, 0.25, 0.5, 0.75];

/** Names of the slices a picture is in, by kind. */
const sliceNames: { readonly [Kind in SliceKind]: (picture: SlicedPicture) => readonly string[] } = {
  dataset: ({ dataset }) => [dataset],
  size: ({ widthPx, heightPx }) => [nameRange(Math.min(widthPx, heightPx), sizes, (value) => `${value}`, 'px')],
  brightness: ({ brightness }) =>
    brightness === null ? [] : [nameRange(brightness, brightnesses, (value) => `${Math.round(100 * value)}`, '%')],
  tag: ({ tags }) => tags,
};

export const isInSlice = (picture: SlicedPicture, { kind, name }: { kind: SliceKind; name: string }): boolean =>
  sliceNames[kind](picture).includes(name);

/**
 * Slices of every kind that divides the pictures at all: one that holds all of them says nothing. In the order of kinds, and within a kind
 * by their ranges or names.
 */
export function computeSlices(pictures: readonly SlicedPicture[]): EvaluationSlice[] {
  const right = count(pictures);
  return (Object.keys(sliceNames) as SliceKind[]).flatMap((kind) => {
    const byName = new Map<string, SlicedPicture[]>();
    for (const picture of pictures)
      for (const name of sliceNames[kind](picture)) {
        const members = byName.get(name) ?? [];
        byName.set(name, members);
        members.push(picture);
      }
    return [...byName]
      .filter(([, members]) => members.length < pictures.length)
      .toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([name, members]) =>
        judge({ kind, name }, count(members), { all: pictures.length, members: members.length, right }),
      );
  });
}

function judge(
  slice: { kind: SliceKind; name: string },
  rightIn: number,
  { all, members, right }: { all: number; members: number; right: number },
): EvaluationSlice {
  const interval = computeWilsonInterval(rightIn, members);
  const others = all - members;
  const rest = others === 0 ? null : (right - rightIn) / others;
  return {
    ...slice,
    pictures: members,
    accuracy: rightIn / members,
    interval,
    rest,
    standsOut: rest !== null && (rest < interval[0] || rest > interval[1]),
  };
}

const count = (pictures: readonly SlicedPicture[]): number =>
  pictures.reduce((sum, { isRight }) => sum + (isRight ? 1 : 0), 0);

/** `64 to 127 px` would be wrong for shares: `25 to 50 %`, and `1024 px or more` for what has no end. */
function nameRange(value: number, borders: readonly number[], write: (border: number) => string, unit: string): string {
  const at = borders.findLastIndex((border) => value >= border);
  const [from = 0, to] = [borders[Math.max(0, at)], borders[Math.max(0, at) + 1]];
  return to === undefined ? `${write(from)} ${unit} or more` : `${write(from)} to ${write(to)} ${unit}`;
}
