export function Experiment() {
  return <p>…</p>;
}
