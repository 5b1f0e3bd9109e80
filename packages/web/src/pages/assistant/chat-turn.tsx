/** One question and what the bank says to it: an answer with what it rests on, passages, or why there is none. */
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Chat } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Markdown } from '../../ui/markdown.tsx';
import classes from './assistant.module.css';

type Turn = Chat['turns'][number];
type Answer = Turn['answer'];

/** `[question-id]` as a link that carries the question's title. */
export const linkCitations = ({ text, citations }: Pick<Answer, 'text' | 'citations'>): string =>
  citations.reduce(
    (marked, { question, title }) =>
      marked.replaceAll(
        `[${question}]`,
        `[${title.replaceAll(/[[\]\\]/g, '\\$&')}](/bank/questions/${question})`,
      ),
    text ?? '',
  );

export function ChatTurn({ turn: { question, answer } }: { turn: Turn }) {
  const { t } = useTranslation('assistant');
  const { number } = useFormat();
  return (
    <article className={classes.turn}>
      <h2 className={classes.asked}>{question}</h2>
      {answer.status === 'refused' && (
        <p className={classes.refused}>{t(`refused.${answer.reason ?? 'nothing-found'}`)}</p>
      )}
      {answer.status === 'answered' && (
        <>
          <Markdown>{linkCitations(answer)}</Markdown>
          <div className={classes.cited}>
            <span>{t('rests')}</span>
            <ul>
              {answer.citations.map(({ question: id, title }) => (
                <li key={id}>
                  <Link to="/bank/questions/$question" params={{ question: id }}>
                    {title}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        </>
      )}
      {answer.passages.length > 0 &&
        (answer.status === 'passages' ? (
          <Passages passages={answer.passages} />
        ) : (
          <details className={classes.passages}>
            <summary>{t('passages', { count: answer.passages.length })}</summary>
            <Passages passages={answer.passages} />
          </details>
        ))}
      {answer.model && (
        <p className={classes.provenance}>
          {t('provenance', { model: answer.model, tokens: number(answer.tokens, 0) })}
        </p>
      )}
    </article>
  );
}

function Passages({ passages }: { passages: Answer['passages'] }) {
  const { t } = useTranslation('assistant');
  return (
    <>
      {passages.map((passage, at) => (
        <section key={`${passage.question} ${at}`} className={classes.passage}>
          <h3>
            <Link to="/bank/questions/$question" params={{ question: passage.question }}>
              {passage.title}
            </Link>{' '}
            <small>{t(`section.${passage.section as 'answer'}`)}</small>
          </h3>
          <Markdown>{passage.text}</Markdown>
        </section>
      ))}
    </>
  );
}
