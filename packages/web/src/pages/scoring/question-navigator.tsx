import { useTranslation } from 'react-i18next';
import type { PinnedQuestion } from '../../api/client.ts';
import type { DraftValue } from '../../drafts/send.ts';
import { questionState } from './completeness.ts';
import classes from './question-navigator.module.css';

interface QuestionNavigatorProps {
  questions: PinnedQuestion[];
  current: string;
  lang: 'zh-CN' | 'en';
  evidenceMin: number;
  draftOf: (question: string) => DraftValue;
  unsaved: (question: string) => boolean;
  onGo: (question: string) => void;
}

/** All questions with their state: empty, begun, complete; the score itself stays in view. */
export function QuestionNavigator(props: QuestionNavigatorProps) {
  const { questions, current, lang, evidenceMin, draftOf, unsaved, onGo } = props;
  const { t } = useTranslation('scoring');
  const done = questions.filter(
    ({ question }) => questionState(draftOf(question), evidenceMin) === 'complete',
  );
  return (
    <nav aria-label={t('navigator.title')} className={classes.navigator}>
      <p className={classes.progress}>
        {t('navigator.progress', { done: done.length, total: questions.length })}
      </p>
      <ol className={classes.list}>
        {questions.map(({ question, ordinal, text }) => {
          const value = draftOf(question);
          const state = questionState(value, evidenceMin);
          return (
            <li key={question}>
              <button
                type="button"
                className={classes.item}
                data-state={state}
                aria-current={question === current ? 'step' : undefined}
                onClick={() => onGo(question)}
              >
                <span className={classes.mark} data-state={state} aria-hidden>
                  {value.notAsked !== null ? '—' : (value.score ?? '')}
                </span>
                <span className={classes.ordinal}>{ordinal}</span>
                <span className={classes.title}>{text[lang].title}</span>
                {unsaved(question) && <span className={classes.dot} aria-hidden />}
                <span className="sr-only">
                  {t(`navigator.state.${state}`)}
                  {unsaved(question) && ` · ${t('navigator.unsaved')}`}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
