/** The bank's questions: search in either language, filter, open. */
import { NativeSelect, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Kind } from '../openings/question-kind.tsx';
import classes from './bank.module.css';
import { BankTabs } from './bank-tabs.tsx';
import { questionsQuery } from './queries.ts';

const KINDS = ['knowledge', 'experiment', 'case', 'ethics', 'behavioural', 'situational'] as const;

export function BankPage() {
  const { t } = useTranslation(['bank', 'common']);
  const { text } = useFormat();
  const navigate = useNavigate();
  const { q = '', kind = '' } = useSearch({ from: '/layout/bank' });
  const [typed, setTyped] = useState(q);
  const wanted = useDeferredValue(typed.trim());
  const { data: all } = useSuspenseQuery(questionsQuery({ q: '', area: '', kind: '' }));
  const { data: shown = all } = useQuery({
    ...questionsQuery({ q: wanted, area: '', kind }),
    placeholderData: keepPreviousData,
  });
  const keep = (search: { q?: string; kind?: string }) =>
    void navigate({
      to: '/bank',
      search: { q: (search.q ?? wanted) || undefined, kind: (search.kind ?? kind) || undefined },
      replace: true,
    });

  return (
    <>
      <PageHeader title={t('title')} lead={<p>{t('lead', { count: all.length })}</p>} />
      <BankTabs />
      <search className={classes.filters}>
        <TextInput
          type="search"
          label={t('search')}
          placeholder={t('searchHint')}
          leftSection={<Search size={15} aria-hidden />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            keep({ q: event.currentTarget.value.trim() });
          }}
          className={classes.grow ?? ''}
        />
        <NativeSelect
          label={t('kind')}
          value={kind}
          onChange={(event) => keep({ kind: event.currentTarget.value })}
          data={[
            { value: '', label: t('allKinds') },
            ...KINDS.map((value) => ({ value, label: t(`common:kind.${value}`) })),
          ]}
        />
      </search>
      <p className="sr-only" role="status">
        {t('found', { count: shown.length })}
      </p>
      {shown.length === 0 ? (
        <Notice inline title={t('none')}>
          <p>{t('noneBody')}</p>
        </Notice>
      ) : (
        <ul className={classes.list}>
          {shown.map((question) => (
            <li key={question.id} className={classes.item}>
              <h2 className={classes.itemTitle}>
                <Link to="/bank/questions/$question" params={{ question: question.id }}>
                  {text(question.title)}
                </Link>
              </h2>
              {question.snippet && <p className={classes.snippet}>{question.snippet}</p>}
              <p className={classes.facts}>
                <Badge>
                  <Kind kind={question.kind} />
                </Badge>
                <span>{t('difficulty', { level: question.difficulty })}</span>
                <span>{t('common:minutes', { count: question.minutes })}</span>
                <span className={classes.tags}>{question.tags.join(' · ')}</span>
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
