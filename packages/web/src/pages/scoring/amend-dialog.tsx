/** An amendment: a new, dated, reasoned record beside the sealed rating, which stays. */
import { Button, Textarea } from '@mantine/core';
import { REASON_MAX, REASON_MIN } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type PinnedQuestion, type Rating } from '../../api/client.ts';
import { ratingsQuery, scorecardQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { countCharacters } from './completeness.ts';
import { EvidenceField } from './evidence-field.tsx';
import { ScoreScale } from './score-scale.tsx';
import classes from './scoring.module.css';

interface AmendDialogProps {
  rating: Rating;
  question: PinnedQuestion;
  lang: 'zh-CN' | 'en';
  evidenceMin: number;
  onClose: () => void;
}

export function AmendDialog({ rating, question, lang, evidenceMin, onClose }: AmendDialogProps) {
  const { t } = useTranslation(['scoring', 'common']);
  const [score, setScore] = useState<number | null>(rating.score);
  const [evidence, setEvidence] = useState(rating.evidence);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const thin = countCharacters(evidence) < evidenceMin;
  const short = reason.trim().length < REASON_MIN;
  const amend = useAction(
    () =>
      api.amendRating({
        params: { id: rating.id },
        body: { score: score ?? 0, evidence: evidence.trim(), reason: reason.trim() },
      }),
    {
      refresh: () => [scorecardQuery(rating.candidateId).queryKey, ratingsQuery(rating.candidateId).queryKey],
      done: onClose,
      says: t('amend.done'),
      quiet: true,
    },
  );
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t('amend.title')}
      onSubmit={() => {
        setTried(true);
        if (score !== null && !thin && !short) amend.mutate();
      }}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={amend.isPending}>
            {t('amend.action')}
          </Button>
        </>
      }
    >
      <p>{t('amend.body')}</p>
      <Problem error={amend.error} />
      <EvidenceField
        value={evidence}
        min={evidenceMin}
        onChange={setEvidence}
        error={tried && thin ? t('lack.evidence', { min: evidenceMin }) : null}
      />
      <ScoreScale anchors={question.text[lang].anchors} lang={lang} value={score} onChange={setScore} />
      {tried && score === null && <p className={classes.fieldError}>{t('lack.score')}</p>}
      <Textarea
        label={t('common:reason')}
        description={t('amend.reasonHint')}
        autosize
        minRows={2}
        maxLength={REASON_MAX}
        value={reason}
        error={tried && short ? t('common:reasonShort', { min: REASON_MIN }) : null}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}
