/** `1 stream`, `3 streams` */
export const count = (items: readonly unknown[], noun: string): string =>
  `${items.length} ${noun}${items.length === 1 ? '' : 's'}`;
