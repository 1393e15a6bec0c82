import type { WindowStage } from './stage.ts';

/** The field in which a stage over results finds their key: named as in the events, `key` where all events form one group. */
export const resultKeyField = ({ key }: Pick<WindowStage, 'key'>): string =>
  typeof key === 'string' ? key : 'key';

/** The fields of a window stage's results as a stage that reads them sees them: key, start, end and values. */
export const resultFields = (stage: WindowStage): string[] => [
  resultKeyField(stage),
  'start',
  'end',
  ...Object.keys(stage.values),
];
