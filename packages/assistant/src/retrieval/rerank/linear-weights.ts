/** Fitted on the development queries by `scripts/fit-reranker.ts`; not to be changed by hand. */
import type { Feature } from './question-features.ts';

export const LINEAR_WEIGHTS: Record<'words' | 'vectors', Readonly<Record<Feature, number>>> = {
  words: {
    sum: 1.1079,
    best: 0.9729,
    share: 0.4672,
    language: 0.9706,
    title: 0.1741,
    tags: 0.159,
    union: 0.8443,
    coverage: 0.7345,
    adjacent: 0.2165,
    exact: 0.187,
    spelling: 0.1987,
    prompt: 0.7836,
    cosine: 0,
  },
  vectors: {
    sum: 0.9519,
    best: 0.963,
    share: 0.5642,
    language: 0.9594,
    title: 0.1965,
    tags: 0.1513,
    union: 1.0331,
    coverage: 0.8801,
    adjacent: 0.2557,
    exact: 0.2184,
    spelling: 0.1201,
    prompt: 0.8515,
    cosine: 0.3744,
  },
};
