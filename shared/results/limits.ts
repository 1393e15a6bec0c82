/** How many windows a page has where the caller does not say, and at most. */
export const DEFAULT_LIMIT = 1_000;
export const MAX_LIMIT = 10_000;
