/** A question as it will be read, Chinese beside English. */
import { LOCALES, type QuestionContent } from '@viva/bank/authoring';
import { useTranslation } from 'react-i18next';
import { InlineMarkdown, Markdown } from '../../ui/markdown.tsx';
import classes from './authoring.module.css';

export function ReadingView({ content }: { content: QuestionContent }) {
  const { t } = useTranslation('bank');
  return (
    <div className={classes.reading}>
      {LOCALES.map((locale) => {
        const text = content.text[locale];
        return (
          <article key={locale} lang={locale}>
            <h2>{text.title || '—'}</h2>
            <Markdown lang={locale}>{text.prompt}</Markdown>
            <h3>{t('answer')}</h3>
            <Markdown lang={locale}>{text.answer}</Markdown>
            <h3>{t('anchors')}</h3>
            <ol className={classes.numbered}>
              {text.anchors.map((anchor, index) => (
                <li key={index}>
                  <InlineMarkdown>{anchor}</InlineMarkdown>
                </li>
              ))}
            </ol>
            {(['probes', 'mistakes', 'fair'] as const).map((part) => (
              <section key={part}>
                <h3>{t(part)}</h3>
                <ul className={classes.bullets}>
                  {text[part].map((item) => (
                    <li key={item}>
                      <InlineMarkdown>{item}</InlineMarkdown>
                    </li>
                  ))}
                </ul>
              </section>
            ))}
            {text.parallel && (
              <>
                <h3>{t('parallel')}</h3>
                <Markdown lang={locale}>{text.parallel}</Markdown>
              </>
            )}
          </article>
        );
      })}
    </div>
  );
}
