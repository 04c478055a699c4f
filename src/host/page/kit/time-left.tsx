import { useEffect, useState } from 'preact/hooks';

interface TimeLeftProps {
  /** performance.now() of the beginning. */
  readonly began: number;
  /** Between 0 and 1. */
  readonly share: number;
}

/** Too little is done, or too little time has passed, for a guess. */
const LEAST_SHARE = 0.03;
const LEAST_SECONDS = 4;

/** How long it has taken, and about how long it will. */
export function TimeLeft({ began, share }: TimeLeftProps) {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    const ticking = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(ticking);
  }, []);
  const seconds = Math.max(0, now - began) / 1000;
  const left = share >= LEAST_SHARE && share < 1 && seconds >= LEAST_SECONDS ? (seconds / share) * (1 - share) : null;
  return (
    <span class="number">
      {durationText(seconds)}
      {left === null ? '' : `, about ${durationText(left)} left`}
    </span>
  );
}

function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
