import { describePipeline } from '../../shared/pipeline/describe.ts';
import { pipelines } from '../../shared/pipelines/index.ts';

/** A page of the documentation that is made from code. */
export interface Page {
  /** Path below `docs/`. */
  readonly path: string;
  readonly text: string;
}

/** All generated pages: committed, so that they can be read in the repository, and compared by a test. */
export function pages(): Page[] {
  return pipelines.map((pipeline) => ({
    path: `pipelines/${pipeline.name}.md`,
    text: `${describePipeline(pipeline)}\n`,
  }));
}
