import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { clientOptions, type Place } from '../../../deployed/clients.ts';
import type { Check, Finding } from '../finding.ts';

/** Which alarms of a deployment are ringing. */
export const alarmsCheck = (place: Place, alarms: readonly string[]): Check => ({
  about: 'alarms',
  async run() {
    const client = new CloudWatchClient(clientOptions(place));
    const ringing: Finding[] = [];
    try {
      for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, { StateValue: 'ALARM' })) {
        for (const { AlarmName = '', StateReason, AlarmDescription } of MetricAlarms) {
          if (!alarms.includes(AlarmName)) continue;
          ringing.push({
            about: 'alarms',
            level: 'problem',
            text: `${AlarmName}: ${StateReason}`,
            advice: AlarmDescription,
          });
        }
      }
    } finally {
      client.destroy();
    }
    if (ringing.length > 0) return ringing;
    return [{ about: 'alarms', level: 'ok', text: `${alarms.length}, none is ringing` }];
  },
});
