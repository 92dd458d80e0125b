/** @file Several people on one dataset: who holds which picture, how far they agree, what they differ on, and questions whose answer is known. */
import { z } from 'zod';
import { classNameSchema, intervalSchema, nameSchema, pageOf, sampleIdSchema, timestampSchema } from './ids.ts';
import { labelEventSchema } from './label.ts';

/** How long a picture that was given out is kept from others; asking again renews it. */
export const leaseMs = 120_000;

/** How long what somebody says of a picture counts as the answer to having been asked blind. */
export const answerMs = 3_600_000;

/** Who gave a label: the name of a user or a token, or what an import called them. */
export const annotatorSchema = z.string().min(1).max(100);

/** POST /api/label/leases */
export const leasesBodySchema = z.object({ sampleIds: z.array(sampleIdSchema).min(1).max(1000) });
/** `held`: those that are kept for whoever asks, in the order asked for; others hold the rest. */
export const leasesViewSchema = z.object({ held: z.array(sampleIdSchema), until: timestampSchema });
export type LeasesView = z.infer<typeof leasesViewSchema>;

/** What every answer about people is about. */
export const peopleScopeSchema = z.object({
  /** The only dataset of the workspace where absent. */
  dataset: nameSchema.optional(),
});

/** Agreement beyond chance: 1 is perfect, 0 what chance gives. Null where only one class was said, or nothing: chance alone agrees. */
export const kappaSchema = z.object({
  kappa: z.number().nullable(),
  interval: intervalSchema.nullable(),
  /** Pictures that were judged by more than one. */
  pictures: z.int().min(0),
  /** Share of the pairs of judgments that are the same. */
  agreed: z.number().min(0).max(1).nullable(),
});
export type Kappa = z.infer<typeof kappaSchema>;

/** One person: what was labeled, and how many questions with a known answer were answered right. */
export const personSchema = z.object({
  annotator: annotatorSchema,
  /** Labels given, opinions among them. */
  labels: z.int().min(0),
  /** Of them answers to having been asked blind. */
  opinions: z.int().min(0),
  firstAt: timestampSchema,
  lastAt: timestampSchema,
  gold: z
    .object({ asked: z.int().min(1), right: z.int().min(0), accuracy: z.number(), interval: intervalSchema })
    .nullable(),
});
export type Person = z.infer<typeof personSchema>;

export const pairAgreementSchema = kappaSchema.extend({ first: annotatorSchema, second: annotatorSchema });
export type PairAgreement = z.infer<typeof pairAgreementSchema>;

/** GET /api/people/agreement */
export const agreementViewSchema = z.object({
  /** Fleiss' kappa over everybody. */
  overall: kappaSchema,
  /** Cohen's kappa of every two that judged the same pictures, most pictures first. */
  pairs: z.array(pairAgreementSchema),
  people: z.array(personSchema),
  /** Classes taken for each other, most often first. */
  confusions: z.array(z.object({ classes: z.tuple([classNameSchema, classNameSchema]), pictures: z.int().min(1) })),
  /** Pictures that people differ on and nobody has decided yet. */
  open: z.int().min(0),
});
export type AgreementView = z.infer<typeof agreementViewSchema>;

export const opinionSchema = z.object({ annotator: annotatorSchema, className: classNameSchema, at: timestampSchema });
export type Opinion = z.infer<typeof opinionSchema>;

/** A picture that people differ on. */
export const disagreementSchema = z.object({
  sampleId: sampleIdSchema,
  /** For people; never opened. */
  path: z.string(),
  /** The label it has now. */
  className: classNameSchema.nullable(),
  opinions: z.array(opinionSchema),
});
export type Disagreement = z.infer<typeof disagreementSchema>;

export const disagreementsQuerySchema = peopleScopeSchema.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
/** GET /api/people/disagreements: those most divided first. */
export const disagreementsViewSchema = z.object({ items: z.array(disagreementSchema), total: z.int().min(0) });
export type DisagreementsView = z.infer<typeof disagreementsViewSchema>;

/** POST /api/people/reviews. Ids are made by whoever decides: sending a review again changes nothing. */
export const reviewsBodySchema = z.object({
  reviews: z
    .array(z.object({ id: z.string().min(8).max(58), sampleId: sampleIdSchema, className: classNameSchema }))
    .min(1)
    .max(200),
});
/** POST /api/people/reviews/withdraw */
export const withdrawReviewsBodySchema = z.object({ ids: z.array(z.string().min(8).max(58)).min(1).max(200) });

/** A picture whose class is known, asked blind among others. */
export const goldQuestionSchema = z.object({
  sampleId: sampleIdSchema,
  path: z.string(),
  className: classNameSchema,
  createdBy: annotatorSchema,
  createdAt: timestampSchema,
  /** People who were asked and have answered, and how many of them were right. */
  asked: z.int().min(0),
  right: z.int().min(0),
});
export type GoldQuestion = z.infer<typeof goldQuestionSchema>;
/** GET /api/people/gold: newest first. */
export const goldViewSchema = z.object({ items: z.array(goldQuestionSchema) });
export type GoldView = z.infer<typeof goldViewSchema>;

/** POST /api/people/gold: each with its class, or with the label it has. */
export const newGoldBodySchema = z.object({
  questions: z
    .array(z.object({ sampleId: sampleIdSchema, className: classNameSchema.optional() }))
    .min(1)
    .max(1000),
});
/** POST /api/people/gold/remove */
export const goldIdsBodySchema = z.object({ sampleIds: z.array(sampleIdSchema).min(1).max(1000) });

export const historyQuerySchema = peopleScopeSchema.extend({
  /** Whoever asks where absent; others only with the right `train`. */
  annotator: annotatorSchema.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(60),
});

/** One thing that somebody said of a picture, with what became of it. */
export const historyEntrySchema = labelEventSchema.extend({
  path: z.string(),
  /** The label the picture has now. */
  now: classNameSchema.nullable(),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
/** GET /api/people/history: newest first. */
export const historyPageSchema = pageOf(historyEntrySchema);
export type HistoryPage = z.infer<typeof historyPageSchema>;
