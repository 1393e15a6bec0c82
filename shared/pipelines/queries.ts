/** A statement that analysts find by its name in Athena, and that `npx millrace query --named` runs on a local lake. */
export interface NamedQuery {
  readonly name: string;
  readonly description: string;
  /** What Athena and DuckDB both understand. */
  readonly sql: string;
}

/** Questions to the lakes of the sample pipelines. */
export const namedQueries: readonly NamedQuery[] = [
  {
    name: 'traffic-by-device',
    description: 'Bytes, packets and the mean size of a packet per device, of the last day',
    sql: `SELECT device,
  sum(receive_bytes + send_bytes) AS bytes,
  sum(receive_packets + send_packets) AS packets,
  CAST(sum(receive_bytes + send_bytes) AS double) / nullif(sum(receive_packets + send_packets), 0) AS bytes_per_packet
FROM network_traffic
WHERE dt >= current_date - INTERVAL '1' DAY
GROUP BY device
ORDER BY bytes DESC, device`,
  },
  {
    name: 'traffic-share-by-ip',
    description: "Each IP address's share of all bytes, of the last day",
    sql: `SELECT ip,
  sum(receive_bytes + send_bytes) AS bytes,
  CAST(sum(receive_bytes + send_bytes) AS double) / sum(sum(receive_bytes + send_bytes)) OVER () AS share
FROM network_traffic
WHERE dt >= current_date - INTERVAL '1' DAY
GROUP BY ip
ORDER BY bytes DESC, ip`,
  },
  {
    name: 'arrivals-by-hour',
    description: 'Events per type and hour, and how long they took to arrive, of the last day',
    sql: `SELECT type, dt, hour,
  count(*) AS events,
  count(DISTINCT id) AS ids,
  avg(date_diff('millisecond', time, arrival)) AS mean_delay_ms
FROM raw
WHERE dt >= current_date - INTERVAL '1' DAY
GROUP BY type, dt, hour
ORDER BY dt, hour, type`,
  },
  {
    name: 'rejected-by-reason',
    description: 'What could not be processed in the last week: stage, reason, how often',
    sql: `SELECT stage, code, reason, count(*) AS records, max(arrival) AS latest
FROM rejected
WHERE dt >= current_date - INTERVAL '7' DAY
GROUP BY stage, code, reason
ORDER BY records DESC, stage, code, reason`,
  },
];
