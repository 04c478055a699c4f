import { counted } from '../../report/numbers.ts';
import { type DroppedFile, dropped } from '../session/dropped.ts';
import { choice, choose, startFrom, takeSettings } from './choice.ts';

/** What was dropped, what it is, and what can be done with it. */
export function FileList() {
  if (dropped.value.length === 0) return null;
  return (
    <ul class="files" aria-label="Files that are here">
      {dropped.value.map((file) => (
        <li key={file.name} class="row">
          <strong>{file.name}</strong>
          <span class="muted">{wordsOf(file)}</span>
          <Action file={file} />
        </li>
      ))}
    </ul>
  );
}

function Action({ file }: { readonly file: DroppedFile }) {
  const { kind } = file.contents;
  if (kind === 'weights') {
    return (
      <button type="button" onClick={() => startFrom(file)}>
        Start the experiment from them
      </button>
    );
  }
  if (kind === 'settings') {
    return (
      <button type="button" onClick={() => takeSettings(file)}>
        Take these settings over
      </button>
    );
  }
  if (kind === 'labels') return null;
  const chosen = choice.value?.file === file.name;
  return (
    <button type="button" aria-pressed={chosen} disabled={chosen} onClick={() => choose(file)}>
      {chosen ? 'Chosen' : 'Choose'}
    </button>
  );
}

function wordsOf({ size, contents }: DroppedFile): string {
  const much =
    size < 1024
      ? `${size} bytes`
      : size < 2 ** 20
        ? `${Math.round(size / 1024)} KiB`
        : `${Math.round(size / 2 ** 20)} MiB`;
  switch (contents.kind) {
    case 'data':
      return `${counted(contents.rows, 'row')}, ${counted(contents.columns.length, 'column')}, ${much}`;
    case 'labels':
      return `${counted(contents.rows, 'label')}, ${much}; drop the data points beside it`;
    case 'settings':
      return 'settings of flatwalk run';
    case 'weights': {
      const { replicas, width, dimension } = contents;
      const networks = replicas > 1 ? `${replicas} networks of ` : '';
      return `weights of ${networks}${counted(width, 'neuron')} for data of ${counted(dimension, 'dimension')}`;
    }
    default:
      return contents satisfies never;
  }
}
