/** A candidate's own data, by the account. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { heldDataQuery } from '../../api/queries.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { HeldDataView } from './held-data-view.tsx';

const route = getRouteApi('/layout/applications/$candidateId/data');

export function MyDataPage() {
  const { t } = useTranslation(['privacy', 'common']);
  const { candidateId } = route.useParams();
  const client = useQueryClient();
  const query = heldDataQuery(candidateId);
  const { data } = useSuspenseQuery(query);
  const params = { id: candidateId };
  return (
    <>
      <PageHeader
        title={t('held.title')}
        trail={<Link to="/">{t('common:nav.applications')}</Link>}
        lead={<p>{t('held.lead')}</p>}
      />
      <HeldDataView
        data={data}
        pdf={(lang) => api.heldDataPdf({ params, query: { lang } })}
        ask={(body) => api.askPrivacy({ params, body })}
        onAsked={() => void client.invalidateQueries({ queryKey: query.queryKey })}
      />
    </>
  );
}
