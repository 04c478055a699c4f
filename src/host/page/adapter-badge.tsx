import { adapterState, adapterWords } from './session/adapter.ts';

/** Who computes, and what that means for the numbers. */
export function AdapterBadge() {
  const state = adapterState.value;
  switch (state.kind) {
    case 'looking':
      return <p role="status">Looking for a GPU …</p>;
    case 'none':
      return <p role="status">Nothing here computes yet; what is missing is said below.</p>;
    case 'here':
      return (
        <div class="row">
          <p role="status">
            Computes on <strong id="adapter">{adapterWords(state.adapter)}</strong>
          </p>
          {state.adapter.software && <SoftwareNote />}
        </div>
      );
    default:
      return state satisfies never;
  }
}

function SoftwareNote() {
  return (
    <details id="software">
      <summary>
        <span class="chip warn">software: right results, meaningless speed</span> Why is it slow?
      </summary>
      <p>
        This browser has no GPU to compute on, so a program on the processor pretends to be one. Every number is right;
        it takes ten to a thousand times as long, and a benchmark measures the processor. Look at chrome://gpu
        (about:support in Firefox) to see why the GPU is not used: often its driver is too old, or the browser runs on a
        machine without one.
      </p>
    </details>
  );
}
