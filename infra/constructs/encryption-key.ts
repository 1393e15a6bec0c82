import { Stack } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

const ID = 'CustomerKey';

/** The customer's key as the stack of `scope` knows it; `undefined` where AWS's own keys do. */
export function keyOf(scope: Construct, { keyArn }: Deployment): IKey | undefined {
  if (keyArn === undefined) return undefined;
  const stack = Stack.of(scope);
  return (stack.node.tryFindChild(ID) as IKey | undefined) ?? Key.fromKeyArn(stack, ID, keyArn);
}
