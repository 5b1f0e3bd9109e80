/** Who answers, and where text goes: said on every page that uses the model. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../app/me.tsx';
import classes from './assistant.module.css';
import { assistantQuery } from './queries.ts';

export function ModelStatus() {
  const { t } = useTranslation('assistant');
  const me = useMe();
  const { data } = useSuspenseQuery(assistantQuery);
  const words =
    data.state === 'none'
      ? t('status.none')
      : data.state === 'faulty'
        ? t('status.faulty', { problem: data.problem ?? '' })
        : data.host === null
          ? t('status.local', { model: data.model ?? '' })
          : t('status.remote', { model: data.model ?? '', host: data.host });
  return (
    <p className={classes.status} data-state={data.state}>
      {words}{' '}
      {data.search === null
        ? data.embeddings && t('status.embeddings')
        : data.search.state === 'vectors'
          ? t('status.embeddings')
          : data.search.state === 'indexing'
            ? t('status.indexing', { done: data.search.done, total: data.search.total })
            : data.search.state === 'failed'
              ? t('status.failed', { problem: data.search.problem ?? '' })
              : t('status.waiting')}{' '}
      {me.role === 'owner' && (
        <Link to="/assistant/model">{t(data.state === 'none' ? 'status.setUp' : 'status.change')}</Link>
      )}
    </p>
  );
}
