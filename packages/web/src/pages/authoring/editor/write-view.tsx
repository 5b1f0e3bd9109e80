/** The editor: an outline with what the checks find, the parts, and a bar that says where the draft is. */
import { ActionIcon, Button } from '@mantine/core';
import { Redo2, Undo2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Segmented } from '../../../ui/segmented.tsx';
import { ClaimsPart } from './claims-part.tsx';
import { DetailsPart } from './details-part.tsx';
import classes from './editor.module.css';
import type { FindingIndex, PlacedFinding } from './findings.ts';
import { SaveState } from './save-state.tsx';
import { SourcesPart } from './sources-part.tsx';
import { LANGUAGE, type Showing, TextParts } from './text-parts.tsx';
import type { Editor } from './use-editor.ts';

/** The parts in their order on the page, and where in the content each is. */
const PARTS = [
  {
    id: 'details',
    places: ['/competency', '/kind', '/difficulty', '/minutes', '/area', '/tags', '/lab', '/id'],
  },
  { id: 'title', places: ['/text/zh-CN/title', '/text/en/title'] },
  { id: 'prompt', places: ['/text/zh-CN/prompt', '/text/en/prompt'] },
  { id: 'answer', places: ['/text/zh-CN/answer', '/text/en/answer'] },
  { id: 'anchors', places: ['/text/zh-CN/anchors', '/text/en/anchors'] },
  { id: 'probes', places: ['/text/zh-CN/probes', '/text/en/probes'] },
  { id: 'mistakes', places: ['/text/zh-CN/mistakes', '/text/en/mistakes'] },
  { id: 'fair', places: ['/text/zh-CN/fair', '/text/en/fair'] },
  { id: 'parallel', places: ['/text/zh-CN/parallel', '/text/en/parallel'] },
  { id: 'claims', places: ['/claims'] },
  { id: 'sources', places: ['/sources'] },
] as const;
type PartId = (typeof PARTS)[number]['id'];

const partOf = (at: string): PartId =>
  PARTS.find(({ places }) => places.some((place) => at === place || at.startsWith(`${place}/`)))?.id ??
  'prompt';

/** Puts the cursor where a finding is: in its editor, else at its part. */
export function goTo(at: string): void {
  const field = document.querySelector<HTMLElement>(`[data-at="${CSS.escape(at)}"]`);
  const inner = field?.shadowRoot?.querySelector<HTMLElement>('.cm-content');
  const part = document.getElementById(`part-${partOf(at)}`);
  (field ?? part)?.scrollIntoView({ block: 'center' });
  (inner ?? part)?.focus({ preventScroll: true });
}

export function WriteView({ editor }: { editor: Editor }) {
  const { t } = useTranslation(['authoring', 'bank']);
  // On a phone the previews would double an already long page.
  const [showing, setShowing] = useState<Showing>(() =>
    window.matchMedia('(max-width: 760px)').matches ? 'write' : 'both',
  );
  const [next, setNext] = useState(0);
  const { undo, redo, saveNow, findings } = editor;

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (document.querySelector('dialog[open]')) return;
      const key = event.key.toLowerCase();
      const chord = (event.ctrlKey || event.metaKey) && !event.altKey;
      if (chord && key === 's') saveNow();
      else if (chord && key === 'z' && !event.shiftKey) undo();
      else if (chord && (key === 'y' || (key === 'z' && event.shiftKey))) redo();
      else if (event.key === 'F8' && findings.all.length > 0) {
        const at = (next + (event.shiftKey ? findings.all.length - 2 : 0)) % findings.all.length;
        goTo(findings.all[at]?.at ?? '');
        setNext((at + 1) % findings.all.length);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    };
    // Before the editors and the browser: undo goes over the whole question, Ctrl+S saves it.
    document.addEventListener('keydown', onKey, { capture: true });
    return () => document.removeEventListener('keydown', onKey, { capture: true });
  }, [undo, redo, saveNow, findings, next]);

  return (
    <div className={classes.write}>
      <div className={classes.bar} role="toolbar" aria-label={t('tools')}>
        <Segmented<Showing>
          name="showing"
          label={t('showing.label')}
          value={showing}
          onChange={setShowing}
          options={(['write', 'both', 'read'] as const).map((value) => ({
            value,
            label: t(`showing.${value}`),
          }))}
        />
        <span className={classes.undo}>
          <ActionIcon
            variant="subtle"
            aria-label={t('undo')}
            title={`${t('undo')} (Ctrl+Z)`}
            disabled={!editor.canUndo}
            onClick={undo}
          >
            <Undo2 size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            aria-label={t('redo')}
            title={`${t('redo')} (Ctrl+Shift+Z)`}
            disabled={!editor.canRedo}
            onClick={redo}
          >
            <Redo2 size={16} aria-hidden />
          </ActionIcon>
        </span>
        <SaveState proposal={editor.proposal} />
      </div>
      <div className={classes.columns}>
        <aside className={classes.aside}>
          <Outline findings={findings} />
          <Problems findings={findings.all} />
        </aside>
        <div>
          <DetailsPart editor={editor} />
          <TextParts editor={editor} showing={showing} />
          <ClaimsPart editor={editor} />
          <SourcesPart editor={editor} />
        </div>
      </div>
    </div>
  );
}

function usePartTitle(): (id: PartId) => string {
  const { t } = useTranslation(['authoring', 'bank']);
  return (id) => (id === 'details' || id === 'title' ? t(`parts.${id}`) : t(`bank:${id}`));
}

function Outline({ findings }: { findings: FindingIndex }) {
  const { t } = useTranslation('authoring');
  const title = usePartTitle();
  return (
    <nav aria-label={t('outline')} className={classes.outline}>
      <ul>
        {PARTS.map(({ id, places }) => {
          const found = places.flatMap((place) => findings.within(place));
          const errors = found.filter(({ severity }) => severity === 'error').length;
          return (
            <li key={id}>
              <a
                href={`#part-${id}`}
                onClick={(event) => {
                  event.preventDefault();
                  const part = document.getElementById(`part-${id}`);
                  part?.scrollIntoView();
                  part?.focus({ preventScroll: true });
                }}
              >
                {title(id)}
              </a>
              {found.length > 0 && (
                <span className={classes.count} data-severity={errors > 0 ? 'error' : 'warning'}>
                  <span aria-hidden>{found.length}</span>
                  <span className="sr-only">{t('foundHere', { count: found.length })}</span>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

const SHOWN = 8;

/** Every finding, to be walked through; F8 goes to the next. */
function Problems({ findings }: { findings: readonly PlacedFinding[] }) {
  const { t } = useTranslation('authoring');
  const titleOf = usePartTitle();
  const placeOf = (at: string): string => {
    const [, root, locale, , number] = at.split('/');
    const index = root === 'text' ? number : root === 'claims' || root === 'sources' ? locale : undefined;
    return [
      titleOf(partOf(at)),
      index !== undefined ? String(Number(index) + 1) : null,
      root === 'text' ? LANGUAGE[locale as keyof typeof LANGUAGE] : null,
    ]
      .filter(Boolean)
      .join(' · ');
  };
  const [all, setAll] = useState(false);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return (
    <section className={classes.problems} aria-label={t('checks')}>
      <p role="status" data-good={findings.length === 0 || undefined}>
        {findings.length === 0
          ? t('noneFound')
          : errors > 0
            ? t('errorsFound', { count: errors })
            : t('warningsFound', { count: findings.length })}
      </p>
      <ul>
        {findings.slice(0, all ? undefined : SHOWN).map(({ at, code, text, line, severity }) => (
          <li key={`${at} ${code} ${line ?? 0} ${text}`} data-severity={severity}>
            <button type="button" onClick={() => goTo(at)}>
              <b>{placeOf(at)}</b>
              {text}
            </button>
          </li>
        ))}
      </ul>
      {findings.length > SHOWN && !all && (
        <Button data-size="compact" variant="subtle" onClick={() => setAll(true)}>
          {t('showAll', { count: findings.length })}
        </Button>
      )}
      {findings.length > 0 && <p className={classes.hint}>{t('nextHint')}</p>}
    </section>
  );
}
