import { expect, test } from 'vitest';
import { FunctionOutput } from '../../../../tools/local/functions/output.ts';

const sink = () => {
  const lines: string[] = [];
  return { lines, write: (text: string | Uint8Array) => void lines.push(String(text)) };
};

test('metrics go into one file and everything else into another, however the output is cut', () => {
  const text = '{"level":"INFO"}\n{"_aws":{"Timestamp":1},"Requests":1}\nplain\n{"_aws":{},"a":2}\n';
  for (let cut = 0; cut <= text.length; cut++) {
    const [log, metrics] = [sink(), sink()];
    const output = new FunctionOutput(log, metrics);
    output.write(text.slice(0, cut));
    output.write(text.slice(cut));
    output.end();
    expect(log.lines).toEqual(['{"level":"INFO"}\n', 'plain\n']);
    expect(metrics.lines).toEqual(['{"_aws":{"Timestamp":1},"Requests":1}\n', '{"_aws":{},"a":2}\n']);
  }
});

test('what a process that dies has begun to say is kept', () => {
  const [log, metrics] = [sink(), sink()];
  const output = new FunctionOutput(log, metrics);
  output.write('half a li');
  expect(log.lines).toEqual([]);
  output.end();
  expect(log.lines).toEqual(['half a li\n']);
});
