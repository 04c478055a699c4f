import { useEffect } from 'preact/hooks';
import exampleAddress from '../../../../docs/examples/coffee.csv?url';
import { sampleEndings } from '../../files/kinds.ts';
import { Disclosure } from '../kit/disclosure.tsx';
import { DropZone } from '../kit/drop-zone.tsx';
import { ProgressLine } from '../kit/progress-line.tsx';
import { dropped, forgetAll, type NamedContent, reading, refusals, take } from '../session/dropped.ts';
import { choice, chooseAmong, followChoice } from './choice.ts';
import { ChoiceForm } from './choice-form.tsx';
import './data.css';
import { FileList } from './file-list.tsx';
import { Paste, pastedFile } from './paste.tsx';
import { Refused } from './refused.tsx';
import { SummaryView } from './summary.tsx';

const accept = [...sampleEndings, '.gz'].join(',');

const takeAll = async (files: readonly NamedContent[]) => chooseAmong(await take(files));
const named = (files: readonly File[]) => files.map((content) => ({ name: content.name, content }));

async function takeExample(): Promise<void> {
  try {
    const answer = await fetch(exampleAddress);
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    await takeAll([{ name: 'coffee.csv', content: await answer.blob() }]);
  } catch (error) {
    refusals.value = [
      { what: `The example could not be loaded: ${(error as Error).message}`, fix: 'Try again, or reload the page.' },
    ];
  }
}

export function YourData() {
  useEffect(() => followChoice(), []);
  useEffect(() => {
    // A field that is written in keeps what is pasted.
    const onPaste = (event: ClipboardEvent) => {
      if (event.target instanceof Element && event.target.closest('input, textarea')) return;
      const files = [...(event.clipboardData?.files ?? [])];
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (files.length > 0) void takeAll(named(files));
      else if (text.includes('\n')) void takeAll([pastedFile(text)]);
      else return;
      event.preventDefault();
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, []);
  return (
    <div class="stack your-data">
      <h2>Train on data of yours</h2>
      <p class="lead">
        Nothing leaves this machine: files are read by this page, in your browser, and are forgotten when you leave it.
      </p>
      <DropZone accept={accept} multiple choose="Choose files" onFiles={(files) => void takeAll(named(files))}>
        Drop a table or arrays here: .csv or .tsv with a header line, .npy, .npz, .json or .safetensors, also packed as
        .gz. Of .npy drop two: the data points X and the labels y.
      </DropZone>
      <div class="row">
        <button type="button" onClick={() => void takeExample()}>
          Try with an example
        </button>
        {dropped.value.length > 0 && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              choice.value = null;
              void forgetAll();
            }}
          >
            Forget all files
          </button>
        )}
      </div>
      <Disclosure title="Or paste a table">
        <Paste onText={(text) => void takeAll([pastedFile(text)])} />
      </Disclosure>
      {reading.value && (
        <ProgressLine
          label={`Reading ${reading.value.name}`}
          share={reading.value.share < 1 ? reading.value.share : null}
        >
          {reading.value.share < 1
            ? `Reading ${reading.value.name}: ${Math.round(100 * reading.value.share)} %`
            : `Making numbers of ${reading.value.name}`}
        </ProgressLine>
      )}
      <Refused all={refusals.value} />
      <FileList />
      {choice.value && (
        <div class="two-columns">
          <ChoiceForm />
          <SummaryView />
        </div>
      )}
    </div>
  );
}
