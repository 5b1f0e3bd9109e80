/** The thread that large analyses are made in. */
import { parentPort } from 'node:worker_threads';
import type { Analysis } from '../contract/analysis.ts';
import { type AnalysisInput, analyse } from './analyse.ts';

export interface AnalysisRequest {
  id: number;
  input: AnalysisInput;
}
export type AnalysisReply = { id: number; analysis: Analysis } | { id: number; message: string };

const port = parentPort;
if (!port) throw new Error('this file runs only as a worker thread');

port.on('message', ({ id, input }: AnalysisRequest) => {
  let reply: AnalysisReply;
  try {
    reply = { id, analysis: analyse(input) };
  } catch (error) {
    reply = { id, message: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(reply);
});
