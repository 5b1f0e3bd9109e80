/** One search over questions, openings, candidates, and the evidence that one may read. */
import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { searchQuery } from '../../api/queries.ts';
import { Loading } from '../../ui/loading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import bank from '../bank/bank.module.css';

const KINDS = ['question', 'opening', 'candidate', 'rating', 'note'] as const;

export function SearchPage() {
  const { t } = useTranslation('search');
  const { q = '' }: { q?: string | undefined } = useSearch({ from: '/layout/search' });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(q);
  const { data: hits, isLoading } = useQuery(searchQuery(q));
  return (
    <>
      <PageHeader title={t('title')} lead={<p>{t('lead')}</p>} />
      <search>
        <form
          className={bank.filters}
          onSubmit={(event) => {
            event.preventDefault();
            void navigate({ to: '/search', search: { q: typed.trim() || undefined } });
          }}
        >
          <TextInput
            type="search"
            aria-label={t('title')}
            placeholder={t('hint')}
            leftSection={<Search size={15} aria-hidden />}
            maxLength={300}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            className={bank.grow ?? ''}
          />
          <Button type="submit" variant="filled">
            {t('go')}
          </Button>
        </form>
      </search>
      {isLoading && <Loading />}
      {hits?.length === 0 && (
        <Notice inline title={t('none', { q })}>
          <p>{t('noneBody')}</p>
        </Notice>
      )}
      {KINDS.map((kind) => {
        const own = hits?.filter((hit) => hit.kind === kind) ?? [];
        if (own.length === 0) return null;
        return (
          <Section key={kind} title={t(`kinds.${kind}`)}>
            <ul className={bank.list}>
              {own.map((hit) => (
                <li key={hit.id} className={bank.item}>
                  <h3 className={bank.itemTitle}>
                    <a
                      href={hit.href}
                      onClick={(event) => {
                        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                        event.preventDefault();
                        void navigate({ href: hit.href });
                      }}
                    >
                      {hit.title}
                    </a>
                  </h3>
                  {hit.snippet && <p className={bank.snippet}>{hit.snippet}</p>}
                </li>
              ))}
            </ul>
          </Section>
        );
      })}
    </>
  );
}
