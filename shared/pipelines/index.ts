import { assertDistinct, type Pipeline } from '../pipeline/index.ts';
import networkTraffic from './network-traffic.ts';
import patientVitals from './patient-vitals.ts';

/** Every pipeline of this application: what is listed here is deployed. */
export const pipelines: readonly Pipeline[] = [networkTraffic, patientVitals];

assertDistinct(pipelines);
