/** The rater's side of a question: evidence first, then the score it carries, or why it was not asked. */
import { Textarea } from '@mantine/core';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { PinnedQuestion } from '../../api/client.ts';
import type { DraftValue } from '../../drafts/send.ts';
import { EvidenceField } from './evidence-field.tsx';
import { ScoreScale } from './score-scale.tsx';
import classes from './scoring.module.css';

interface WorkPaneProps {
  question: PinnedQuestion;
  lang: 'zh-CN' | 'en';
  value: DraftValue;
  evidenceMin: number;
  onChange: (patch: Partial<DraftValue>) => void;
  evidenceRef: Ref<HTMLTextAreaElement>;
}

export function WorkPane({ question, lang, value, evidenceMin, onChange, evidenceRef }: WorkPaneProps) {
  const { t } = useTranslation('scoring');
  const skipped = value.notAsked !== null;
  return (
    <section className={classes.work} aria-label={t('yourRating')}>
      {!skipped && (
        <>
          <EvidenceField
            value={value.evidence}
            min={evidenceMin}
            inputRef={evidenceRef}
            onChange={(evidence) => onChange({ evidence })}
          />
          <ScoreScale
            anchors={question.text[lang].anchors}
            lang={lang}
            value={value.score}
            onChange={(score) => onChange({ score, notAsked: null })}
          />
        </>
      )}
      <label className={classes.check}>
        <input
          type="checkbox"
          checked={skipped}
          onChange={(event) =>
            onChange(event.currentTarget.checked ? { notAsked: '', score: null } : { notAsked: null })
          }
        />
        <span>{t('notAsked.title')}</span>
      </label>
      {skipped && (
        <>
          <Textarea
            label={t('notAsked.reason')}
            description={t('notAsked.hint')}
            autosize
            minRows={2}
            maxLength={1000}
            value={value.notAsked ?? ''}
            onChange={(event) => onChange({ notAsked: event.currentTarget.value })}
          />
          {value.evidence.trim() !== '' && <p className={classes.meta}>{t('notAsked.kept')}</p>}
        </>
      )}
    </section>
  );
}
