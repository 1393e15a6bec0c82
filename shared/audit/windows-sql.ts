import type { WindowSpec, WindowStage } from '../pipeline/index.ts';
import { overlapOf } from '../pipeline/window-times.ts';
import type { Window } from '../windows/types.ts';

/**
 * CTEs that put events into windows: the last one, `placed`, has the columns of `keyed` and ws and we, start and end of the window.
 * Written from the definitions of the kinds of windows, not from the code that stages run.
 *
 * @param calendar - the windows of a calendar in the range: which they are, engines of SQL do not agree on
 */
export function windowsSql({ window, allowedLateness }: WindowStage, calendar: readonly Window[]): string {
  const assigned = assign(window, calendar);
  // A window takes nothing more once the watermark has passed its end and the allowed lateness; others of the event may.
  const open = `(missed IS NULL OR missed < we + ${allowedLateness})`;
  return `${assigned.ctes}placed AS (
  SELECT * FROM (${assigned.sql}) AS assigned WHERE ${open}
)`;
}

const floorTo = (period: number, offset: number): string =>
  `t - mod(mod(t - ${offset}, ${period}) + ${period}, ${period})`;

function assign(
  window: WindowSpec,
  calendar: readonly Window[],
): { readonly ctes: string; readonly sql: string } {
  switch (window.kind) {
    case 'tumbling': {
      const start = floorTo(window.size, window.offset);
      return plain(`SELECT *, ${start} AS ws, ${start} + ${window.size} AS we FROM keyed`);
    }
    case 'hopping': {
      const { size, slide, offset } = window;
      const start = `${floorTo(slide, offset)} - back * ${slide}`;
      return plain(
        `SELECT * FROM (SELECT keyed.*, ${start} AS ws, ${start} + ${size} AS we FROM keyed CROSS JOIN ${numbers(overlapOf(window), 'back')}) AS hops WHERE t < we`,
      );
    }
    case 'cumulative': {
      const { size, step, offset } = window;
      const start = floorTo(size, offset);
      return plain(
        `SELECT * FROM (SELECT keyed.*, ${start} AS ws, ${start} + (steps + 1) * ${step} AS we FROM keyed CROSS JOIN ${numbers(overlapOf(window), 'steps')}) AS grown WHERE t < we`,
      );
    }
    case 'calendar':
      return plain(
        `SELECT keyed.*, dates.ws, dates.we FROM keyed JOIN (VALUES ${calendar.map(({ start, end }) => `(CAST(${start} AS bigint), CAST(${end} AS bigint))`).join(', ')}) AS dates(ws, we) ON t >= dates.ws AND t < dates.we`,
      );
    case 'session':
      return {
        ctes: `chained AS (
  SELECT *, CASE WHEN t - lag(t) OVER (PARTITION BY k ORDER BY t) <= ${window.gap} THEN 0 ELSE 1 END AS opens FROM keyed
), numbered AS (
  SELECT *, sum(opens) OVER (PARTITION BY k ORDER BY t ROWS UNBOUNDED PRECEDING) AS chain FROM chained
), `,
        sql: `SELECT *, min(t) OVER (PARTITION BY k, chain) AS ws, max(t) OVER (PARTITION BY k, chain) + ${window.gap} AS we FROM numbered`,
      };
  }
}

const plain = (sql: string) => ({ ctes: '', sql });

const numbers = (count: number, name: string): string =>
  `(VALUES ${Array.from({ length: count }, (_, index) => `(${index})`).join(', ')}) AS offsets(${name})`;
