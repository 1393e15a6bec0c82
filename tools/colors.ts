import pc from 'picocolors';

/** Colours only where a person looks: picocolors itself would also colour what CI reads from a pipe. */
export const colors = pc.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
