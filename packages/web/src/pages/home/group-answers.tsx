/** What a candidate may say of themselves, for checking fairness: voluntary, seen by nobody, taken back at will. */
import { NativeSelect } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { GROUP_ATTRIBUTES, type GroupAttribute } from '@viva/server/client';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { groupAnswersQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import classes from './home.module.css';

/** Nothing where the opening does not ask. */
export function GroupAnswers({ candidateId }: { candidateId: string }) {
  const { t } = useTranslation(['home', 'common']);
  const { data } = useSuspenseQuery(groupAnswersQuery(candidateId));
  const save = useAction(
    (answers: Partial<Record<GroupAttribute, string | null>>) =>
      api.answerGroups({ params: { id: candidateId }, body: { answers } }),
    { says: t('groups.saved'), refresh: () => [groupAnswersQuery(candidateId).queryKey] },
  );
  if (data.asked.length === 0) return null;
  return (
    <details className={classes.groups}>
      <summary>{t('groups.title')}</summary>
      <p>{t(data.open ? 'groups.lead' : 'groups.closed')}</p>
      {data.open && (
        <div className={classes.groupFields}>
          {data.asked.map((attribute) => (
            <NativeSelect
              key={attribute}
              label={t(`common:groups.attribute.${attribute}`)}
              disabled={save.isPending}
              value={data.answers[attribute] ?? ''}
              onChange={(event) => save.mutate({ [attribute]: event.currentTarget.value || null })}
              data={[
                { value: '', label: t('groups.none') },
                ...GROUP_ATTRIBUTES[attribute].map((value) => ({
                  value,
                  label: String(t(`common:groups.value.${attribute}.${value}` as never)),
                })),
              ]}
            />
          ))}
        </div>
      )}
    </details>
  );
}
