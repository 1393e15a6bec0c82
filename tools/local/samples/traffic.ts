/** An event of the sample type `network-traffic`, always with an id, so that sending it again counts once. */
export interface Traffic {
  readonly event_id: string;
  readonly device: string;
  readonly ip: string;
  readonly receive_bytes: number;
  readonly send_bytes: number;
  readonly receive_packets: number;
  readonly send_packets: number;
  /** Epoch milliseconds. */
  readonly ts: number;
}
