import { useTranslation } from 'react-i18next';
import type { ProposalSummary } from '../../api/client.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

const TONES: Record<ProposalSummary['state'], Tone> = {
  draft: 'plain',
  proposed: 'accent',
  'changes-requested': 'warn',
  published: 'good',
  withdrawn: 'plain',
};

export function StateBadge({ state }: { state: ProposalSummary['state'] }) {
  const { t } = useTranslation('authoring');
  return <Badge tone={TONES[state]}>{t(`state.${state}`)}</Badge>;
}
