/** The YAML files of the bank, as Zod schemas. Unknown fields are faults: a typing error must not pass unseen. */

import { z } from 'zod';
import { parseAssertion } from './assertion.ts';
import { QUESTION_KINDS, VERDICTS } from './types.ts';

export const Slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens');
const both = <T extends z.ZodType>(schema: T) => z.strictObject({ 'zh-CN': schema, en: schema });
const Line = z.string().trim().min(1);
const ScalePoint = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]);

const SourceFile = z.strictObject({
  id: Slug,
  title: Line,
  authors: Line,
  year: z.int().min(1800).max(2100),
  venue: Line.optional(),
  url: z.url({ protocol: /^https$/ }).optional(),
  doi: z
    .string()
    .regex(/^10\.\d{4,}\/\S+$/, 'a DOI starts with 10.')
    .optional(),
  number: Line.optional(),
});

const whyNot = (text: string): string => {
  try {
    parseAssertion(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};
const readable = (text: string): boolean => whyNot(text) === '';

/** It begins the names of metrics in assertions. */
const RunName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'letters, digits and hyphens');

const ClaimFile = z
  .strictObject({
    id: Slug,
    text: both(Line),
    source: Slug.optional(),
    at: Line.optional(),
    check: z
      .strictObject({
        lab: Slug,
        params: z.record(z.string(), z.unknown()),
        vary: z.record(RunName, z.record(z.string(), z.unknown())).optional(),
        seeds: z.array(z.int()).min(1),
        assert: z.array(Line.refine(readable, { error: ({ input }) => whyNot(String(input)) })).min(1),
      })
      .optional(),
  })
  .refine(
    ({ source, check }) => source !== undefined || check !== undefined,
    'a claim has a source, a check or both',
  );

export const QuestionFile = z.strictObject({
  id: Slug,
  kind: z.enum(QUESTION_KINDS),
  competency: Slug,
  difficulty: ScalePoint,
  minutes: z.number().min(3).max(60),
  tags: z.array(Slug).min(1).max(12),
  lab: z.strictObject({ id: Slug, params: z.record(z.string(), z.unknown()) }).optional(),
  sources: z.array(SourceFile),
  claims: z.array(ClaimFile),
});

export const KitFile = z.strictObject({
  id: Slug,
  scaleFamily: Slug,
  title: both(Line),
  summary: both(Line),
  competencies: z
    .array(
      z.strictObject({
        id: Slug,
        weight: z.number().positive(),
        least: z.int().min(1),
        reserve: z.array(Slug),
      }),
    )
    .min(1),
  items: z.array(z.strictObject({ question: Slug, weight: z.number().positive() })).min(1),
  minutes: z.number().positive(),
});

export const CompetenciesFile = z.strictObject({
  competencies: z
    .array(z.strictObject({ id: Slug, title: both(Line), description: both(Line), boundary: both(Line) }))
    .min(1),
});

export const ErrataFile = z.strictObject({
  title: both(Line),
  intro: both(Line),
  sources: z.array(SourceFile),
  entries: z
    .array(
      z.strictObject({
        id: Slug,
        verdict: z.enum(VERDICTS),
        says: both(Line),
        finding: both(Line),
        evidence: z.array(Slug),
        question: Slug.optional(),
      }),
    )
    .min(1),
});

const TranscriptEntry = z.strictObject({ id: Slug, question: Slug, expert: ScalePoint });

export const CalibrationFile = z.strictObject({
  family: Slug,
  title: both(Line),
  intro: both(Line),
  pass: z.strictObject({ withinOne: z.number().min(0).max(1), exact: z.number().min(0).max(1) }),
  validMonths: z.int().min(1).max(60),
  transcripts: z.array(TranscriptEntry).min(1),
  /** Texts lie in the folder `practice/`. */
  practice: z.array(TranscriptEntry).default([]),
});
