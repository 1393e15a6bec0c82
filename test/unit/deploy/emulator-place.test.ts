import { expect, test } from 'vitest';
import { emulatorPlace, environmentAt } from '../../../tools/deployed/emulator-place.ts';

test('an emulator is found at its address, by number', () => {
  expect(emulatorPlace('http://localhost:4566/', {})).toEqual({
    endpoint: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  expect(emulatorPlace(undefined, { AWS_DEFAULT_REGION: 'eu-west-1' })).toMatchObject({
    endpoint: 'http://127.0.0.1:4566',
    region: 'eu-west-1',
  });
});

test.each([
  'https://kinesis.eu-west-1.amazonaws.com',
  'https://s3.cn-north-1.amazonaws.com.cn',
  'https://x.api.aws',
])('AWS is no emulator: %s', (address) => expect(() => emulatorPlace(address, {})).toThrow('AWS itself'));

test.each(['localhost:4566', '4566', 'ftp://127.0.0.1'])('"%s" is no address', (address) => {
  expect(() => emulatorPlace(address, {})).toThrow('is no address');
});

test('nothing in the environment leads a program to another place', () => {
  const shell = {
    PATH: '/bin',
    AWS_PROFILE: 'production',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL_S3: 'http://other',
    AWS_ACCESS_KEY_ID: 'mine',
  };
  expect(environmentAt(emulatorPlace('http://127.0.0.1:1', shell), shell)).toEqual({
    PATH: '/bin',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'mine',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
});
