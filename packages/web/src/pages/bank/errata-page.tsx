/** What the source document gets wrong, one by one, with the evidence. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { InlineMarkdown } from '../../ui/markdown.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import classes from './bank.module.css';
import { BankTabs } from './bank-tabs.tsx';
import { Citation } from './citation.tsx';
import { errataQuery } from './queries.ts';

type Verdict = Answer<'errata'>['entries'][number]['verdict'];
const VERDICTS: readonly Verdict[] = ['wrong', 'dated', 'imprecise', 'unsupported'];

export function ErrataPage() {
  const { t } = useTranslation('bank');
  const { text } = useFormat();
  const { data: errata } = useSuspenseQuery(errataQuery);
  const [shown, setShown] = useState<Verdict | 'all'>('all');
  const sources = new Map(errata.sources.map((source) => [source.id, source]));
  const count = (verdict: Verdict) => errata.entries.filter((entry) => entry.verdict === verdict).length;
  const entries = errata.entries.filter(({ verdict }) => shown === 'all' || verdict === shown);

  return (
    <>
      <PageHeader title={text(errata.title)} lead={<p>{text(errata.intro)}</p>} />
      <BankTabs />
      <Segmented<Verdict | 'all'>
        name="errata-verdict"
        label={t('errata.verdict')}
        value={shown}
        onChange={setShown}
        options={[
          { value: 'all', label: t('errata.all', { total: errata.entries.length }) },
          ...VERDICTS.filter((verdict) => count(verdict) > 0).map((value) => ({
            value,
            label: t(`errata.${value}`, { total: count(value) }),
          })),
        ]}
      />
      <p className="sr-only" role="status">
        {t('errata.shown', { total: entries.length })}
      </p>
      <ol className={classes.list}>
        {entries.map(({ id, verdict, says, finding, evidence, question }) => (
          <li key={id} className={classes.erratum}>
            <Badge>{t(`errata.${verdict}Short`)}</Badge>
            <div>
              <p className={classes.says}>
                <span className="sr-only">{t('errata.says')}</span>
                <InlineMarkdown>{text(says)}</InlineMarkdown>
              </p>
              <p className={classes.finding}>
                <InlineMarkdown>{text(finding)}</InlineMarkdown>
              </p>
              {evidence.length > 0 && (
                <ul className={classes.evidence} aria-label={t('errata.evidence')}>
                  {evidence.flatMap((one) => {
                    const source = sources.get(one);
                    return source
                      ? [
                          <li key={one}>
                            <Citation source={source} />
                          </li>,
                        ]
                      : [];
                  })}
                </ul>
              )}
              {question && (
                <p className={classes.support}>
                  {t('errata.question')}{' '}
                  <Link to="/bank/questions/$question" params={{ question: question.id }}>
                    {text(question.title)}
                  </Link>
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}
