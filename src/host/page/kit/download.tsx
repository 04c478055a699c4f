import { useState } from 'preact/hooks';

/** Hands a file to the browser to save. */
export function save(name: string, contents: Blob): void {
  const address = URL.createObjectURL(contents);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has its own hold on the contents once it has begun, which is soon.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

interface DownloadProps {
  readonly name: string;
  /** Made when it is asked for. */
  readonly contents: () => Blob | Promise<Blob>;
  readonly disabled?: boolean;
  /** What the button says. */
  readonly children: string;
}

/** A button that saves a file. What goes wrong while it is made is said beside it. */
export function Download({ name, contents, disabled, children }: DownloadProps) {
  const [problem, setProblem] = useState('');
  const start = async () => {
    setProblem('');
    try {
      save(name, await contents());
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <button type="button" disabled={disabled} onClick={start}>
        {children}
      </button>
      {problem && (
        <p class="complaint" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
