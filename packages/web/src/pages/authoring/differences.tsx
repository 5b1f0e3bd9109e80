/** What differs between two contents, part by part, in both languages. */
import type { QuestionContent } from '@viva/bank/authoring';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './authoring.module.css';
import { type Difference, differences } from './flatten.ts';
import { WordDiff } from './word-diff.tsx';

export function usePartName(): (difference: Pick<Difference, 'part' | 'number'>) => string {
  const { t } = useTranslation(['authoring', 'bank']);
  return ({ part, number }) => {
    if (part === 'details') return t(`fields.${(number === 'kind' ? 'kind' : number) as 'competency'}`);
    if (part === 'title') return t('parts.title');
    return [t(`bank:${part}`), number].filter(Boolean).join(' · ');
  };
}

interface DifferencesProps {
  /** Null: everything is new. */
  before: QuestionContent | null;
  after: QuestionContent;
  /** The rank that fits where it stands: below the page's title, or a dialog's. */
  heading?: 'h2' | 'h3';
}

export function Differences({ before, after, heading: Heading = 'h2' }: DifferencesProps) {
  const { t } = useTranslation('authoring');
  const nameOf = usePartName();
  const found = useMemo(() => differences(before, after), [before, after]);
  if (found.length === 0) return <p className={classes.muted}>{t('noDifference')}</p>;
  return (
    <ul className={classes.differences}>
      {found.map((one) => (
        <li key={one.key}>
          <Heading>
            {nameOf(one)}
            {!one.before && before && <span className={classes.mark}>{t('added')}</span>}
            {!one.after && <span className={classes.mark}>{t('removed')}</span>}
          </Heading>
          <div className={classes.sides}>
            {(['zh', 'en'] as const).map((side) => {
              const [was, is] = [one.before?.[side] ?? '', one.after?.[side] ?? ''];
              if (was === '' && is === '') return null;
              return (
                <div key={side}>
                  <span className={classes.side}>{side === 'zh' ? '中文' : 'English'}</span>
                  <WordDiff before={was} after={is} lang={side === 'zh' ? 'zh-CN' : 'en'} />
                </div>
              );
            })}
          </div>
          {(one.before?.plain ?? '') + (one.after?.plain ?? '') !== '' && (
            <WordDiff before={one.before?.plain ?? ''} after={one.after?.plain ?? ''} />
          )}
        </li>
      ))}
    </ul>
  );
}
