/** A change asked of the server: afterwards the named queries are read again; a refusal shows as a toast. */
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from '../ui/toast.ts';
import { useProblemText } from './problems.ts';

interface ActionOptions<I, O> {
  /** Keys to read again; a prefix covers everything below it. */
  refresh?: (output: O, input: I) => QueryKey[];
  done?: (output: O, input: I) => void;
  /** What to say when it is done. */
  says?: string;
  /** Set where the form itself shows the refusal. */
  quiet?: boolean;
}

export function useAction<I = void, O = unknown>(
  run: (input: I) => Promise<O>,
  { refresh, done, says, quiet }: ActionOptions<I, O> = {},
) {
  const client = useQueryClient();
  const problemText = useProblemText();
  return useMutation({
    mutationFn: run,
    onSuccess: async (output, input) => {
      const keys = refresh?.(output, input) ?? [];
      done?.(output, input);
      if (says) toast.good(says);
      await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
    onError: (error) => {
      if (!quiet) toast.bad(problemText(error));
    },
  });
}
