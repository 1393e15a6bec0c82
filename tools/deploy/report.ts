import { apiUrlOf, type Deployed, type DeploymentName, outputOf } from '../deployed/deployed.ts';

export interface ReportOptions {
  readonly deployed: Deployed;
  readonly name: DeploymentName;
  readonly key: string;
  /** Outputs not worth a line: the API's address is told apart. */
  readonly leftOut: readonly string[];
  readonly seconds: number;
}

/** Outputs that stacks need for each other. */
const CROSS_STACK = /^ExportsOutput/;

/** What a person wants to know after a deployment: where everything is, what is missing, what to try. */
export function report({ deployed, name, key, leftOut, seconds }: ReportOptions): string {
  const url = apiUrlOf(deployed);
  const outputs = Object.entries(deployed.outputs).filter(
    ([output]) => !CROSS_STACK.test(output) && output !== 'ApiUrl',
  );
  const width = Math.max(...outputs.map(([output]) => output.length));
  const { endpoint, region } = deployed.place;
  const choice = `--env ${name.environment}${name.prefix === 'millrace' ? '' : ` --prefix ${name.prefix}`}`;
  return [
    `deployed in ${Math.round(seconds)} s: ${name.prefix}-${name.environment} at ${endpoint}`,
    '',
    ...outputs.map(([output, value]) => `  ${output.padEnd(width)}  ${value}`),
    '',
    ...(leftOut.length > 0
      ? ['left out, or not done by the emulator:', ...leftOut.map((text) => `  - ${text}`), '']
      : []),
    'the HTTP API and a write key for it:',
    `  export MILLRACE_URL='${url}'`,
    `  export MILLRACE_KEY='${key}'`,
    '',
    'try:',
    `  curl -X POST "$MILLRACE_URL/v1/events/network-traffic" -H "x-api-key: $MILLRACE_KEY" \\`,
    `    -H 'content-type: application/json' -d '{"event_id": "1", "device": "my-router", "ip": "10.0.0.1",`,
    `    "receive_bytes": 1200, "send_bytes": 300, "receive_packets": 4, "send_packets": 2, "ts": '$(date +%s000)'}'`,
    `  curl -H "x-api-key: $MILLRACE_KEY" "$MILLRACE_URL/v1/windows/device-traffic?key=my-router"   # after a minute or two`,
    `  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test`,
    `  npx millrace tail results ${choice}`,
    `  npx millrace doctor ${choice}`,
    `  npx millrace keys create my-producer --table ${outputOf(deployed, 'KeysTable')}`,
    '  npm run test:e2e                       # the end-to-end suite against this deployment',
    '  npm run deploy:local -- --destroy',
  ].join('\n');
}
