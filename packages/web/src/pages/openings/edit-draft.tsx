/** A draft's title, description, questions and weights. All of it is fixed when the opening opens. */
import { Button, Checkbox, NativeSelect, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { GROUP_ATTRIBUTES, type GroupAttribute } from '@viva/server/client';
import { RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Opening, type OpeningItem } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { openingQuery, openingsQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Problem } from '../../ui/problem.tsx';
import { Section } from '../../ui/section.tsx';
import { questionsQuery } from '../bank/queries.ts';
import classes from './openings.module.css';

const GROUPS = Object.keys(GROUP_ATTRIBUTES) as GroupAttribute[];
type Weights = Record<string, number | string>;
const valid = (weight: number | string | undefined): weight is number =>
  typeof weight === 'number' && weight > 0 && weight <= 100;

export function EditDraft({ opening, onDone }: { opening: Opening; onDone: () => void }) {
  const { t } = useTranslation(['openings', 'common']);
  const { text } = useFormat();
  const [title, setTitle] = useState(opening.title);
  const [description, setDescription] = useState(opening.description);
  const [items, setItems] = useState<Weights>(() =>
    Object.fromEntries(opening.items.map(({ question, weight }) => [question, weight])),
  );
  const [competencies, setCompetencies] = useState<Weights>(() =>
    Object.fromEntries(opening.competencies.map(({ id, weight }) => [id, weight])),
  );
  const [asked, setAsked] = useState<readonly GroupAttribute[]>(opening.askGroups);
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set());
  const [added, setAdded] = useState<readonly Pick<OpeningItem, 'question' | 'competency' | 'title'>[]>([]);
  const all = [...opening.items, ...added];
  const { data: bank = [] } = useQuery(questionsQuery({ q: '', area: '', kind: '' }));
  const offered = bank.filter(
    ({ id, competency }) =>
      opening.competencies.some((one) => one.id === competency) &&
      !all.some(({ question }) => question === id),
  );
  const add = (id: string) => {
    const question = offered.find((one) => one.id === id);
    if (!question) return;
    setAdded((before) => [
      ...before,
      { question: id, competency: question.competency, title: question.title },
    ]);
    setItems((before) => ({ ...before, [id]: 1 }));
  };
  const kept = all.filter(({ question }) => !dropped.has(question));
  const allValid =
    kept.length > 0 &&
    kept.every(({ question }) => valid(items[question])) &&
    opening.competencies.every(({ id }) => valid(competencies[id]));
  const save = useAction(
    () =>
      api.updateOpening({
        params: { id: opening.id },
        body: {
          title: title.trim(),
          description: description.trim(),
          items: kept.map(({ question }) => ({ question, weight: Number(items[question]) })),
          competencies: opening.competencies.map(({ id }) => ({ id, weight: Number(competencies[id]) })),
          askGroups: GROUPS.filter((attribute) => asked.includes(attribute)),
        },
      }),
    {
      refresh: () => [openingQuery(opening.id).queryKey, openingsQuery.queryKey],
      done: onDone,
      says: t('draft.saved'),
      quiet: true,
    },
  );
  const served = fieldErrors(save.error);
  const toggle = (question: string) =>
    setDropped((before) => {
      const next = new Set(before);
      if (!next.delete(question)) next.add(question);
      return next;
    });
  const weightField = (
    label: string,
    value: number | string | undefined,
    set: (v: number | string) => void,
  ) => (
    <NumberInput
      aria-label={label}
      className={classes.weightInput}
      value={value ?? ''}
      onChange={set}
      min={0}
      max={100}
      step={0.5}
      decimalScale={2}
      hideControls
      error={!valid(value)}
    />
  );

  return (
    <form
      noValidate
      className={classes.edit}
      onSubmit={(event) => {
        event.preventDefault();
        if (allValid && title.trim().length >= 3) save.mutate();
      }}
    >
      <Problem error={save.error} />
      <TextInput
        label={t('create.name')}
        value={title}
        maxLength={160}
        error={title.trim().length < 3 ? t('create.nameShort', { min: 3 }) : (served.title ?? null)}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Textarea
        label={t('create.description')}
        value={description}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={4000}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Section title={t('draft.weights')} lead={t('draft.weightsLead')}>
        {opening.competencies.map((competency) => (
          <fieldset key={competency.id} className={classes.editGroup}>
            <legend className="sr-only">{text(competency.title)}</legend>
            <div className={classes.editRow} data-head>
              <span>{text(competency.title)}</span>
              {weightField(
                t('draft.weightOf', { name: text(competency.title) }),
                competencies[competency.id],
                (weight) => setCompetencies((before) => ({ ...before, [competency.id]: weight })),
              )}
              <span className={classes.editSpace} />
            </div>
            {all
              .filter((item) => item.competency === competency.id)
              .map(({ question, title: name }) => {
                const gone = dropped.has(question);
                return (
                  <div key={question} className={classes.editRow} data-gone={gone || undefined}>
                    <span>{text(name)}</span>
                    {gone ? (
                      <span className={classes.goneNote}>{t('draft.removed')}</span>
                    ) : (
                      weightField(t('draft.weightOf', { name: text(name) }), items[question], (weight) =>
                        setItems((before) => ({ ...before, [question]: weight })),
                      )
                    )}
                    <button
                      type="button"
                      className={classes.icon}
                      aria-label={t(gone ? 'draft.putBack' : 'draft.remove', { name: text(name) })}
                      onClick={() => toggle(question)}
                    >
                      {gone ? <RotateCcw size={15} aria-hidden /> : <Trash2 size={15} aria-hidden />}
                    </button>
                  </div>
                );
              })}
          </fieldset>
        ))}
        {offered.length > 0 && (
          <NativeSelect
            label={t('draft.add')}
            description={t('draft.addHint')}
            value=""
            data={[
              { value: '', label: t('draft.addChoose') },
              ...offered.map(({ id, title: name }) => ({ value: id, label: text(name) })),
            ]}
            onChange={(event) => add(event.currentTarget.value)}
          />
        )}
      </Section>
      <Section title={t('groups.title')} lead={t('groups.lead')}>
        <div className={classes.groupChoices}>
          {GROUPS.map((attribute) => (
            <Checkbox
              key={attribute}
              label={t(`common:groups.attribute.${attribute}`)}
              checked={asked.includes(attribute)}
              onChange={({ currentTarget: { checked } }) =>
                setAsked((before) =>
                  checked ? [...before, attribute] : before.filter((one) => one !== attribute),
                )
              }
            />
          ))}
        </div>
      </Section>
      {!allValid && <Problem>{t('draft.weightsWrong')}</Problem>}
      <div className={classes.editActions}>
        <Button onClick={onDone}>{t('common:cancel')}</Button>
        <Button type="submit" variant="filled" loading={save.isPending}>
          {t('common:save')}
        </Button>
      </div>
    </form>
  );
}
