/** One proposal: written by its author, read and decided on by somebody else. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { QuestionContent } from '@viva/bank/authoring';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Proposal } from '../../api/client.ts';
import { useAuthoringQueue } from '../../drafts/authoring-drafts.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { TabNav } from '../../ui/tab-nav.tsx';
import classes from './authoring.module.css';
import { Differences } from './differences.tsx';
import { Discussion } from './discussion.tsx';
import { FindingList } from './editor/finding-list.tsx';
import { useEditor } from './editor/use-editor.ts';
import { WriteView } from './editor/write-view.tsx';
import { ProposalActions } from './proposal-actions.tsx';
import { proposalQuery } from './queries.ts';
import { ReadingView } from './reading-view.tsx';
import { StateBadge } from './state-badge.tsx';

const route = getRouteApi('/layout/authoring/proposals/$proposalId');

export function ProposalPage() {
  const { proposalId } = route.useParams();
  const { data: proposal } = useSuspenseQuery(proposalQuery(proposalId));
  const queue = useAuthoringQueue();
  // Once it is decided there is nothing left to save.
  const over = proposal.state === 'published' || proposal.state === 'withdrawn';
  useEffect(() => {
    if (over) queue.forget(proposalId);
  }, [over, queue, proposalId]);
  return <ProposalView key={proposal.id} proposal={proposal} />;
}

function ProposalView({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation('authoring');
  const { text } = useFormat();
  const editor = useEditor(proposal);
  const writes = proposal.may.includes('edit');
  const { view = writes ? 'write' : 'changes' } = route.useSearch();
  const views = (['write', 'changes', 'read', 'discussion'] as const).filter(
    (one) => one !== 'write' || writes,
  );
  const shown = view === 'write' && !writes ? 'changes' : view;
  const content = writes ? editor.content : (proposal.content as QuestionContent);
  const title = text({ 'zh-CN': content.text['zh-CN'].title, en: content.text.en.title });
  return (
    <div className={classes.page}>
      <PageHeader
        title={title || proposal.question}
        trail={
          <>
            <Link to="/authoring">{t('title')}</Link>
            {proposal.base && (
              <>
                <span aria-hidden>/</span>
                <Link to="/authoring/questions/$question" params={{ question: proposal.question }}>
                  {t('record.link')}
                </Link>
              </>
            )}
          </>
        }
        badges={<StateBadge state={proposal.state} />}
        lead={
          <p className={classes.facts}>
            <span className={classes.id}>{proposal.question}</span>
            <span>{t('by', { name: proposal.author.name })}</span>
            <span>
              {proposal.base
                ? proposal.base.version === 0
                  ? t('basedOnFolder')
                  : t('basedOn', { version: proposal.base.version })
                : t('isNew')}
            </span>
            {proposal.version !== null && <span>{t('isVersion', { version: proposal.version })}</span>}
          </p>
        }
        actions={<ProposalActions proposal={proposal} errors={writes ? editor.findings.errors : 0} />}
      />
      {proposal.baseMoved && <p className={classes.warning}>{t('baseMoved')}</p>}
      {proposal.state === 'proposed' && !proposal.may.includes('review') && (
        <p className={classes.note}>{t('awaiting')}</p>
      )}
      {proposal.state === 'proposed' && proposal.summary && (
        <blockquote className={classes.summary}>{proposal.summary}</blockquote>
      )}
      <TabNav label={t('views.label')}>
        {views.map((name) => (
          <Link
            key={name}
            to="/authoring/proposals/$proposalId"
            params={{ proposalId: proposal.id }}
            search={{ view: name }}
            className={name === shown ? 'active' : ''}
            {...(name === shown ? { 'aria-current': 'page' as const } : {})}
            activeOptions={{ exact: true, includeSearch: true }}
            resetScroll={false}
          >
            {t(`views.${name}`)}
            {name === 'discussion' && proposal.events.length > 0 && (
              <span className="count">{proposal.events.length}</span>
            )}
          </Link>
        ))}
      </TabNav>
      {shown === 'write' && <WriteView editor={editor} />}
      {shown === 'changes' && (
        <>
          <p className={classes.muted}>{proposal.base ? t('changesLead') : t('changesNew')}</p>
          <Differences
            before={(proposal.base?.content as QuestionContent | undefined) ?? null}
            after={content}
          />
          {!writes && <FindingList findings={editor.findings.all} />}
        </>
      )}
      {shown === 'read' && <ReadingView content={content} />}
      {shown === 'discussion' && <Discussion proposal={proposal} />}
    </div>
  );
}
