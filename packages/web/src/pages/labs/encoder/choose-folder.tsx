/** A folder of a model from the reader's own machine, chosen or dropped; it stays there. */
import { type ChangeEvent, type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './encoder.module.css';

const WANTED = /^(config\.json|tokenizer\.json|tokenizer_config\.json|vocab\.txt|.*\.safetensors)$/;

/** Files of a dropped folder, one level deep, or files dropped by themselves. */
async function dropped(items: DataTransferItemList): Promise<File[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const file = (entry: FileSystemFileEntry): Promise<File> =>
    new Promise((done, fail) => entry.file(done, fail));
  const inside = (entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> =>
    new Promise((done, fail) => entry.createReader().readEntries(done, fail));
  const found: File[] = [];
  for (const entry of entries)
    for (const one of entry.isDirectory ? await inside(entry as FileSystemDirectoryEntry) : [entry])
      if (one.isFile && WANTED.test(one.name)) found.push(await file(one as FileSystemFileEntry));
  return found;
}

export function ChooseFolder({ onChoose }: { onChoose: (files: File[]) => void }) {
  const { t } = useTranslation('lab-encoder');
  const [names, setNames] = useState<string[]>([]);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: readonly File[]): void => {
    const wanted = files.filter(({ name }) => WANTED.test(name));
    setNames(wanted.map(({ name }) => name));
    onChoose(wanted);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button inside is the first
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        void dropped(event.dataTransfer.items).then(take);
      }}
    >
      <label className={classes.dropLabel}>
        <span>{t('chooseFolder')}</span>
        <input
          ref={input}
          type="file"
          multiple
          // React has no name for it; without it the browser lets one choose files, which does as well.
          {...{ webkitdirectory: '' }}
          onChange={(event: ChangeEvent<HTMLInputElement>) => take([...(event.currentTarget.files ?? [])])}
        />
      </label>
      <p>{t('folderHelp')}</p>
      {names.length > 0 && <p>{t('chosenFiles', { names: names.join(', ') })}</p>}
    </div>
  );
}
