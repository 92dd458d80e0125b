/** @file Who takes the picture: most are careful, some are in a hurry; one table says what that means. */
import type { Random } from '../random.ts';

type Range = readonly [low: number, high: number];

/** Deviations are standard deviations; angles are in radians; lengths in radii of the main object, unless said otherwise. */
export interface Photographer {
  /** Factor on a class's share of things that lie on their side. */
  lying: number;
  /** Deviation of a thing's direction from the one that shows it best. */
  turn: number;
  /** Deviation of the thing from the middle. */
  wander: number;
  /** Deviation of the horizon. */
  roll: number;
  /** Size of the thing as a share of the shorter side. */
  fill: Range;
  /** Height of the camera over standing and over lying things, as an angle. */
  elevationStanding: Range;
  elevationLying: Range;
  /** How much of the ground's texture is left: careful people look for quiet places. */
  groundContrast: Range;
  /** Share of pictures with shadows of blinds, leaves or edges, where the light is hard enough. */
  lightPattern: number;
  /** Numbers of other things around, one of which is picked, and how near they come. */
  distractors: readonly number[];
  distractorReach: Range;
  /** Share of pictures that are upright or square, not 4:3. */
  otherFormat: number;
  /** Shares of pictures out of focus, shaken, or taken in the dark. */
  defocused: number;
  shaken: number;
  noisy: number;
}

const photographers = {
  careful: {
    lying: 0.12,
    turn: 0.1,
    wander: 0.05,
    roll: 0.025,
    fill: [0.96, 1.12],
    elevationStanding: [0.22, 0.5],
    elevationLying: [0.7, 1.1],
    groundContrast: [0.1, 0.45],
    lightPattern: 0.08,
    distractors: [0, 0, 0, 1],
    distractorReach: [1.05, 1.6],
    otherFormat: 0.06,
    defocused: 0.06,
    shaken: 0.03,
    noisy: 0.08,
  },
  hasty: {
    lying: 1,
    turn: 0.8,
    wander: 0.16,
    roll: 0.12,
    fill: [0.8, 1.3],
    elevationStanding: [0.18, 0.95],
    elevationLying: [0.5, 1.5],
    groundContrast: [0.4, 1],
    lightPattern: 0.4,
    distractors: [0, 1, 1, 2],
    distractorReach: [0.5, 1.5],
    otherFormat: 0.35,
    defocused: 0.3,
    shaken: 0.15,
    noisy: 0.35,
  },
} as const satisfies Record<string, Photographer>;

const hastyShare = 0.07;

export function choosePhotographer(random: Random): Photographer {
  return random.chance(hastyShare) ? photographers.hasty : photographers.careful;
}
