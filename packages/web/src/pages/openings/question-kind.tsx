import { useTranslation } from 'react-i18next';

/** A question's kind in words; a kind that the app does not know stays as the bank writes it. */
export function Kind({ kind }: { kind: string }) {
  const { t, i18n } = useTranslation();
  return i18n.exists(`kind.${kind}`) ? t(`kind.${kind as 'case'}`) : kind;
}
