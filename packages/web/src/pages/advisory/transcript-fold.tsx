/** The transcript of one question, folded away on the scoring page. */
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import classes from './advisory.module.css';
import { transcriptsQuery } from './queries.ts';
import { TranscriptField } from './transcript-field.tsx';

export function TranscriptFold({ candidateId, question }: { candidateId: string; question: string }) {
  const { t } = useTranslation('advisory');
  const { data: transcripts } = useQuery(transcriptsQuery(candidateId));
  if (!transcripts) return null;
  const there = transcripts.handedIn.includes(question);
  return (
    <details className={classes.fold}>
      <summary>{t(there ? 'transcript.foldDone' : 'transcript.fold')}</summary>
      <TranscriptField
        key={question}
        candidateId={candidateId}
        question={question}
        transcripts={transcripts}
      />
    </details>
  );
}
