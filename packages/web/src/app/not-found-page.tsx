import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../ui/button-link.tsx';
import { Notice } from '../ui/notice.tsx';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Notice title={t('notFound.title')} actions={<ButtonLink to="/">{t('toHome')}</ButtonLink>}>
      <p>{t('notFound.body')}</p>
    </Notice>
  );
}

/** The same outside the frame, for an address that no route knows. */
export function LostPage() {
  return (
    <main>
      <NotFoundPage />
    </main>
  );
}
