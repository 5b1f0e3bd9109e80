/** The text of a transcript, sealed by the candidate's key. */
import { application, place } from '../keys/sealed-columns.ts';
import type { Vault } from '../keys/vault.ts';

interface Named {
  candidateId: string;
  questionId: string;
  authorId: string;
}

const at = ({ candidateId, questionId, authorId }: Named) =>
  place('transcript', 'body', candidateId, questionId, authorId);

export const sealTranscript = (vault: Vault, of: Named, body: string): Promise<string> =>
  vault.seal(application(of.candidateId), at(of), body);

export const openTranscript = (vault: Vault, row: Named & { body: string }): Promise<string> =>
  vault.open(application(row.candidateId), at(row), row.body);
