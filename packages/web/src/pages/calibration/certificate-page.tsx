/** A certificate of a passed calibration, to print or to save. */
import { Button } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Download, Printer } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { saveReport } from '../../ui/save-report.ts';
import classes from './calibration.module.css';
import { certificateQuery } from './queries.ts';

export function CertificatePage() {
  const { t } = useTranslation('calibration');
  const { text, date, percent, number } = useFormat();
  const { attempt } = useParams({ from: '/layout/certificates/$attempt' });
  const { data: certificate } = useSuspenseQuery(certificateQuery(attempt));
  const root = useRef<HTMLDivElement>(null);
  const rows: [string, string][] = [
    [t('certificate.passed'), date(certificate.finishedAt)],
    [t('certificate.until'), date(certificate.expiresAt)],
    [t('exact'), `${percent(certificate.exact)} · ${t('size', { count: certificate.transcripts })}`],
    [t('withinOne'), percent(certificate.withinOne)],
    [t('bias'), number(certificate.bias)],
  ];
  return (
    <div ref={root}>
      <PageHeader
        title={t('certificate.title')}
        trail={
          <Link to="/calibration/$family" params={{ family: certificate.family }}>
            {text(certificate.title)}
          </Link>
        }
        badges={
          certificate.expired ? (
            <Badge tone="warn">{t('certificate.expired')}</Badge>
          ) : (
            <Badge tone="good">{t('certificate.valid')}</Badge>
          )
        }
        actions={
          <>
            <Button
              className="no-print"
              variant="default"
              leftSection={<Download size={14} aria-hidden />}
              onClick={() =>
                root.current && saveReport(root.current, `${t('certificate.title')} ${certificate.name}`)
              }
            >
              {t('certificate.save')}
            </Button>
            <Button
              className="no-print"
              leftSection={<Printer size={14} aria-hidden />}
              onClick={() => window.print()}
            >
              {t('certificate.print')}
            </Button>
          </>
        }
      />
      <article className={classes.certificate}>
        <p className={classes.holder}>{certificate.name}</p>
        <p>{t('certificate.says', { title: text(certificate.title) })}</p>
        <dl className={classes.figures}>
          {rows.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p className={classes.progress}>{t('certificate.composed')}</p>
        <p className={classes.hash}>
          {t('certificate.set')} <code>{certificate.setHash}</code>
        </p>
        <p className={classes.hash}>
          {t('certificate.hash')} <code>{certificate.hash}</code>
        </p>
        <p>
          <Badge tone={certificate.recorded ? 'good' : 'warn'}>
            {t(certificate.recorded ? 'certificate.recorded' : 'certificate.unrecorded')}
          </Badge>
        </p>
      </article>
    </div>
  );
}
