/** Turns a declaration's name into a construct's: `network-traffic` becomes `NetworkTraffic`. */
export const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
