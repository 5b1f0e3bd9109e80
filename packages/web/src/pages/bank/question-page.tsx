/** One question: what to ask, what a good answer holds, and what earns each scale point. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Question } from '../../api/client.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useLocale } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { InlineMarkdown, Markdown } from '../../ui/markdown.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { EditLink } from '../authoring/edit-link.tsx';
import { StatisticsPanel } from '../authoring/statistics-panel.tsx';
import { Kind } from '../openings/question-kind.tsx';
import classes from './bank.module.css';
import { Citation } from './citation.tsx';
import { questionQuery } from './queries.ts';
import { ClaimCheck, QuestionLab } from './question-lab.tsx';

type Lang = 'zh-CN' | 'en';

export function QuestionPage() {
  const { t } = useTranslation(['bank', 'common', 'authoring']);
  const { question: id } = useParams({ from: '/layout/bank/questions/$question' });
  const { data: question } = useSuspenseQuery(questionQuery(id));
  const locale = useLocale();
  const mayEdit = leads(useMe());
  const [chosen, setChosen] = useState<Lang | null>(null);
  const lang = chosen ?? locale;
  const text = question.text[lang];

  return (
    <>
      <PageHeader
        title={text.title}
        trail={<Link to="/bank">{t('title')}</Link>}
        badges={
          <Badge>
            <Kind kind={question.kind} />
          </Badge>
        }
        lead={
          <p className={classes.facts}>
            <span>{t('difficulty', { level: question.difficulty })}</span>
            <span>{t('common:minutes', { count: question.minutes })}</span>
            <span className={classes.tags}>{question.tags.join(' · ')}</span>
          </p>
        }
        actions={
          <>
            {mayEdit && <EditLink question={id} />}
            <Segmented<Lang>
              name="question-language"
              label={t('language')}
              value={lang}
              onChange={setChosen}
              options={[
                { value: 'zh-CN', label: '中文', lang: 'zh-CN' },
                { value: 'en', label: 'English', lang: 'en' },
              ]}
            />
          </>
        }
      />
      <div className={classes.reading}>
        <div>
          <Section title={t('prompt')}>
            <Markdown lang={lang}>{text.prompt}</Markdown>
          </Section>
          <Section title={t('answer')} lead={t('answerLead')}>
            <Markdown lang={lang}>{text.answer}</Markdown>
          </Section>
          {text.parallel && (
            <Section title={t('parallel')} lead={t('parallelLead')}>
              <Markdown lang={lang}>{text.parallel}</Markdown>
            </Section>
          )}
          <Claims question={question} lang={lang} />
        </div>
        <div>
          <QuestionLab question={question} lang={lang} />
          <Section title={t('anchors')} lead={t('anchorsLead')}>
            <ol className={classes.anchors} lang={lang}>
              {text.anchors.map((anchor, index) => (
                <li key={anchor} className={classes.anchor}>
                  <span className={classes.point}>{index + 1}</span>
                  <span>
                    <InlineMarkdown>{anchor}</InlineMarkdown>
                  </span>
                </li>
              ))}
            </ol>
          </Section>
          <Points title={t('probes')} points={text.probes} lang={lang} />
          <Points title={t('mistakes')} points={text.mistakes} lang={lang} />
          <Points title={t('fair')} points={text.fair} lang={lang} />
        </div>
      </div>
      {mayEdit && <StatisticsPanel question={id} />}
      {mayEdit && (
        <p>
          <Link to="/authoring/questions/$question" params={{ question: id }}>
            {t('authoring:record.link')}
          </Link>
        </p>
      )}
    </>
  );
}

function Points({ title, points, lang }: { title: string; points: readonly string[]; lang: Lang }) {
  return (
    <Section title={title}>
      <ul className={classes.probes} lang={lang}>
        {points.map((point) => (
          <li key={point}>
            <InlineMarkdown>{point}</InlineMarkdown>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What the answer claims, and what each claim rests on. */
function Claims({ question, lang }: { question: Question; lang: Lang }) {
  const { t } = useTranslation('bank');
  if (question.claims.length === 0 && question.sources.length === 0) return null;
  const number = new Map(question.sources.map(({ id }, index) => [id, index + 1]));
  return (
    <>
      {question.claims.length > 0 && (
        <Section title={t('claims')} lead={t('claimsLead')}>
          <ul className={classes.claims} lang={lang}>
            {question.claims.map(({ id, text, source, at, check }) => (
              <li key={id}>
                <InlineMarkdown>{text[lang]}</InlineMarkdown>{' '}
                {source && (
                  <span className={classes.support}>
                    [{[number.get(source), at].filter(Boolean).join(', ')}]
                  </span>
                )}
                {check && <ClaimCheck check={check} />}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={t('sources')}>
        <ol className={classes.sources}>
          {question.sources.map((source) => (
            <li key={source.id}>
              <Citation source={source} />
            </li>
          ))}
        </ol>
      </Section>
    </>
  );
}
