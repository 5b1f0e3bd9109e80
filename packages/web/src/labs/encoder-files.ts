/** How files that somebody chose on the page reach its workers: nothing leaves the browser. */

const CHANNEL = 'viva-encoder-files';

/** The page answers workers of its own (named by `id`) with what has been chosen; ends with the returned function. */
export function offerFiles(id: string, files: () => readonly File[]): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<{ want?: string }>) => {
    if (data.want === id) channel.postMessage({ for: id, files: files() });
  };
  return () => channel.close();
}

/** In a worker: the files that the page of this worker holds; none where it does not answer. */
export function askForFiles(id: string, wait = 3000): Promise<readonly File[]> {
  return new Promise((done) => {
    const channel = new BroadcastChannel(CHANNEL);
    const end = (files: readonly File[]): void => {
      clearTimeout(timer);
      channel.close();
      done(files);
    };
    const timer = setTimeout(() => end([]), wait);
    channel.onmessage = ({ data }: MessageEvent<{ for?: string; files?: readonly File[] }>) => {
      if (data.for === id) end(data.files ?? []);
    };
    channel.postMessage({ want: id });
  });
}
