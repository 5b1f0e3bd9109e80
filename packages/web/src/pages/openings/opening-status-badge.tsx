import { useTranslation } from 'react-i18next';
import type { OpeningSummary } from '../../api/client.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

const tones: Record<OpeningSummary['status'], Tone> = { draft: 'plain', open: 'good', closed: 'plain' };

export function OpeningStatusBadge({ status }: { status: OpeningSummary['status'] }) {
  const { t } = useTranslation();
  return <Badge tone={tones[status]}>{t(`openingStatus.${status}`)}</Badge>;
}
