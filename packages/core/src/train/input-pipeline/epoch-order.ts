/** @file In which order an epoch shows the pictures: every rule is a function of labels, seed and epoch. */
import { below, createRandom, type Random } from '@tintype/vision/augment/random';

export interface EpochLabels {
  /** [N] class indices. */
  labels: Int32Array;
  classCount: number;
}

type OrderRule = (labels: EpochLabels, random: Random) => Int32Array;

const rules = {
  /** As they come: for evaluation. */
  sequential: ({ labels }) => Int32Array.from(labels.keys()),

  /** Every picture once. */
  shuffled: ({ labels }, random) => shuffle(Int32Array.from(labels.keys()), random),

  /**
   * As many pictures as there are, every class equally often: a class's pictures are dealt round after round, each round in a new
   * order, so that none is shown twice before all were shown once.
   */
  balanced: ({ labels, classCount }, random) => {
    const members = Array.from({ length: classCount }, (_, k) =>
      Int32Array.from(labels.keys()).filter((n) => labels[n] === k),
    );
    const decks = members.filter((deck) => deck.length > 0);
    const place = decks.map(() => 0);
    const turns = Int32Array.from(labels, (_, n) => n % Math.max(1, decks.length));
    return shuffle(turns, random).map((turn) => {
      const deck = decks[turn] as Int32Array;
      const at = place[turn] as number;
      if (at % deck.length === 0) shuffle(deck, random);
      place[turn] = at + 1;
      return deck[at % deck.length] as number;
    });
  },
} as const satisfies Record<string, OrderRule>;

export type SamplingRule = keyof typeof rules;
export const samplingRules = Object.keys(rules) as readonly SamplingRule[];

/** Keeps these numbers apart from those that augment the pictures. */
const orderStream = 0x6f72646572;

/** [N] positions. Equal arguments give equal orders, on every machine. */
export function computeEpochOrder(
  labels: EpochLabels,
  { rule, seed, epoch }: { rule: SamplingRule; seed: number; epoch: number },
): Int32Array {
  return rules[rule](labels, createRandom(orderStream, seed, epoch));
}

/** Fisher and Yates, in place. */
function shuffle(values: Int32Array, random: Random): Int32Array {
  for (let n = values.length - 1; n > 0; n -= 1) {
    const other = below(random, n + 1);
    const value = values[n] as number;
    values[n] = values[other] as number;
    values[other] = value;
  }
  return values;
}
