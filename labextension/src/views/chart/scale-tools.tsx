/** What is set of the lines of a chart: a logarithmic scale, and how much they are smoothed. */

import { Button } from '../parts/button';

interface ScaleState {
  readonly log?: boolean;
  readonly smooth?: number;
}

export function Log({ log, arrange }: { log: boolean; arrange: (patch: ScaleState) => void }) {
  return (
    <Button label="Logarithmic scale" pressed={log} onClick={() => arrange({ log: !log })}>
      Log
    </Button>
  );
}

export function Smooth({ smooth, arrange }: { smooth: number; arrange: (patch: ScaleState) => void }) {
  return (
    <label class="nbf-smooth">
      <span>Smooth</span>
      <input
        type="range"
        min={0}
        max={0.99}
        step={0.01}
        value={smooth}
        aria-valuetext={smooth === 0 ? 'not smoothed' : `${smooth}`}
        onInput={event => arrange({ smooth: Number(event.currentTarget.value) })}
      />
      <span class="nbf-smooth-value">{smooth === 0 ? 'off' : smooth.toFixed(2)}</span>
    </label>
  );
}
