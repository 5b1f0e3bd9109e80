/** What revealed ratings say of a question: difficulty and fit, anchors never given, drift between raters. */
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { QuestionStatistics } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import classes from './authoring.module.css';
import { statisticsQuery } from './queries.ts';

/** Mean squares within these are productive for measurement (Linacre 2002). */
const FIT = { low: 0.5, high: 1.5 };
const DRIFTED = 0.05;

export function StatisticsPanel({ question }: { question: string }) {
  const { t } = useTranslation('authoring');
  const problemText = useProblemText();
  const { data, error } = useQuery(statisticsQuery(question));
  return (
    <Section title={t('stats.title')} lead={t('stats.lead')}>
      {error ? (
        <p role="alert" className={classes.problem}>
          {problemText(error)}
        </p>
      ) : data ? (
        <Figures data={data} />
      ) : (
        <Loading />
      )}
    </Section>
  );
}

function Figures({ data }: { data: QuestionStatistics }) {
  const { t } = useTranslation('authoring');
  const { text } = useFormat();
  if (data.basis === 'none') return <p className={classes.muted}>{t('stats.none')}</p>;
  return (
    <>
      <p>
        {t('stats.over', {
          ratings: data.ratings,
          candidates: data.candidates,
          raters: data.raters,
          count: data.openings,
        })}
        {data.notAsked > 0 && ` ${t('stats.notAsked', { count: data.notAsked })}`}
      </p>
      {data.statements.length > 0 && (
        <ul className={classes.statements}>
          {data.statements.map((one) => (
            <li key={one.code} data-level={one.level}>
              {text(one.text)}
            </li>
          ))}
        </ul>
      )}
      <Versions data={data} />
      <Anchors data={data} />
      <People data={data} />
    </>
  );
}

type Estimate = { value: number; lower: number; upper: number };

/** A figure with its interval, or why there is none. */
function useEstimate(): (estimate: Estimate | null) => string {
  const { number } = useFormat();
  return (estimate) =>
    estimate
      ? `${signed(number(estimate.value, 2), estimate.value)} [${number(estimate.lower, 2)}; ${number(estimate.upper, 2)}]`
      : '—';
}
const signed = (text: string, value: number): string => (value > 0 ? `+${text}` : text);

function Versions({ data }: { data: QuestionStatistics }) {
  const { t } = useTranslation('authoring');
  const { number } = useFormat();
  const estimate = useEstimate();
  const versionName = useVersionName();
  const model = data.basis === 'model';
  const fit = (value: number | null, z: number | null) => {
    if (value === null) return '—';
    const odd = value > FIT.high ? 'noisy' : value < FIT.low ? 'muted' : null;
    return (
      <span>
        {number(value, 2)} {z !== null && <span className={table.muted}>z {number(z, 1)}</span>}{' '}
        {odd && <Badge tone="warn">{t(`stats.${odd}`)}</Badge>}
      </span>
    );
  };
  return (
    <>
      <h3 className={classes.subhead}>{t('stats.difficulty')}</h3>
      <p className={classes.muted}>{t(model ? 'stats.difficultyLead' : 'stats.difficultyNone')}</p>
      <div className={table.scroll}>
        <table className={`${table.table} ${table.cards}`}>
          <thead>
            <tr>
              <th scope="col">{t('stats.version')}</th>
              <th scope="col" className={table.number}>
                {t('stats.ratings')}
              </th>
              <th scope="col" className={table.number}>
                {t('stats.mean')}
              </th>
              {model && (
                <>
                  <th scope="col" className={table.number}>
                    {t('stats.logits')}
                  </th>
                  <th scope="col" className={table.number}>
                    {t('stats.fair')}
                  </th>
                  <th scope="col" className={table.number}>
                    Infit
                  </th>
                  <th scope="col" className={table.number}>
                    Outfit
                  </th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {data.versions.map((one) => (
              <tr key={one.hash}>
                <th scope="row">{versionName(one.version)}</th>
                <td data-label={t('stats.ratings')} className={table.number}>
                  {one.ratings}
                </td>
                <td data-label={t('stats.mean')} className={table.number}>
                  {number(one.mean, 2)}
                </td>
                {model && (
                  <>
                    <td data-label={t('stats.logits')} className={table.number}>
                      {estimate(one.difficulty)}
                    </td>
                    <td data-label={t('stats.fair')} className={table.number}>
                      {number(one.fairAverage, 2)}
                    </td>
                    <td data-label="Infit" className={table.number}>
                      {fit(one.infit, one.infitZ)}
                    </td>
                    <td data-label="Outfit" className={table.number}>
                      {fit(one.outfit, one.outfitZ)}
                    </td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** What a version is called: its number, the folder's, or one that is nowhere any more. */
export function useVersionName(): (version: number | null) => string {
  const { t } = useTranslation('authoring');
  return (version) =>
    version === null ? t('stats.lost') : version === 0 ? t('folder') : t('isVersion', { version });
}

function Anchors({ data }: { data: QuestionStatistics }) {
  const { t } = useTranslation('authoring');
  const { percent } = useFormat();
  const most = Math.max(1, ...data.anchors.map(({ count }) => count));
  return (
    <>
      <h3 className={classes.subhead}>{t('stats.anchors')}</h3>
      <ul className={classes.used}>
        {data.anchors.map(({ point, count, atMost }) => (
          <li key={point}>
            <span className={classes.usedPoint}>{point}</span>
            <meter
              className={classes.meter}
              min={0}
              max={most}
              value={count}
              aria-label={t('stats.given', { point, count })}
            />
            <span>
              {count}
              {atMost !== null && (
                <span className={classes.muted}>
                  {' '}
                  {t(atMost > 0.1 ? 'stats.neverFew' : 'stats.never', { share: percent(atMost) })}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function People({ data }: { data: QuestionStatistics }) {
  const { t } = useTranslation('authoring');
  const { number, date } = useFormat();
  const estimate = useEstimate();
  const model = data.people.some(({ severity }) => severity !== null);
  if (data.people.length === 0) return null;
  return (
    <>
      <h3 className={classes.subhead}>{t('stats.people')}</h3>
      <p className={classes.muted}>
        {model ? t('stats.peopleLead') : t('stats.peoplePlain')}
        {model && data.split && ` ${t('stats.split', { date: date(data.split) })}`}
      </p>
      <div className={table.scroll}>
        <table className={`${table.table} ${table.cards}`}>
          <thead>
            <tr>
              <th scope="col">{t('stats.rater')}</th>
              <th scope="col" className={table.number}>
                {t('stats.ratings')}
              </th>
              {model ? (
                (['severity', 'early', 'late', 'drift'] as const).map((name) => (
                  <th key={name} scope="col" className={table.number}>
                    {t(`stats.${name}`)}
                  </th>
                ))
              ) : (
                <th scope="col" className={table.number}>
                  {t('stats.difference')}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {data.people.map((one) => (
              <tr key={one.raterId}>
                <th scope="row">{one.name}</th>
                <td data-label={t('stats.ratings')} className={table.number}>
                  {one.ratings}
                </td>
                {model ? (
                  <>
                    {(['severity', 'early', 'late'] as const).map((name) => (
                      <td key={name} data-label={t(`stats.${name}`)} className={table.number}>
                        {estimate(one[name])}
                      </td>
                    ))}
                    <td data-label={t('stats.drift')} className={table.number}>
                      {one.drift ? estimate(one.drift) : t('stats.tooFew')}{' '}
                      {one.drift && one.drift.pAdjusted < DRIFTED && (
                        <Badge tone="warn">{t(one.drift.value > 0 ? 'stats.harder' : 'stats.softer')}</Badge>
                      )}
                    </td>
                  </>
                ) : (
                  <td data-label={t('stats.difference')} className={table.number}>
                    {one.difference === null
                      ? t('stats.alone')
                      : signed(number(one.difference, 2), one.difference)}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
