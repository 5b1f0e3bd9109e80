/** Speech to text by the browser, where it has it. */
import { useCallback, useEffect, useRef, useState } from 'react';

/** What we use of the Web Speech API, which TypeScript's library does not describe. */
interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult:
    | ((event: { resultIndex: number; results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void)
    | null;
  onend: (() => void) | null;
  onerror: (() => void) | null;
  start(): void;
  stop(): void;
}

type Maker = new () => Recognition;
const maker = (): Maker | undefined => {
  const holder = globalThis as unknown as Record<
    'SpeechRecognition' | 'webkitSpeechRecognition',
    Maker | undefined
  >;
  return holder.SpeechRecognition ?? holder.webkitSpeechRecognition;
};

/**
 * @param hear called with each finished piece of speech
 * @returns null where the browser has no speech recognition
 */
export function useSpeech(
  lang: string,
  hear: (text: string) => void,
): { listening: boolean; toggle: () => void } | null {
  const [listening, setListening] = useState(false);
  const current = useRef<Recognition | null>(null);
  const heard = useRef(hear);
  heard.current = hear;
  useEffect(() => () => current.current?.stop(), []);
  const toggle = useCallback(() => {
    if (current.current) {
      current.current.stop();
      return;
    }
    const Recognition = maker();
    if (!Recognition) return;
    const recognition = new Recognition();
    recognition.lang = lang;
    recognition.continuous = true;
    recognition.interimResults = false;
    recognition.onresult = ({ resultIndex, results }) => {
      for (let at = resultIndex; at < results.length; at++) heard.current(results[at]?.[0]?.transcript ?? '');
    };
    const end = (): void => {
      current.current = null;
      setListening(false);
    };
    recognition.onend = end;
    recognition.onerror = end;
    current.current = recognition;
    setListening(true);
    recognition.start();
  }, [lang]);
  return maker() ? { listening, toggle } : null;
}
