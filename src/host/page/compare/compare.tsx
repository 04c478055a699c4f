import './compare.css';
import { Diagram } from './diagram.tsx';
import { Overlay } from './overlay.tsx';

/** Several trainings beside each other: variants of the experiment as curves, and a grid of them as colours. */
export function Compare() {
  return (
    <div class="stack compare">
      <Overlay />
      <Diagram />
    </div>
  );
}
