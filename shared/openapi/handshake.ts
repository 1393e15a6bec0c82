import { WEB_HOOK_PARAMETERS } from './parameters.ts';
import { problemResponses } from './problems.ts';
import type { HeaderObject, Operation, Parameter } from './types.ts';

const ALLOW: Readonly<Record<string, HeaderObject>> = {
  allow: { description: 'The methods of the path.', schema: { type: 'string' } },
};

/** @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection */
export const handshakeOperation = (
  operationId: string,
  summary: string,
  parameters: readonly Parameter[],
  kind: 'local' | 'aws',
): Operation => ({
  operationId,
  summary,
  description: 'The handshake of the CloudEvents web hook specification. It needs no key; the delivery does.',
  tags: ['Sending events'],
  security: [],
  parameters: [...parameters, ...WEB_HOOK_PARAMETERS],
  responses: {
    200: {
      description: 'The system may deliver.',
      headers: {
        ...ALLOW,
        'webhook-allowed-origin': {
          description: 'The system that asked, or `*` where all may.',
          required: true,
          schema: { type: 'string' },
        },
        'webhook-allowed-rate': {
          description: 'Requests a minute.',
          required: true,
          schema: { type: 'integer', minimum: 1 },
        },
      },
    },
    204: { description: 'The system did not say who it is, or may not deliver.', headers: ALLOW },
    ...problemResponses(parameters.length > 0 ? 'agreeType' : 'agree', { kind, checks: false }),
  },
});
