import type { Command } from 'commander';
import { acceptSchema, SCHEMAS, schemaChanges } from '../../../shared/lake/schema/folder.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';

const INCOMPATIBLE = 1;

/** Adds `millrace schema` to the program. */
export function addSchemaCommand(program: Command): void {
  const schema = program
    .command('schema')
    .description('Compares the schemas of event types with the accepted ones, in the folder schemas/');
  schema
    .command('check')
    .description('say what has changed; status 1 where something is not accepted')
    .action(() => {
      for (const type of types()) {
        const changes = schemaChanges(SCHEMAS, type);
        const { incompatible = [], compatible = ['it is new'] } = changes ?? {};
        const lines = [
          ...incompatible.map(({ field, change, fix }) => `incompatible: ${field} ${change}: ${fix}`),
          ...compatible,
        ];
        for (const line of lines) console.log(`${type.name}: ${line}`);
        if (lines.length > 0) process.exitCode = INCOMPATIBLE;
      }
    });
  schema
    .command('accept')
    .description('make the declared schemas the accepted ones')
    .option(
      '--incompatible',
      'also where files in the lake cannot follow: for types of which no lake has any',
    )
    .action(({ incompatible = false }: { readonly incompatible?: boolean }) => {
      for (const type of types()) {
        const [problem] = schemaChanges(SCHEMAS, type)?.incompatible ?? [];
        if (problem !== undefined && !incompatible) {
          console.error(`${type.name}: ${problem.field} ${problem.change}: ${problem.fix}`);
          process.exitCode = INCOMPATIBLE;
        } else acceptSchema(SCHEMAS, type);
      }
    });
}

const types = () => pipelines.flatMap((pipeline) => pipeline.types);
