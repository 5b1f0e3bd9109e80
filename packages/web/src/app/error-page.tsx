/** What a page shows when it could not be drawn: what happened, and a way on. */
import { Button } from '@mantine/core';
import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ApiError, NetworkError } from '@viva/server/client';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../api/problems.ts';
import { Notice } from '../ui/notice.tsx';

export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const router = useRouter();
  const { reset: forgetErrors } = useQueryErrorResetBoundary();
  useEffect(() => forgetErrors(), [forgetErrors]);
  const spoken = error instanceof ApiError || error instanceof NetworkError;
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <Notice
      title={gone ? t('notFound.title') : t('failed.title')}
      actions={
        <>
          <Button
            variant="filled"
            onClick={() => {
              // A piece of the app that did not load stays away until the page is loaded anew; drafts are stored.
              if (!spoken) location.reload();
              reset();
              void router.invalidate();
            }}
          >
            {t('tryAgain')}
          </Button>
          <Button component="a" href="/">
            {t('toHome')}
          </Button>
        </>
      }
    >
      <p>{problemText(error)}</p>
    </Notice>
  );
}
