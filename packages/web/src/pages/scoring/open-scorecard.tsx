/** A scorecard being filled in: navigator, question, rating, and the keys that move between them. */
import { Button, Textarea } from '@mantine/core';
import { ChevronLeft, ChevronRight, Keyboard } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Candidate } from '../../api/client.ts';
import { useMe } from '../../app/me.tsx';
import { useLiveDraftQueue } from '../../drafts/drafts-provider.tsx';
import { isDirty } from '../../drafts/entry.ts';
import { useLocale } from '../../i18n/use-format.ts';
import { TranscriptFold } from '../advisory/transcript-fold.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { QuestionNavigator } from './question-navigator.tsx';
import { QuestionPane } from './question-pane.tsx';
import { SaveStatus } from './save-status.tsx';
import classes from './scoring.module.css';
import { ScoringHeader } from './scoring-header.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { SubmitDialog } from './submit-dialog.tsx';
import { useCurrentQuestion } from './use-current-question.ts';
import type { EditableScorecard } from './use-scorecard.ts';
import { useShortcuts, useShortcutsEnabled } from './use-shortcuts.ts';
import { useTimer } from './use-timer.ts';
import { WorkPane } from './work-pane.tsx';

interface OpenScorecardProps {
  scorecard: EditableScorecard;
  candidate: Candidate;
}

export function OpenScorecard({ scorecard, candidate }: OpenScorecardProps) {
  const { t } = useTranslation('scoring');
  const { card, questions, draftOf, change, note, changeNote } = scorecard;
  const { candidateId } = card;
  const me = useMe();
  const locale = useLocale();
  const queue = useLiveDraftQueue();
  const [questionLang, setQuestionLang] = useState<'zh-CN' | 'en' | null>(null);
  const lang = questionLang ?? locale;
  const [dialog, setDialog] = useState<'submit' | 'help' | 'conflict' | null>(null);
  const [enabled, setEnabled] = useShortcutsEnabled();
  const heading = useRef<HTMLHeadingElement>(null);
  const evidence = useRef<HTMLTextAreaElement>(null);
  const noteField = useRef<HTMLTextAreaElement>(null);

  const { question, index, go: select } = useCurrentQuestion(questions);
  const value = draftOf(question.question);
  const timer = useTimer(me.id, candidateId, question.question);
  const conflict = queue.state(candidateId).conflicts[0];
  const conflicted = conflict === undefined ? null : conflict.slice(candidateId.length + 1);

  // A conflict wants an answer before more is written: show it once it appears.
  useEffect(() => {
    if (conflicted !== null) setDialog('conflict');
  }, [conflicted]);

  const go = (next: string): void => {
    select(next);
    requestAnimationFrame(() => {
      heading.current?.focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    });
  };
  const step = (by: number): void => {
    const next = questions[index + by];
    if (next) go(next.question);
  };
  const score = (point: number) => () => change(question.question, { score: point, notAsked: null });
  useShortcuts(
    {
      1: score(1),
      2: score(2),
      3: score(3),
      4: score(4),
      5: score(5),
      e: () => evidence.current?.focus(),
      x: () =>
        change(
          question.question,
          value.notAsked === null ? { notAsked: '', score: null } : { notAsked: null },
        ),
      n: () => noteField.current?.focus(),
      j: () => step(1),
      k: () => step(-1),
      t: timer.toggle,
      s: () => setDialog('submit'),
      '?': () => setDialog('help'),
      'Mod+Enter': () => step(1),
      // Leaves a text field for the heading, where single keys work again.
      Escape: () => heading.current?.focus(),
    },
    enabled,
  );

  return (
    <>
      <ScoringHeader
        card={card}
        candidate={candidate}
        status={<SaveStatus candidateId={candidateId} onResolve={() => setDialog('conflict')} />}
        actions={
          <>
            <Button
              leftSection={<Keyboard size={15} aria-hidden />}
              onClick={() => setDialog('help')}
              className={classes.helpButton ?? ''}
            >
              {t('shortcuts.button')}
            </Button>
            <Button variant="seal" onClick={() => setDialog('submit')}>
              {t('submit.open')}
            </Button>
          </>
        }
      />
      <div className={classes.desk}>
        <div className={classes.aside}>
          <div className={classes.stay}>
            <QuestionNavigator
              questions={questions}
              current={question.question}
              lang={lang}
              evidenceMin={card.evidenceMin}
              draftOf={draftOf}
              unsaved={(id) => {
                const entry = queue.get({ candidateId, question: id });
                return entry !== undefined && isDirty(entry);
              }}
              onGo={go}
            />
          </div>
        </div>
        <div className={classes.middle}>
          <div className={classes.stay}>
            <QuestionPane
              question={question}
              lang={lang}
              onLang={setQuestionLang}
              timer={timer}
              headingRef={heading}
            />
          </div>
        </div>
        <div className={classes.right}>
          <WorkPane
            key={question.question}
            question={question}
            lang={lang}
            value={value}
            evidenceMin={card.evidenceMin}
            evidenceRef={evidence}
            onChange={(patch) => change(question.question, patch)}
          />
          <TranscriptFold candidateId={candidateId} question={question.question} />
          <div className={classes.steps}>
            <Button
              leftSection={<ChevronLeft size={15} aria-hidden />}
              disabled={index === 0}
              onClick={() => step(-1)}
            >
              {t('previous')}
            </Button>
            {index === questions.length - 1 ? (
              <Button variant="seal" onClick={() => setDialog('submit')}>
                {t('submit.open')}
              </Button>
            ) : (
              <Button
                variant="filled"
                rightSection={<ChevronRight size={15} aria-hidden />}
                onClick={() => step(1)}
              >
                {t('next')}
              </Button>
            )}
          </div>
          <section className={classes.note} aria-label={t('note.title')}>
            <Textarea
              ref={noteField}
              label={t('note.title')}
              description={t('note.hint')}
              autosize
              minRows={3}
              maxRows={14}
              maxLength={50_000}
              value={note}
              onChange={(event) => changeNote(event.currentTarget.value)}
            />
          </section>
        </div>
      </div>
      <ShortcutsDialog
        open={dialog === 'help'}
        onClose={() => setDialog(null)}
        enabled={enabled}
        onEnabled={setEnabled}
      />
      {dialog === 'submit' && (
        <SubmitDialog scorecard={scorecard} lang={lang} onGo={go} onClose={() => setDialog(null)} />
      )}
      {dialog === 'conflict' && conflicted !== null && (
        <ConflictDialog
          candidateId={candidateId}
          question={conflicted === '#note' ? null : conflicted}
          title={questions.find((one) => one.question === conflicted)?.text[lang].title ?? t('note.title')}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}
