/** @file The port of several people on one dataset: leases, questions asked blind, reviews, gold questions, and who said what. */
import type { Page } from '@tintype/contracts/ids';
import type { LabelEvent } from '@tintype/contracts/label';
import type { GoldQuestion, HistoryEntry } from '@tintype/contracts/people';

/** Why somebody is asked about a picture that has a label. */
export type AskKind = 'second' | 'gold';

export interface BlindDraw {
  dataset: string;
  annotator: string;
  kind: AskKind;
  count: number;
  at: number;
  /** Asked before this and not answered: may be asked again. */
  staleBefore: number;
  /** Pictures are looked through from this id on, around once: a random one keeps the draw fair. */
  from: string;
}

/** A decision on a picture that people differed on. `className: null` takes the last one back. */
export interface Review {
  id: string;
  sampleId: string;
  className: string | null;
  /** The label before. */
  was: string | null;
  by: string;
  at: number;
}

export interface PersonCount {
  annotator: string;
  labels: number;
  opinions: number;
  firstAt: number;
  lastAt: number;
}

export interface PeopleStore {
  /**
   * Takes those that nobody else holds and renews those held already; returns them, in the order asked for. One transaction: of any number who
   * ask at once, one gets a picture. `onlyUnlabeled` passes over those that have a label meanwhile; default false.
   */
  lease(
    sampleIds: readonly string[],
    by: { annotator: string; at: number; until: number; onlyUnlabeled?: boolean },
  ): Promise<string[]>;
  /** Pictures of the dataset that others hold at this moment. */
  listHeld(dataset: string, by: { annotator: string; at: number }): Promise<string[]>;
  /** How many others hold pictures of the dataset at this moment. */
  countHolders(dataset: string, by: { annotator: string; at: number }): Promise<number>;
  /** Gives back all that one holds of the dataset, but for these. */
  releaseOthers(dataset: string, keep: readonly string[], by: { annotator: string }): Promise<void>;

  /** Labels that one gave by hand, opinions among them, in all datasets. */
  countGiven(annotator: string): Promise<number>;
  /** Blind questions of a kind that one has answered, in all datasets. */
  countAnswered(annotator: string, kind: AskKind): Promise<number>;
  /** What one was asked about blind since, and has not answered; asked first first. */
  listAsked(dataset: string, annotator: string, since: number): Promise<{ sampleId: string; kind: AskKind }[]>;
  /**
   * Draws pictures to ask one about and records that. `second`: labeled by hand by exactly one other, asked of nobody else; `gold`: gold questions
   * that somebody else made and that one has not answered. Fewer where there are fewer.
   */
  drawBlind(draw: BlindDraw): Promise<string[]>;
  /** Appends events; those that answer a blind question asked since `askedSince` become opinions. Throws SAMPLE_NOT_FOUND. */
  answer(events: readonly LabelEvent[], options: { askedSince: number }): Promise<void>;

  /**
   * Everything said of pictures that somebody was asked about blind, gold questions left out; by picture, oldest first. Classes have the name
   * of now, whatever they were called when they were said; so have gold questions and their answers.
   */
  listJudged(dataset: string): Promise<(LabelEvent & { path: string; now: string | null })[]>;
  /** Of the dataset, oldest first. */
  listReviews(dataset: string): Promise<Review[]>;
  /** Appends decisions and gives each picture its class as a label, in one transaction; one whose id is known changes nothing. */
  review(reviews: readonly Omit<Review, 'was'>[]): Promise<number>;
  /** Takes decisions back; the label before returns where nobody has labeled since. Ids that are not there change nothing. */
  withdraw(ids: readonly string[], by: { annotator: string; at: number }): Promise<number>;

  /** Throws SAMPLE_NOT_FOUND, or GOLD_CLASS_MISSING where a picture has neither class nor label; then nothing is added. One that is there gets the class. */
  addGold(
    questions: readonly { sampleId: string; className?: string | undefined }[],
    by: { annotator: string; at: number },
  ): Promise<number>;
  removeGold(sampleIds: readonly string[], by: { at: number }): Promise<number>;
  /** Newest first. */
  listGold(dataset: string): Promise<GoldQuestion[]>;
  /** The last that each person answered to each gold question. */
  listGoldAnswers(
    dataset: string,
  ): Promise<{ sampleId: string; annotator: string; className: string; known: string }[]>;

  /** Whoever labeled by hand, by name. */
  listPeople(dataset: string): Promise<PersonCount[]>;
  /** What one said, newest first. */
  history(query: { dataset: string; annotator: string; cursor?: string; limit: number }): Promise<Page<HistoryEntry>>;
}
