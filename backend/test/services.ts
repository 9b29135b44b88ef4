import { createHash } from 'node:crypto'
import { basename } from 'node:path'

/** Where the real services are that integration tests run on. */
export interface TestServices {
  mongoUri: string
  s3: { endpoint: string; accessKey: string; secretKey: string; region: string; bucket: string }
  /** Of the page that the store lets in by CORS. */
  origin: string
}

const REQUIRED = ['TEST_MONGODB_URI', 'TEST_S3_ENDPOINT', 'TEST_S3_ACCESS_KEY', 'TEST_S3_SECRET_KEY', 'TEST_ORIGIN'] as const

/**
 * The services named by the environment; `make test` starts them and sets it.
 * @param spec path of the spec file (`import.meta.filename`): each has a database of its own
 * @throws when one is not named: a test that was left out is not a test that passed
 */
export function testServices(spec: string): TestServices {
  const missing = REQUIRED.filter((name) => !process.env[name])
  if (missing.length > 0)
    throw new Error(
      `Integration tests run on real services, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set. ` +
        'Run them with "make test" or "node tools/test/run.ts integration", which start the services and set the variables.',
    )
  const env = process.env as Record<string, string>
  return {
    mongoUri: withDatabase(env['TEST_MONGODB_URI'] ?? '', databaseOf(spec)),
    s3: {
      endpoint: env['TEST_S3_ENDPOINT'] ?? '',
      accessKey: env['TEST_S3_ACCESS_KEY'] ?? '',
      secretKey: env['TEST_S3_SECRET_KEY'] ?? '',
      region: env['TEST_S3_REGION'] || 'us-east-1',
      bucket: env['TEST_S3_BUCKET'] || 'vitrine',
    },
    origin: env['TEST_ORIGIN'] ?? '',
  }
}

// The process id keeps two runs on the same services apart.
function databaseOf(spec: string): string {
  const name = basename(spec).replace(/\.spec\.ts$/, '')
  const run = createHash('sha256').update(`${spec} ${process.pid} ${performance.timeOrigin}`).digest('hex').slice(0, 6)
  return `test_${name.replace(/[^a-z0-9]+/gi, '_')}_${run}`
}

function withDatabase(uri: string, database: string): string {
  const parsed = new URL(uri)
  parsed.pathname = `/${database}`
  return parsed.href
}
