/** The texts of a question, Chinese beside English, each part with its preview below. */
import { ActionIcon, Button } from '@mantine/core';
import { LOCALES, type QuestionContent, type QuestionText } from '@viva/bank/authoring';
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import { memo, useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { InlineMarkdown, Markdown } from '../../../ui/markdown.tsx';
import { CodeField } from './code-field.tsx';
import classes from './editor.module.css';
import { FindingList } from './finding-list.tsx';
import { Part } from './part.tsx';
import type { Editor } from './use-editor.ts';

export type Showing = 'write' | 'both' | 'read';
export const LANGUAGE = { 'zh-CN': '中文', en: 'English' } as const;
type ListPart = 'probes' | 'mistakes' | 'fair';
type BlockPart = 'prompt' | 'answer' | 'parallel';

/** The text as readers will see it, a moment behind the typing. */
export const Preview = memo(function Preview({
  text,
  lang,
  inline = false,
}: {
  text: string;
  lang: 'zh-CN' | 'en';
  inline?: boolean;
}) {
  const { t } = useTranslation('authoring');
  const settled = useDeferredValue(text);
  return (
    <div className={classes.preview} lang={lang}>
      {settled.trim() === '' ? (
        <p className={classes.nothing}>{t('nothingYet')}</p>
      ) : inline ? (
        <InlineMarkdown>{settled}</InlineMarkdown>
      ) : (
        <Markdown lang={lang}>{settled}</Markdown>
      )}
    </div>
  );
});

interface PairProps {
  editor: Editor;
  /** After the language: `/prompt`, `/anchors/2`. */
  place: string;
  label: string;
  showing: Showing;
  oneLine?: boolean;
  textOf: (text: QuestionText) => string;
}

/** One part in both languages. */
export function Pair({ editor, place, label, showing, oneLine = false, textOf }: PairProps) {
  const { content, findings, edit } = editor;
  return (
    <div className={classes.pair}>
      {LOCALES.map((locale) => {
        const at = `/text/${locale}${place}`;
        const value = textOf(content.text[locale]);
        return (
          <div key={locale} className={classes.side}>
            {showing !== 'read' && (
              <CodeField
                at={at}
                value={value}
                label={`${label} · ${LANGUAGE[locale]}`}
                lang={locale}
                oneLine={oneLine}
                findings={findings.at(at)}
                onChange={edit}
              />
            )}
            {showing !== 'write' && <Preview text={value} lang={locale} inline={oneLine} />}
            {showing !== 'read' && <FindingList findings={findings.at(at)} />}
          </div>
        );
      })}
    </div>
  );
}

interface TextPartsProps {
  editor: Editor;
  showing: Showing;
}

export function TextParts({ editor, showing }: TextPartsProps) {
  const { t } = useTranslation(['authoring', 'bank']);
  const { content, change } = editor;
  const parallel = LOCALES.some((locale) => content.text[locale].parallel !== undefined);
  const block = (part: BlockPart) => (
    <Pair
      editor={editor}
      place={`/${part}`}
      label={t(`bank:${part}`)}
      showing={showing}
      textOf={(text) => text[part] ?? ''}
    />
  );
  const setParallel = (text: string | undefined) =>
    change('parallel', (before) => both(before, (own) => withParallel(own, text)));
  return (
    <>
      <Part id="title" title={t('parts.title')}>
        <Pair
          editor={editor}
          place="/title"
          label={t('parts.title')}
          showing={showing}
          oneLine
          textOf={({ title }) => title}
        />
      </Part>
      <Part id="prompt" title={t('bank:prompt')}>
        {block('prompt')}
      </Part>
      <Part id="answer" title={t('bank:answer')} lead={t('leads.answer')}>
        {block('answer')}
      </Part>
      <Part id="anchors" title={t('bank:anchors')} lead={t('leads.anchors')}>
        {[0, 1, 2, 3, 4].map((index) => (
          <div key={index} className={classes.row}>
            <span className={classes.point}>{index + 1}</span>
            <Pair
              editor={editor}
              place={`/anchors/${index}`}
              label={t('anchor', { point: index + 1 })}
              showing={showing}
              textOf={({ anchors }) => anchors[index] ?? ''}
            />
          </div>
        ))}
        <FindingList findings={LOCALES.flatMap((locale) => editor.findings.at(`/text/${locale}/anchors`))} />
      </Part>
      {(['probes', 'mistakes', 'fair'] as const).map((part) => (
        <ItemPart key={part} part={part} editor={editor} showing={showing} />
      ))}
      <Part
        id="parallel"
        title={t('bank:parallel')}
        lead={t('leads.parallel')}
        actions={
          parallel && (
            <Button data-size="compact" onClick={() => setParallel(undefined)}>
              {t('removeParallel')}
            </Button>
          )
        }
      >
        {parallel ? (
          block('parallel')
        ) : (
          <Button leftSection={<Plus size={14} aria-hidden />} onClick={() => setParallel('')}>
            {t('addParallel')}
          </Button>
        )}
        <FindingList
          findings={
            parallel ? [] : LOCALES.flatMap((locale) => editor.findings.at(`/text/${locale}/parallel`))
          }
        />
      </Part>
    </>
  );
}

function withParallel({ parallel: _, ...text }: QuestionText, next: string | undefined): QuestionText {
  return next === undefined ? text : { ...text, parallel: next };
}

const both = (content: QuestionContent, make: (text: QuestionText) => QuestionText): QuestionContent => ({
  ...content,
  text: { 'zh-CN': make(content.text['zh-CN']), en: make(content.text.en) },
});

/** A list in both languages, its items in step: adding, moving and removing touch both. */
function ItemPart({ part, editor, showing }: TextPartsProps & { part: ListPart }) {
  const { t } = useTranslation(['authoring', 'bank']);
  const { content, change, findings } = editor;
  const count = Math.max(...LOCALES.map((locale) => content.text[locale][part].length));
  const items = (make: (items: string[]) => string[]) =>
    change(part, (before) => both(before, (text) => ({ ...text, [part]: make(padded(text[part], count)) })));
  const title = t(`bank:${part}`);
  return (
    <Part id={part} title={title} lead={t(`leads.${part}`)}>
      {Array.from({ length: count }, (_, index) => {
        const label = t('item', { part: title, number: index + 1 });
        const swap = (other: number) =>
          items((list) =>
            list.map((own, at) => list[at === index ? other : at === other ? index : at] ?? own),
          );
        return (
          <div key={index} className={classes.row}>
            <span className={classes.point} aria-hidden>
              {index + 1}
            </span>
            <Pair
              editor={editor}
              place={`/${part}/${index}`}
              label={label}
              showing={showing}
              oneLine
              textOf={(text) => text[part][index] ?? ''}
            />
            {showing !== 'read' && (
              <span className={classes.tools}>
                <ActionIcon
                  variant="subtle"
                  aria-label={t('moveUp', { what: label })}
                  disabled={index === 0}
                  onClick={() => swap(index - 1)}
                >
                  <ArrowUp size={14} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  aria-label={t('moveDown', { what: label })}
                  disabled={index === count - 1}
                  onClick={() => swap(index + 1)}
                >
                  <ArrowDown size={14} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  aria-label={t('remove', { what: label })}
                  onClick={() => items((list) => list.filter((_own, at) => at !== index))}
                >
                  <X size={14} aria-hidden />
                </ActionIcon>
              </span>
            )}
          </div>
        );
      })}
      <FindingList findings={LOCALES.flatMap((locale) => findings.at(`/text/${locale}/${part}`))} />
      {showing !== 'read' && (
        <Button
          data-size="compact"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => items((list) => [...list, ''])}
        >
          {t('addItem')}
        </Button>
      )}
    </Part>
  );
}

const padded = (items: readonly string[], length: number): string[] =>
  Array.from({ length }, (_, index) => items[index] ?? '');
