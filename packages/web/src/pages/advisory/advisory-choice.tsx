/** Whether an advisory rater is used, whether it counts, and how it rates. */
import { Checkbox, NativeSelect, NumberInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './advisory.module.css';

export interface Choice {
  used: boolean;
  counted: boolean;
  strategy: 'direct' | 'chain-of-thought' | 'self-consistency';
  samples: number;
  tokenBudget: number;
}
export const NO_ADVISORY: Choice = {
  used: false,
  counted: false,
  strategy: 'direct',
  samples: 5,
  tokenBudget: 60_000,
};
export const STRATEGIES = ['direct', 'chain-of-thought', 'self-consistency'] as const;

const whole = (value: number | string, least: number, most: number, or: number): number =>
  typeof value === 'number' && Number.isFinite(value)
    ? Math.min(most, Math.max(least, Math.round(value)))
    : or;

export function AdvisoryChoice({ value, onChange }: { value: Choice; onChange: (choice: Choice) => void }) {
  const { t } = useTranslation('advisory');
  const set = (patch: Partial<Choice>) => onChange({ ...value, ...patch });
  return (
    <div className={classes.choice}>
      <Checkbox
        label={t('choice.used')}
        description={t('choice.usedHint')}
        checked={value.used}
        onChange={({ currentTarget: { checked } }) =>
          set({ used: checked, counted: checked && value.counted })
        }
      />
      {value.used && (
        <div className={classes.how}>
          <Checkbox
            label={t('choice.counted')}
            description={t('choice.countedHint')}
            checked={value.counted}
            onChange={({ currentTarget: { checked } }) => set({ counted: checked })}
          />
          <NativeSelect
            label={t('choice.strategy')}
            description={t(`strategyHint.${value.strategy}`)}
            value={value.strategy}
            data={STRATEGIES.map((strategy) => ({ value: strategy, label: t(`strategy.${strategy}`) }))}
            onChange={({ currentTarget: { value: chosen } }) =>
              set({ strategy: STRATEGIES.find((one) => one === chosen) ?? 'direct' })
            }
          />
          {value.strategy === 'self-consistency' && (
            <NumberInput
              label={t('choice.samples')}
              value={value.samples}
              min={2}
              max={25}
              onChange={(samples) => set({ samples: whole(samples, 2, 25, 5) })}
            />
          )}
          <NumberInput
            label={t('choice.budget')}
            description={t('choice.budgetHint')}
            value={value.tokenBudget}
            min={1_000}
            max={2_000_000}
            step={10_000}
            thousandSeparator=","
            onChange={(budget) => set({ tokenBudget: whole(budget, 1_000, 2_000_000, 60_000) })}
          />
        </div>
      )}
    </div>
  );
}
