/** Practice: begin one, go on with one, and how levels have moved. */
import { Button, NativeSelect, NumberInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { Locale } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Answer, api } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { ModelStatus } from '../assistant/model-status.tsx';
import { assistantQuery } from '../assistant/queries.ts';
import classes from './practice.module.css';
import { practiceKitsQuery, practicesQuery } from './queries.ts';

type Summary = Answer<'listPractices'>['items'][number];

export function PracticesPage() {
  const { t } = useTranslation('practice');
  const { text, date } = useFormat();
  const { data: assistant } = useSuspenseQuery(assistantQuery);
  const { data: practices } = useSuspenseQuery(practicesQuery);
  return (
    <>
      <PageHeader title={t('title')} lead={t('lead')} />
      {assistant.state === 'none' ? (
        <Notice inline title={t('noModel')} />
      ) : (
        <>
          <ModelStatus />
          <Begin />
        </>
      )}
      <Progress practices={practices} />
      <Section title={t('earlier')}>
        {practices.length === 0 ? (
          <p className={classes.muted}>{t('none')}</p>
        ) : (
          <ul className={classes.list}>
            {practices.map(({ id, kitTitle, createdAt, finishedAt, rounds }) => (
              <li key={id}>
                <time dateTime={createdAt}>{date(createdAt)}</time>
                <div className={classes.rounds}>
                  <strong>{text(kitTitle)}</strong>
                  {rounds.map(({ question, title, level, done }) => (
                    <span key={question}>
                      {title}
                      <b>{level !== null ? t('level', { level }) : t(done ? 'skipped' : 'unfinished')}</b>
                    </span>
                  ))}
                </div>
                <Link to="/practice/$practice" params={{ practice: id }}>
                  {t(finishedAt ? 'look' : 'open')}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}

function Begin() {
  const { t } = useTranslation('practice');
  const { text, locale } = useFormat();
  const navigate = useNavigate();
  const { data: kits } = useSuspenseQuery(practiceKitsQuery);
  const open = kits.filter(({ questions }) => questions > 0);
  const [kit, setKit] = useState(open[0]?.id ?? '');
  const [count, setCount] = useState(3);
  const [language, setLanguage] = useState<Locale>(locale);
  const begin = useAction(() => api.beginPractice({ body: { kit, locale: language, questions: count } }), {
    refresh: () => [practicesQuery.queryKey],
    done: ({ id }) => void navigate({ to: '/practice/$practice', params: { practice: id } }),
  });
  return (
    <Section title={t('begin')}>
      <form
        className={classes.begin}
        onSubmit={(event) => {
          event.preventDefault();
          begin.mutate();
        }}
      >
        <NativeSelect
          label={t('kit')}
          value={kit}
          onChange={(event) => setKit(event.currentTarget.value)}
          data={open.map(({ id, title, questions }) => ({
            value: id,
            label: `${text(title)} · ${t('available', { count: questions })}`,
          }))}
        />
        <NumberInput
          label={t('questions')}
          min={1}
          max={8}
          allowDecimal={false}
          value={count}
          onChange={(value) => typeof value === 'number' && setCount(value)}
        />
        <NativeSelect
          label={t('language')}
          value={language}
          onChange={(event) => setLanguage(event.currentTarget.value as Locale)}
          data={[
            { value: 'zh-CN', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
        <Button type="submit" variant="filled" loading={begin.isPending} disabled={kit === ''}>
          {t('begin')}
        </Button>
      </form>
      <p className={classes.muted}>{t('reserved')}</p>
    </Section>
  );
}

/** Removing is offered where one looks back, so that nothing is lost by a slip in a list. */
export function RemovePractice({ id }: { id: string }) {
  const { t } = useTranslation('practice');
  const navigate = useNavigate();
  const remove = useAction(() => api.removePractice({ params: { id } }), {
    refresh: () => [practicesQuery.queryKey],
    says: t('removed'),
    done: () => void navigate({ to: '/practice' }),
  });
  return (
    <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
      {t('remove')}
    </Button>
  );
}

interface Course {
  title: string;
  levels: number[];
}

/** Levels of each question that was practised, oldest first; 0 where no anchor was met. */
export function coursesOf(practices: readonly Summary[]): Map<string, Course> {
  const courses = new Map<string, Course>();
  for (const { rounds } of [...practices].reverse())
    for (const { question, title, level, done } of rounds) {
      if (!done || level === null) continue;
      const course = courses.get(question) ?? { title, levels: [] };
      course.levels.push(level);
      courses.set(question, course);
    }
  return courses;
}

function Progress({ practices }: { practices: readonly Summary[] }) {
  const { t } = useTranslation('practice');
  const courses = coursesOf(practices);
  if (courses.size === 0) return null;
  return (
    <Section title={t('progress')}>
      <ul className={classes.progress}>
        {[...courses].map(([question, { title, levels }]) => (
          <li key={question}>
            <span>{title}</span>
            <Spark levels={levels} label={t('progressPicture', { level: levels.at(-1) ?? 0 })} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Spark({ levels, label }: { levels: readonly number[]; label: string }) {
  const x = (at: number): number => 6 + (84 * at) / Math.max(1, levels.length - 1);
  const y = (level: number): number => 27 - 4.8 * level;
  return (
    <svg className={classes.spark} viewBox="0 0 96 30" role="img" aria-label={label}>
      {[1, 3, 5].map((level) => (
        <line key={level} x1={0} x2={96} y1={y(level)} y2={y(level)} />
      ))}
      <polyline points={levels.map((level, at) => `${x(at)},${y(level)}`).join(' ')} />
      {levels.map((level, at) => (
        <circle key={at} cx={x(at)} cy={y(level)} r={2.5} />
      ))}
    </svg>
  );
}
