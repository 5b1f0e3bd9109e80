/** Agreement with the R package mfrmr, version 0.2.2 (reference/stats/mfrmr.R) and the earlier 0.2.x run in oracle-*. */
import { describe, expect, it } from 'vitest';
import { readJson, readRatings } from '../testing/fixtures.ts';
import { fitRatings } from './fit.ts';
import type { Element, RatingsFit } from './fit-types.ts';

interface Oracle {
  persons: { Person: string; Estimate: number; SE: number | null }[];
  facets: { Facet: string; Level: string; Estimate: number }[];
  steps: { Step: string; Estimate: number }[];
  logLik: number;
}

interface Golden {
  source: string;
  logLik: number;
  measures: {
    Facet: string;
    Level: string;
    Estimate: number;
    SE: number;
    Infit: number;
    Outfit: number;
  }[];
  steps: { StepFacet?: string; Step: string; Estimate: number }[];
  reliability: { Facet: string; SD: number; RMSE: number; Separation: number; Reliability: number }[];
  fair: { Facet: string; Element: string; 'Fair(M) Average': number }[];
}

const find = (fit: RatingsFit, facet: string, level: string): Element => {
  const list = facet === 'Person' ? fit.persons : facet === 'Rater' ? fit.raters : fit.items;
  return list.find(({ id }) => id === level)!;
};

const core = readRatings('mfrmr-core.csv');
const sparse = readRatings('sparse.csv');

describe('the shared oracle (mfrmr 0.2.x, 768 ratings)', () => {
  it('joint: measures within 0.005 logits', () => {
    const oracle = readJson<Oracle>('oracle-core-jml.golden.json');
    const fit = fitRatings(core);
    expect(fit.trust).toMatchObject({ usable: true, converged: true, connected: true, subsets: 1 });
    for (const { Person, Estimate } of oracle.persons)
      expect(Math.abs(find(fit, 'Person', Person).measure! - Estimate)).toBeLessThan(0.005);
    for (const { Facet, Level, Estimate } of oracle.facets)
      expect(Math.abs(find(fit, Facet, Level).measure! - Estimate)).toBeLessThan(0.005);
    for (const [at, { Estimate }] of oracle.steps.entries())
      expect(Math.abs(fit.steps[at]!.measure - Estimate)).toBeLessThan(0.005);
    // Ours is the higher likelihood: the oracle stopped a little early.
    expect(fit.logLik!).toBeGreaterThan(oracle.logLik);
    expect(fit.logLik!).toBeCloseTo(oracle.logLik, 3);
  });

  it('marginal: measures within 0.01 logits, standard errors within 2 %', () => {
    const oracle = readJson<Oracle>('oracle-core-mml.golden.json');
    // mfrmr holds the population at N(0, 1) and takes 31 nodes; ours estimates both unless told.
    const fit = fitRatings(core, { method: 'mml', population: { mean: 0, sd: 1, nodes: 31 } });
    for (const { Person, Estimate, SE } of oracle.persons) {
      const person = find(fit, 'Person', Person);
      expect(Math.abs(person.measure! - Estimate)).toBeLessThan(0.01);
      expect(Math.abs(person.se! / SE! - 1)).toBeLessThan(0.02);
    }
    for (const { Facet, Level, Estimate } of oracle.facets)
      expect(Math.abs(find(fit, Facet, Level).measure! - Estimate)).toBeLessThan(0.01);
    for (const [at, { Estimate }] of oracle.steps.entries())
      expect(Math.abs(fit.steps[at]!.measure - Estimate)).toBeLessThan(0.01);
    expect(fit.logLik!).toBeCloseTo(oracle.logLik, 3);
    expect(fit.logLik!).toBeGreaterThan(oracle.logLik);
  });
});

describe.each(['core', 'sparse'])('mfrmr 0.2.2 on the %s data', (name) => {
  const table = name === 'core' ? core : sparse;
  const nodes = name === 'core' ? 31 : 61;
  describe.each(['rsm', 'pcm'] as const)('%s', (model) => {
    it('joint', () => {
      const golden = readJson<Golden>(`mfrmr-${name}-${model}-jml.golden.json`);
      const fit = fitRatings(table, { model });
      const extremes = new Set(fit.persons.filter(({ extreme }) => extreme).map(({ id }) => id));
      for (const { Facet, Level, Estimate, SE, Infit, Outfit } of golden.measures) {
        if (Facet === 'Person' && extremes.has(Level)) continue;
        const ours = find(fit, Facet, Level);
        expect(Math.abs(ours.measure! - Estimate), `${Facet} ${Level}`).toBeLessThan(0.005);
        expect(Math.abs(ours.seConditional! / SE - 1)).toBeLessThan(0.02);
        expect(Math.abs(ours.infit! - Infit)).toBeLessThan(0.01);
        // mfrmr leaves extreme persons in, at 24 logits; their ratings then dilute the others' outfit.
        if (extremes.size === 0) expect(Math.abs(ours.outfit! - Outfit)).toBeLessThan(0.01);
      }
      for (const [at, { Estimate }] of golden.steps.entries())
        if (model === 'rsm') expect(Math.abs(fit.steps[at]!.measure - Estimate)).toBeLessThan(0.005);
      if (model === 'rsm')
        // mfrmr prints two decimals, and averages persons with the extreme ones at 24 logits.
        for (const { Facet, Element: level, 'Fair(M) Average': average } of golden.fair)
          if (extremes.size === 0 || (Facet === 'Person' && !extremes.has(level)))
            expect(Math.abs(find(fit, Facet, level).fairAverage! - average)).toBeLessThan(0.0051);
    });

    it('marginal', () => {
      const golden = readJson<Golden>(`mfrmr-${name}-${model}-mml.golden.json`);
      const fit = fitRatings(table, { model, method: 'mml', population: { mean: 0, sd: 1, nodes } });
      expect(fit.logLik!).toBeCloseTo(golden.logLik, 2);
      for (const { Facet, Level, Estimate, SE } of golden.measures) {
        const ours = find(fit, Facet, Level);
        expect(Math.abs(ours.measure! - Estimate), `${Facet} ${Level}`).toBeLessThan(0.01);
        expect(Math.abs(ours.se! / SE - 1)).toBeLessThan(0.02);
      }
    });
  });
});
