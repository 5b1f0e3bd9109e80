/** What is held about a candidate, to be read by the candidate; and what one may do about it. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { saveBlob } from '../../ui/save-blob.ts';
import { Section } from '../../ui/section.tsx';
import { toast } from '../../ui/toast.ts';
import { AskForms, type AskPrivacy } from './ask-forms.tsx';
import classes from './privacy.module.css';

export type HeldData = Answer<'heldData'>;

interface HeldDataViewProps {
  data: HeldData;
  pdf: (lang: 'zh-CN' | 'en') => Promise<Answer<'heldDataPdf'>>;
  ask: AskPrivacy;
  onAsked: () => void;
}

const toBlob = ({ base64, type }: Answer<'heldDataPdf'>): Blob =>
  new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type });

function List({ items, none }: { items: { key: string; meta: string; content: ReactNode }[]; none: string }) {
  if (items.length === 0) return <p className={classes.none}>{none}</p>;
  return (
    <ul className={classes.list}>
      {items.map(({ key, meta, content }) => (
        <li key={key}>
          <p className={classes.meta}>{meta}</p>
          {content}
        </li>
      ))}
    </ul>
  );
}

const Said = ({ children }: { children: string }) => <p className={classes.said}>{children}</p>;

export function HeldDataView({ data, pdf, ask, onAsked }: HeldDataViewProps) {
  const { t } = useTranslation(['privacy', 'common']);
  const { text, dateTime, date, locale } = useFormat();
  const problemText = useProblemText();
  const savePdf = useMutation({
    mutationFn: () => pdf(locale),
    onSuccess: (file) => saveBlob(toBlob(file), file.name),
    onError: (error) => toast.bad(problemText(error)),
  });
  const { candidate, account, ratings, retention } = data;
  const rater = (letter: string): string => t('held.rater', { letter });
  const facts: [string, string][] = [
    [t('common:name'), candidate.name],
    [t('common:email'), candidate.email ?? t('none')],
    [t('held.account'), account ? account.email : t('none')],
    [t('held.added'), dateTime(candidate.addedAt)],
    [t('held.opening'), `${data.opening.title} (${t(`common:openingStatus.${data.opening.status}`)})`],
    ...(candidate.withdrawnAt
      ? ([[t('held.withdrawn'), `${date(candidate.withdrawnAt)} · ${candidate.withdrawnReason ?? ''}`]] as [
          string,
          string,
        ][])
      : []),
  ];
  return (
    <>
      <div className={classes.buttons}>
        <Button variant="filled" loading={savePdf.isPending} onClick={() => savePdf.mutate()}>
          {t('held.pdf')}
        </Button>
        <Button
          onClick={() =>
            saveBlob(
              new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }),
              `viva-${candidate.id}.json`,
            )
          }
        >
          {t('held.json')}
        </Button>
        <a href="/duties">{t('held.duties')}</a>
      </div>
      <Section title={t('held.person')}>
        <dl className={classes.facts}>
          {facts.map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title={t('held.sessions')}>
        <List
          none={t('none')}
          items={data.sessions.map(({ scheduledAt, minutes, place, status }) => ({
            key: scheduledAt,
            meta: `${dateTime(scheduledAt)} · ${t('common:minutes', { count: minutes })}`,
            content: (
              <p>
                {place} <Badge>{t(`common:sessionStatus.${status as 'scheduled'}`)}</Badge>
              </p>
            ),
          }))}
        />
      </Section>
      <Section title={t('held.samples')}>
        <List
          none={t('none')}
          items={data.workSamples.map(({ lab, seed, conclusion, attachedAt }) => ({
            key: attachedAt,
            meta: `${lab} · seed ${seed} · ${dateTime(attachedAt)}`,
            content: <Said>{conclusion}</Said>,
          }))}
        />
      </Section>
      {data.transcripts.length > 0 && (
        <Section title={t('held.transcripts')}>
          <List
            none={t('none')}
            items={data.transcripts.map(({ question, body, at }) => ({
              key: `${question} ${at}`,
              meta: `${question} · ${dateTime(at)}`,
              content: <Said>{body}</Said>,
            }))}
          />
        </Section>
      )}
      <Section
        title={t('held.ratings')}
        lead={ratings.state === 'sealed' ? t('held.sealed') : t('held.open')}
      >
        {ratings.state === 'available' && (
          <List
            none={t('none')}
            items={[
              ...ratings.items.map((item, n) => ({
                key: `rating ${n}`,
                meta: `${rater(item.rater)} · ${item.question} · ${dateTime(item.at)}`,
                content: (
                  <>
                    <p>
                      <strong>
                        {item.score === null
                          ? t('held.notAsked', { reason: item.notAsked ?? '' })
                          : t('held.score', { score: item.score })}
                      </strong>{' '}
                      {item.kind === 'amendment' && <Badge>{t('held.amendment')}</Badge>}
                    </p>
                    {item.evidence && <Said>{item.evidence}</Said>}
                    {item.reason && <Said>{t('held.because', { reason: item.reason })}</Said>}
                  </>
                ),
              })),
              ...ratings.notes.map(({ rater: letter, body }, n) => ({
                key: `note ${n}`,
                meta: `${rater(letter)} · ${t('held.note')}`,
                content: <Said>{body}</Said>,
              })),
              ...ratings.comments.map(({ body, at }, n) => ({
                key: `comment ${n}`,
                meta: `${t('held.comment')} · ${dateTime(at)}`,
                content: <Said>{body}</Said>,
              })),
            ]}
          />
        )}
      </Section>
      <Section title={t('held.decisions')}>
        <List
          none={t('none')}
          items={data.decisions.map(({ outcome, reason, at }) => ({
            key: at,
            meta: `${t(`common:outcome.${outcome}`)} · ${dateTime(at)}`,
            content: <Said>{reason}</Said>,
          }))}
        />
      </Section>
      {data.groupAnswers.length > 0 && (
        <Section title={t('held.groups')} lead={t('held.groupsLead')}>
          <List
            none={t('none')}
            items={data.groupAnswers.map(({ attribute, value }) => ({
              key: attribute,
              meta: attribute,
              content: <Said>{value}</Said>,
            }))}
          />
        </Section>
      )}
      {data.practice.length > 0 && (
        <Section title={t('held.practice')} lead={t('held.practiceLead')}>
          <List
            none={t('none')}
            items={data.practice.map(({ kit, createdAt, text: turns }) => ({
              key: createdAt,
              meta: `${text(kit)} · ${dateTime(createdAt)}`,
              content: <Said>{turns.join('\n')}</Said>,
            }))}
          />
        </Section>
      )}
      <Section title={t('held.ai')} lead={t('held.aiLead')}>
        <List
          none={t('held.aiNone')}
          items={data.aiUse.map(({ feature, model, server, at, counted, detail }, n) => ({
            key: `${feature} ${n}`,
            meta: `${dateTime(at)} · ${detail}`,
            content: (
              <p>
                {t(feature === 'practice' ? 'held.aiPractice' : 'held.aiRating')}{' '}
                {t('held.aiModel', {
                  model: model ?? t('held.aiUnnamed'),
                  server: server ?? t('held.aiStayed'),
                })}{' '}
                <Badge tone={counted ? 'warn' : 'plain'}>
                  {t(counted ? 'held.aiCounted' : 'held.aiNotCounted')}
                </Badge>
              </p>
            ),
          }))}
        />
      </Section>
      <Section title={t('held.retention')} lead={t('held.retentionLead', { days: retention.eraseAfterDays })}>
        <p>
          {retention.held
            ? t('held.onHold')
            : retention.erasedOn
              ? t('held.erasedOn', { when: date(retention.erasedOn) })
              : t('held.notYet')}
        </p>
      </Section>
      <Section title={t('ask.title')} lead={t('ask.lead')}>
        <List
          none={t('ask.none')}
          items={data.requests.map(({ id, kind, status, body, answer, askedAt }) => ({
            key: id,
            meta: `${t(`requests.kind.${kind}`)} · ${dateTime(askedAt)}`,
            content: (
              <>
                <Badge tone={status === 'open' ? 'accent' : 'plain'}>{t(`requests.status.${status}`)}</Badge>
                {body && <Said>{body}</Said>}
                {answer && <Said>{t('ask.answer', { answer })}</Said>}
              </>
            ),
          }))}
        />
        <AskForms
          ask={ask}
          onAsked={onAsked}
          erasureOpen={data.requests.some(({ kind, status }) => kind === 'erasure' && status === 'open')}
        />
      </Section>
      <Section title={t('held.log')} lead={t('held.logLead')}>
        <ul className={classes.meta}>
          {data.log.map(({ action, at }, n) => (
            <li key={n}>
              {dateTime(at)} · <code>{action}</code>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
