/** The thread that large analyses are made in. */
import { parentPort } from 'node:worker_threads';
import type { Analysis } from '../contract/analysis.ts';
import { chooseTop } from './analyse.ts';
import { type FitInput, fitOpening, type OpeningFit } from './fit-opening.ts';

/** What is asked: a fit of these ratings, or the analysis of one for so many to be chosen. */
export type AnalysisWork = { input: FitInput } | { fit: OpeningFit; top: number };
export type AnalysisRequest = AnalysisWork & { id: number };
export type AnalysisReply = { id: number } & ({ made: OpeningFit | Analysis } | { message: string });

const port = parentPort;
if (!port) throw new Error('this file runs only as a worker thread');

port.on('message', (request: AnalysisRequest) => {
  const { id } = request;
  let reply: AnalysisReply;
  try {
    reply = {
      id,
      made: 'input' in request ? fitOpening(request.input) : chooseTop(request.fit, request.top),
    };
  } catch (error) {
    reply = { id, message: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(reply);
});
