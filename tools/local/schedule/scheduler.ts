import { randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from '../place.ts';
import type { ScheduleSpec } from '../template/model.ts';
import { parseCron } from './cron.ts';
import { type NextTime, parseRate, ScheduleError } from './expression.ts';

/** Timers beyond this are set anew, as they take no larger number. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Fires the schedules of a template, each time as one asynchronous invocation per target. */
export class Scheduler {
  readonly #enqueue: (functionName: string, payload: string) => void;
  readonly #timers = new Map<ScheduleSpec, NodeJS.Timeout>();

  constructor(enqueue: (functionName: string, payload: string) => void) {
    this.#enqueue = enqueue;
  }

  /**
   * Starts the schedules: rates fire right now for the first time.
   *
   * @throws ScheduleError when an expression is neither a rate nor a cron expression
   */
  start(schedules: readonly ScheduleSpec[]): void {
    const now = Date.now();
    for (const schedule of schedules) {
      const next = nextTimes(schedule.expression, now);
      this.#arm(schedule, next, next(now - 1));
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #arm(schedule: ScheduleSpec, next: NextTime, time: number | undefined): void {
    if (time === undefined) return;
    const wait = Math.max(0, time - Date.now());
    const timer = setTimeout(
      () => {
        if (wait > LONGEST_TIMER_MS) return this.#arm(schedule, next, time);
        this.#fire(schedule, time);
        // A machine that slept does not make up for what it missed.
        this.#arm(schedule, next, next(Math.max(time, Date.now())));
      },
      Math.min(wait, LONGEST_TIMER_MS),
    );
    this.#timers.set(schedule, timer);
  }

  #fire({ arn, targets }: ScheduleSpec, time: number): void {
    for (const { functionName, input } of targets) {
      this.#enqueue(functionName, input ?? scheduledEvent(arn, time));
    }
  }
}

/** @throws ScheduleError */
export function nextTimes(expression: string, now: number): NextTime {
  const next = parseRate(expression, now) ?? parseCron(expression);
  if (next === undefined) throw new ScheduleError(`"${expression}" is neither rate(...) nor cron(...)`);
  return next;
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
function scheduledEvent(arn: string, time: number): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT,
    time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: REGION,
    resources: [arn],
    detail: {},
  });
}
