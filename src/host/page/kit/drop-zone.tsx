import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

interface DropZoneProps {
  /** As <input type="file"> has it: `.csv,.npy`. */
  readonly accept?: string;
  readonly multiple?: boolean;
  /** What the button says. */
  readonly choose: string;
  readonly onFiles: (files: readonly File[]) => void;
  /** What may be dropped here. */
  readonly children: ComponentChildren;
}

/** A place to drop files onto, with a button for those who do not drag. */
export function DropZone({ accept, multiple = false, choose, onFiles, children }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null | undefined) => {
    const all = [...(files ?? [])];
    if (all.length > 0) onFiles(multiple ? all : all.slice(0, 1));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside is what the keyboard uses
    <div
      class="drop-zone"
      data-over={over ? '' : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <span>{children}</span>
      <button type="button" onClick={() => input.current?.click()}>
        {choose}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={multiple}
        aria-label={choose}
        onChange={({ currentTarget }) => {
          take(currentTarget.files);
          // The same file may be chosen again after it was changed.
          currentTarget.value = '';
        }}
      />
    </div>
  );
}
