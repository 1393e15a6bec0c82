import { ELEVATED_ABOVE } from './patient-vitals.ts';

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
    name: 'vitals-by-patient',
    description: 'How each measure of a patient lies, and how much the heart rate varies, of the last day',
    sql: `SELECT patient_id,
  count(*) AS readings,
  avg(heart_rate) AS mean_heart_rate,
  stddev_samp(heart_rate) AS deviation_of_heart_rate,
  max(blood_pressure) AS highest_blood_pressure,
  avg(glucose_level) AS mean_glucose_level,
  max(_time) AS latest
FROM patient_vitals
WHERE dt >= current_date - INTERVAL '1' DAY
GROUP BY patient_id
ORDER BY patient_id`,
  },
  {
    name: 'elevated-heart-rates',
    description: 'Minutes in which a patient has elevated heart rates, of the last day',
    sql: `SELECT patient_id,
  date_trunc('minute', _time) AS minute,
  count(*) AS readings,
  max(heart_rate) AS highest_heart_rate
FROM patient_vitals
WHERE dt >= current_date - INTERVAL '1' DAY AND heart_rate > ${ELEVATED_ABOVE}
GROUP BY patient_id, date_trunc('minute', _time)
ORDER BY patient_id, minute`,
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
