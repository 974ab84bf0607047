import type { ReactNode } from 'react';
import type { CallsMade } from '../../../../workflows/messages/connection.ts';
import { count } from '../parts/words.ts';

const [width, height, bars] = [600, 120, 24];

/** Calls over the window in 24 bars, with the allocation's even share of a bar as a line where it fits. */
export function UsageChart({ name, made, allowed, windowSeconds }: { name: string; made: readonly CallsMade[]; allowed: number | null; windowSeconds: number }): ReactNode {
  const barMs = (windowSeconds * 1000) / bars;
  const start = Date.now() - windowSeconds * 1000;
  const sums = Array.from({ length: bars }, () => 0);
  for (const { until, live, retry, backfill } of made) {
    const bar = Math.min(bars - 1, Math.max(0, Math.floor((Date.parse(until) - start) / barMs)));
    sums[bar] = (sums[bar] ?? 0) + live + retry + backfill;
  }
  const most = Math.max(1, ...sums);
  const share = allowed === null ? null : allowed / bars;
  const top = share !== null && share <= most * 3 ? Math.max(most, share) : most;
  const y = (calls: number): number => height - (calls / top) * height;
  const busiest = sums.indexOf(most);
  const words = `${name} calls over the window in ${bars} parts: ${count(sums.reduce((a, b) => a + b, 0))} in all, most in part ${busiest + 1}: ${count(sums[busiest] ?? 0)}.`;
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${width} ${height + 18}`} role="img" aria-label={words}>
        {sums.map((calls, n) => <rect key={n} x={(n * width) / bars + 2} width={width / bars - 4} y={y(calls)} height={height - y(calls)}><title>{count(calls)}</title></rect>)}
        <line x1="0" x2={width} y1={height} y2={height} />
        {share !== null && share <= top && <line className="share" x1="0" x2={width} y1={y(share)} y2={y(share)} />}
        <text x="0" y={height + 14}>{Math.round(windowSeconds / 3600)} h ago</text>
        <text x={width} y={height + 14} textAnchor="end">now</text>
      </svg>
      <figcaption className="hint">Highest bar: {count(most)} calls{share !== null && share <= top ? '; dashed: an even share of the allocation' : ''}.</figcaption>
    </figure>
  );
}
