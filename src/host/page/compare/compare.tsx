import './compare.css';
import { Diagram } from './diagram.tsx';

/** Several trainings beside each other: variants of the experiment as curves, and a grid of them as colours. */
export function Compare() {
  return (
    <div class="stack compare">
      <Diagram />
    </div>
  );
}
