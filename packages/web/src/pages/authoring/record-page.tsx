/** A question's record: its versions, what uses them, what ratings say, and what happened. */
import { Button } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AuthoredQuestion, api, type QuestionVersion } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { saveBlob } from '../../ui/save-blob.ts';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import classes from './authoring.module.css';
import { EditLink } from './edit-link.tsx';
import { authoredQuestionQuery } from './queries.ts';
import { StateBadge } from './state-badge.tsx';
import { StatisticsPanel, useVersionName } from './statistics-panel.tsx';

const route = getRouteApi('/layout/authoring/questions/$question');

export function RecordPage() {
  const { t } = useTranslation('authoring');
  const { question: id } = route.useParams();
  const { data: question } = useSuspenseQuery(authoredQuestionQuery(id));
  const { text } = useFormat();
  const offered = question.versions.some(({ current }) => current);
  return (
    <>
      <PageHeader
        title={text(question.title)}
        trail={
          <>
            <Link to="/authoring">{t('title')}</Link>
            {offered && (
              <>
                <span aria-hidden>/</span>
                <Link to="/bank/questions/$question" params={{ question: id }}>
                  {t('record.read')}
                </Link>
              </>
            )}
          </>
        }
        badges={!offered && <Badge tone="warn">{t('record.notOffered')}</Badge>}
        lead={<p className={classes.id}>{id}</p>}
        actions={offered && <EditLink question={id} />}
      />
      {question.live && (
        <p className={classes.note}>
          {t('record.live', { name: question.live.author.name })}{' '}
          <Link to="/authoring/proposals/$proposalId" params={{ proposalId: question.live.id }}>
            {t('record.openLive')}
          </Link>{' '}
          <StateBadge state={question.live.state} />
        </p>
      )}
      <Versions question={question} />
      <StatisticsPanel question={id} />
      <Uses question={question} />
      <History question={question} />
    </>
  );
}

function Versions({ question }: { question: AuthoredQuestion }) {
  const { t } = useTranslation('authoring');
  const { date } = useFormat();
  const versionName = useVersionName();
  const [deciding, setDeciding] = useState<{ version: number; retire: boolean } | null>(null);
  const decide = useAction(
    (reason: string) => {
      const { version = 0, retire = true } = deciding ?? {};
      const input = {
        params: { question: question.question, version: String(version) },
        body: { reason },
      };
      return retire ? api.retireVersion(input) : api.restoreVersion(input);
    },
    {
      refresh: () => [['authoring'], ['question', question.question], ['questions'], ['kits'], ['kit']],
      done: () => setDeciding(null),
    },
  );
  const save = useAction(async ({ version }: QuestionVersion) => {
    const folder = await api.questionFolder({
      params: { question: question.question, version: String(version) },
    });
    saveBlob(
      new Blob([JSON.stringify(folder, null, 2)], { type: 'application/json' }),
      `${question.question}-v${version}.json`,
    );
  });
  return (
    <Section title={t('record.versions')} lead={t('record.versionsLead')}>
      <ol className={classes.versions}>
        {question.versions.map((one) => (
          <li key={`${one.version}`}>
            <div className={classes.versionHead}>
              <strong>{versionName(one.version)}</strong>
              {one.current && <Badge tone="good">{t('record.current')}</Badge>}
              {one.retired && <Badge tone="warn">{t('record.retired')}</Badge>}
              <span className={classes.muted}>{t('record.pinned', { count: one.openings })}</span>
              <span className={classes.versionActions}>
                <Button
                  data-size="compact"
                  leftSection={<Download size={13} aria-hidden />}
                  aria-label={t('record.filesOf', { version: versionName(one.version) })}
                  onClick={() => save.mutate(one)}
                >
                  {t('record.files')}
                </Button>
                {one.version > 0 && (
                  <Button
                    data-size="compact"
                    onClick={() => setDeciding({ version: one.version, retire: one.retired === null })}
                  >
                    {one.retired ? t('record.restore') : t('record.retire')}
                  </Button>
                )}
              </span>
            </div>
            {one.summary && <p>{one.summary}</p>}
            {one.author && one.publishedAt && (
              <p className={classes.muted}>
                {t('record.written', {
                  author: one.author,
                  reviewer: one.publishedBy ?? '',
                  date: date(one.publishedAt),
                })}{' '}
                {one.proposal && (
                  <Link to="/authoring/proposals/$proposalId" params={{ proposalId: one.proposal }}>
                    {t('record.review')}
                  </Link>
                )}
              </p>
            )}
            {one.retired && (
              <p className={classes.muted}>
                {t('record.retiredBy', { name: one.retired.by, date: date(one.retired.at) })}
                {' · '}
                {one.retired.reason}
              </p>
            )}
            <p className={classes.hash}>{one.hash}</p>
          </li>
        ))}
      </ol>
      <ReasonDialog
        open={deciding !== null}
        onClose={() => setDeciding(null)}
        title={deciding?.retire ? t('record.retireTitle') : t('record.restoreTitle')}
        action={deciding?.retire ? t('record.retire') : t('record.restore')}
        variant={deciding?.retire ? 'seal' : 'filled'}
        busy={decide.isPending}
        onConfirm={(reason) => decide.mutate(reason)}
      >
        <p>{deciding?.retire ? t('record.retireBody') : t('record.restoreBody')}</p>
      </ReasonDialog>
    </Section>
  );
}

function Uses({ question }: { question: AuthoredQuestion }) {
  const { t } = useTranslation(['authoring', 'common']);
  const { text } = useFormat();
  const versionName = useVersionName();
  return (
    <Section title={t('record.use')}>
      {question.kits.length > 0 && (
        <p>
          {t('record.kits')}{' '}
          {question.kits.map(({ id, title }, index) => (
            <span key={id}>
              {index > 0 && ' · '}
              <Link to="/bank/kits/$kit" params={{ kit: id }}>
                {text(title)}
              </Link>
            </span>
          ))}
        </p>
      )}
      {question.openings.length === 0 ? (
        <p className={classes.muted}>{t('record.noOpening')}</p>
      ) : (
        <table className={`${table.table} ${table.cards}`}>
          <caption className="sr-only">{t('record.use')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('record.opening')}</th>
              <th scope="col">{t('columns.state')}</th>
              <th scope="col">{t('stats.version')}</th>
            </tr>
          </thead>
          <tbody>
            {question.openings.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <Link to="/openings/$openingId" params={{ openingId: one.id }}>
                    {one.title}
                  </Link>
                </th>
                <td data-label={t('columns.state')}>{t(`common:openingStatus.${one.status}`)}</td>
                <td data-label={t('stats.version')}>{versionName(one.version)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

/** From the audit log, newest first. */
function History({ question }: { question: AuthoredQuestion }) {
  const { t, i18n } = useTranslation('authoring');
  const { dateTime } = useFormat();
  return (
    <Section title={t('history.title')} lead={t('history.lead')}>
      {question.history.length === 0 ? (
        <p className={classes.muted}>{t('history.none')}</p>
      ) : (
        <ol className={classes.events}>
          {question.history.map((entry, index) => {
            const name = entry.action.replace('.', '_');
            const { reason, version } = entry.detail;
            return (
              <li key={`${entry.at} ${entry.action} ${index}`}>
                <p className={classes.eventHead}>
                  <strong>{entry.actor}</strong>{' '}
                  {i18n.exists(`history.actions.${name}`, { ns: 'authoring' })
                    ? t(`history.actions.${name as 'question_drafted'}`)
                    : entry.action}
                  {typeof version === 'number' && ` · ${t('isVersion', { version })}`}
                  <time dateTime={entry.at}>{dateTime(entry.at)}</time>
                </p>
                {typeof reason === 'string' && <p className={classes.eventBody}>{reason}</p>}
              </li>
            );
          })}
        </ol>
      )}
    </Section>
  );
}
