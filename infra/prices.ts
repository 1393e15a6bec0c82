/** What AWS charges, in US dollars. */
export interface Prices {
  /** A second of a function on arm64, per GB of its memory. */
  readonly lambdaGbSecond: number;
  readonly lambdaMillionRequests: number;
  readonly dynamodbMillionWriteUnits: number;
  readonly dynamodbMillionReadUnits: number;
  readonly kinesisShardHour: number;
  /** Payload units of 25 KB put to provisioned streams. */
  readonly kinesisMillionPuts: number;
  readonly kinesisOnDemandStreamHour: number;
  readonly kinesisOnDemandGbIn: number;
  readonly kinesisOnDemandGbOut: number;
}

/**
 * List prices of us-east-1 in November 2026, without free tiers and discounts.
 *
 * @see https://aws.amazon.com/lambda/pricing/
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 * @see https://aws.amazon.com/kinesis/data-streams/pricing/
 */
export const LIST_PRICES: Prices = {
  lambdaGbSecond: 0.0000133334,
  lambdaMillionRequests: 0.2,
  dynamodbMillionWriteUnits: 0.625,
  dynamodbMillionReadUnits: 0.125,
  kinesisShardHour: 0.015,
  kinesisMillionPuts: 0.014,
  kinesisOnDemandStreamHour: 0.04,
  kinesisOnDemandGbIn: 0.08,
  kinesisOnDemandGbOut: 0.04,
};

/**
 * The list prices, with some of them replaced.
 *
 * @param text - a JSON object of the prices that differ
 * @throws RangeError naming what is no price
 */
export function pricesOf(text: string | undefined): Prices {
  if (text === undefined) return LIST_PRICES;
  let own: unknown;
  try {
    own = JSON.parse(text);
  } catch {
    throw new RangeError(`prices is ${text}: use a JSON object`);
  }
  const entries = typeof own === 'object' && own !== null ? Object.entries(own) : [];
  for (const [name, price] of entries) {
    if (!Object.hasOwn(LIST_PRICES, name)) {
      throw new RangeError(`"${name}" is no price: use some of ${Object.keys(LIST_PRICES).join(', ')}`);
    }
    if (typeof price !== 'number' || !(price >= 0)) {
      throw new RangeError(`the price "${name}" is ${String(price)}: use dollars`);
    }
  }
  return { ...LIST_PRICES, ...Object.fromEntries(entries) };
}
