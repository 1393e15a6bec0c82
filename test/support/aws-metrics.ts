/**
 * What AWS documents of the metrics that alarms and dashboards use: by namespace and dimensions, the page and the names on it.
 * Copied by hand from the documentation, which is the point: code that invents a metric finds no line here.
 */
export interface PublishedMetrics {
  readonly namespace: string;
  readonly dimensions: readonly string[];
  readonly names: readonly string[];
  readonly page: string;
}

export const PUBLISHED: readonly PublishedMetrics[] = [
  {
    namespace: 'AWS/Lambda',
    dimensions: ['FunctionName'],
    names: [
      ...['Invocations', 'Errors', 'Throttles', 'Duration', 'IteratorAge', 'ConcurrentExecutions'],
      ...['DeadLetterErrors', 'DestinationDeliveryFailures', 'RecursiveInvocationsDropped'],
      ...['AsyncEventsReceived', 'AsyncEventAge', 'AsyncEventsDropped'],
    ],
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html',
  },
  {
    namespace: 'AWS/Lambda',
    dimensions: ['EventSourceMappingUUID'],
    names: [
      ...['PolledEventCount', 'FilteredOutEventCount', 'InvokedEventCount', 'FailedInvokeEventCount'],
      ...['DroppedEventCount', 'OnFailureDestinationDeliveredEventCount', 'DeletedEventCount'],
    ],
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#event-source-mapping-metrics',
  },
  {
    namespace: 'AWS/Kinesis',
    dimensions: ['StreamName'],
    names: [
      ...['GetRecords.Bytes', 'GetRecords.IteratorAgeMilliseconds', 'GetRecords.Records'],
      ...['IncomingBytes', 'IncomingRecords', 'PutRecords.FailedRecords', 'PutRecords.ThrottledRecords'],
      ...['ReadProvisionedThroughputExceeded', 'WriteProvisionedThroughputExceeded'],
    ],
    page: 'https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html',
  },
  {
    namespace: 'AWS/Events',
    dimensions: ['RuleName'],
    names: ['FailedInvocations', 'Invocations', 'MatchedEvents', 'ThrottledRules', 'TriggeredRules'],
    page: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html',
  },
  {
    namespace: 'AWS/ApiGateway',
    dimensions: ['ApiId'],
    names: ['4xx', '5xx', 'Count', 'DataProcessed', 'IntegrationLatency', 'Latency'],
    page: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html',
  },
  {
    namespace: 'AWS/SNS',
    dimensions: ['TopicName'],
    names: [
      ...['NumberOfMessagesPublished', 'NumberOfNotificationsDelivered', 'NumberOfNotificationsFailed'],
      ...['PublishSize'],
    ],
    page: 'https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html',
  },
];

/** Of what type the resource is that a dimension's value names. */
export const DIMENSION_TYPES: Readonly<Record<string, string>> = {
  FunctionName: 'AWS::Lambda::Function',
  EventSourceMappingUUID: 'AWS::Lambda::EventSourceMapping',
  StreamName: 'AWS::Kinesis::Stream',
  RuleName: 'AWS::Events::Rule',
  ApiId: 'AWS::ApiGatewayV2::Api',
  TopicName: 'AWS::SNS::Topic',
};
