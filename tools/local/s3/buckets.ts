import { REGION } from '../place.ts';
import { xml } from './objects.ts';
import type { S3Response } from './request.ts';
import type { ObjectStore } from './store.ts';
import { xmlDocument } from './xml.ts';

/** ListBuckets: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export async function listBuckets(store: ObjectStore): Promise<S3Response> {
  const buckets = await store.buckets();
  const Bucket = buckets.map(({ name, created }) => ({ Name: name, CreationDate: created.toISOString() }));
  return xml(
    xmlDocument('ListAllMyBucketsResult', {
      Owner: { ID: 'local', DisplayName: 'local' },
      Buckets: { Bucket },
    }),
  );
}

/** GetBucketLocation: the answer for us-east-1 is an empty element. */
export async function locateBucket(store: ObjectStore, bucket: string): Promise<S3Response> {
  await store.bucket(bucket);
  return xml(xmlDocument('LocationConstraint', REGION === 'us-east-1' ? '' : REGION));
}
