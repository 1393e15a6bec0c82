import { expect, test } from 'vitest';
import { apiUrlOf, outputOf, streamOutput } from '../../../tools/deployed/deployed.ts';

const outputs = { ApiUrl: 'https://a1b2.execute-api.eu-west-1.amazonaws.com' };

test("the API of an account has AWS's address; that of an emulator is found without DNS", () => {
  expect(apiUrlOf({ place: {}, outputs })).toBe(outputs.ApiUrl);
  const place = { endpoint: 'http://127.0.0.1:4566' };
  for (const ApiUrl of [
    'http://a1b2.execute-api.localhost:4566',
    'https://a1b2.execute-api.localhost.localstack.cloud:4566',
  ]) {
    expect(apiUrlOf({ place, outputs: { ApiUrl } })).toBe(
      'http://127.0.0.1:4566/_aws/execute-api/a1b2/$default',
    );
  }
});

test("streams are outputs, by the declaration's names", () => {
  expect(streamOutput('network-traffic', 'results')).toBe('NetworkTrafficResultsStream');
  expect(() => outputOf({ place: {}, outputs }, 'LateStream')).toThrow('no output "LateStream"');
});
