/** What to ask: prompt, probes to follow up with, and the reference answer behind a fold. */
import { Pause, Play } from 'lucide-react';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { PinnedQuestion } from '../../api/client.ts';
import { Badge } from '../../ui/badge.tsx';
import { InlineMarkdown, Markdown } from '../../ui/markdown.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Kind } from '../openings/question-kind.tsx';
import classes from './scoring.module.css';
import type { QuestionTimer } from './use-timer.ts';

type Lang = 'zh-CN' | 'en';

interface QuestionPaneProps {
  question: PinnedQuestion;
  lang: Lang;
  onLang: (lang: Lang) => void;
  timer: QuestionTimer;
  headingRef: Ref<HTMLHeadingElement>;
}

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

export function QuestionPane({ question, lang, onLang, timer, headingRef }: QuestionPaneProps) {
  const { t } = useTranslation(['scoring', 'common']);
  const text = question.text[lang];
  const over = timer.seconds > question.minutes * 60;
  return (
    <section className={classes.question} aria-labelledby="question-title">
      <div className={classes.questionTop}>
        <span className={classes.questionFacts}>
          <span>{t('questionNumber', { number: question.ordinal })}</span>
          <Badge>
            <Kind kind={question.kind} />
          </Badge>
        </span>
        <span className={classes.timer} data-over={over || undefined}>
          <span role="timer" aria-label={t('timer.label')}>
            {clock(timer.seconds)}
          </span>
          <span className={classes.timerOf}>/ {t('common:minutes', { count: question.minutes })}</span>
          <button
            type="button"
            className={classes.icon}
            aria-label={t(timer.running ? 'timer.pause' : 'timer.start')}
            title={t(timer.running ? 'timer.pause' : 'timer.start')}
            onClick={timer.toggle}
          >
            {timer.running ? <Pause size={15} aria-hidden /> : <Play size={15} aria-hidden />}
          </button>
        </span>
      </div>
      <h2 id="question-title" ref={headingRef} tabIndex={-1} className={classes.questionTitle} lang={lang}>
        <InlineMarkdown>{text.title}</InlineMarkdown>
      </h2>
      <div className={classes.prompt}>
        <Markdown lang={lang}>{text.prompt}</Markdown>
      </div>
      {text.probes.length > 0 && (
        <>
          <h3 className={classes.small}>{t('probes')}</h3>
          <ol className={classes.probes} lang={lang}>
            {text.probes.map((probe) => (
              <li key={probe}>
                <InlineMarkdown>{probe}</InlineMarkdown>
              </li>
            ))}
          </ol>
        </>
      )}
      <details className={classes.answer}>
        <summary>{t('reference')}</summary>
        <Markdown lang={lang}>{text.answer}</Markdown>
      </details>
      <div className={classes.langRow}>
        <Segmented<Lang>
          name="question-language"
          label={t('questionLanguage')}
          value={lang}
          onChange={onLang}
          options={[
            { value: 'zh-CN', label: '中文', lang: 'zh-CN' },
            { value: 'en', label: 'English', lang: 'en' },
          ]}
        />
        <span className={classes.meta} aria-hidden>
          {t('questionLanguage')}
        </span>
      </div>
    </section>
  );
}
