/** An answer of the S3 API that is an error. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
export const errors = {
  noSuchBucket: (bucket: string) => new S3Error('NoSuchBucket', 404, `The bucket "${bucket}" does not exist`),
  noSuchKey: (key: string) => new S3Error('NoSuchKey', 404, `The key "${key}" does not exist`),
  noSuchUpload: () => new S3Error('NoSuchUpload', 404, 'The multipart upload does not exist'),
  notModified: () => new S3Error('NotModified', 304, 'Not Modified'),
  preconditionFailed: () =>
    new S3Error('PreconditionFailed', 412, 'At least one of the pre-conditions did not hold'),
  invalidRange: () => new S3Error('InvalidRange', 416, 'The requested range is not satisfiable'),
  invalidPart: (part: number) => new S3Error('InvalidPart', 400, `Part ${part} was not found or differs`),
  invalidPartOrder: () => new S3Error('InvalidPartOrder', 400, 'The parts are not in ascending order'),
  entityTooSmall: (part: number) =>
    new S3Error('EntityTooSmall', 400, `Part ${part} is below 5 MiB and is not the last`),
  badDigest: (what: string) => new S3Error('BadDigest', 400, `The ${what} does not match the body received`),
  incompleteBody: () => new S3Error('IncompleteBody', 400, 'The body is shorter than announced'),
  malformedBody: () => new S3Error('InvalidRequest', 400, 'The aws-chunked body is malformed'),
  malformedXml: () => new S3Error('MalformedXML', 400, 'The XML is not what this operation takes'),
  invalidArgument: (what: string) => new S3Error('InvalidArgument', 400, what),
  invalidBucketName: (bucket: string) =>
    new S3Error('InvalidBucketName', 400, `"${bucket}" is not a valid bucket name`),
  keyTooLong: () =>
    new S3Error('KeyTooLongError', 400, 'A key has at most 1024 bytes, and here 240 between two slashes'),
  bucketNotEmpty: () => new S3Error('BucketNotEmpty', 409, 'The bucket is not empty'),
  notImplemented: (what: string) => new S3Error('NotImplemented', 501, `${what} is not part of the local S3`),
};
