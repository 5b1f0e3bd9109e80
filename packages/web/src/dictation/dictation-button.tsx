import { Button, type ButtonProps } from '@mantine/core';
import { Mic } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useSpeech } from './use-speech.ts';

interface DictationButtonProps extends Pick<ButtonProps, 'size' | 'variant'> {
  /** The language that is spoken. */
  lang: string;
  /** Called with what was said since the last call. */
  onHeard: (said: string) => void;
}

/** Starts and stops dictation; nothing at all where the browser has no speech recognition. */
export function DictationButton({ lang, onHeard, ...look }: DictationButtonProps) {
  const { t } = useTranslation('common');
  const speech = useSpeech(lang, onHeard);
  if (!speech) return null;
  return (
    <Button
      {...look}
      leftSection={<Mic size={14} aria-hidden />}
      title={t('dictation.note')}
      aria-pressed={speech.listening}
      onClick={speech.toggle}
    >
      {t(speech.listening ? 'dictation.stop' : 'dictation.start')}
    </Button>
  );
}
