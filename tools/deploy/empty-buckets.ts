import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { clientOptions, type Place, s3Options } from '../deployed/clients.ts';
import { type DeploymentName, stacksOf } from '../deployed/deployed.ts';

/**
 * Empties the buckets of a deployment on an emulator, which CloudFormation would not delete as they are.
 *
 * @returns how many objects there were
 */
export async function emptyBuckets(place: Place, name: DeploymentName): Promise<number> {
  const cloudFormation = new CloudFormationClient(clientOptions(place));
  const s3 = new S3Client(s3Options(place));
  let objects = 0;
  try {
    for (const { StackName } of await stacksOf(place, name)) {
      for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName })) {
        for (const { ResourceType, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
          if (ResourceType === 'AWS::S3::Bucket' && PhysicalResourceId !== undefined) {
            objects += await emptyBucket(s3, PhysicalResourceId);
          }
        }
      }
    }
  } finally {
    cloudFormation.destroy();
    s3.destroy();
  }
  return objects;
}

async function emptyBucket(client: S3Client, Bucket: string): Promise<number> {
  let count = 0;
  for (;;) {
    // Always the first page: what it showed is gone the next time.
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    const found = [...Versions, ...DeleteMarkers];
    if (found.length === 0) return count;
    const Objects = found.map(({ Key, VersionId }) => ({ Key, VersionId }));
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
    );
    const [failed] = Errors;
    if (failed !== undefined) throw new Error(`${Bucket}/${failed.Key} stays: ${failed.Message}`);
    count += found.length;
  }
}
