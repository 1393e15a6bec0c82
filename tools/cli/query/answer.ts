/** A value as JSON has it; whole numbers of more than 53 bits, instants and dates are text. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };

/** What a statement answers. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}
