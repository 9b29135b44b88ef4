import { mkdirSync } from 'node:fs'
import { run } from './exec.ts'
import type { ServiceSpec } from './processes.ts'
import type { Secrets } from './secrets.ts'
import { toolPath } from './tools.ts'

export interface MinioOptions {
  dataDir: string
  port: number
  secrets: Secrets
  region: string
  /** Pages that may use presigned URLs; `*` for any. */
  origins: string[]
}

/** The embedded object store. Its web console is off; its root key stays with the supervisor. */
export function minioService(options: MinioOptions): ServiceSpec {
  mkdirSync(options.dataDir, { recursive: true })
  return {
    name: 'minio',
    command: toolPath('minio', 'minio'),
    args: ['server', '--quiet', '--address', `127.0.0.1:${options.port}`, options.dataDir],
    env: {
      ...process.env,
      MINIO_ROOT_USER: options.secrets.s3RootUser,
      MINIO_ROOT_PASSWORD: options.secrets.s3RootPassword,
      MINIO_REGION: options.region,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      // Longer than the portal waits for the parts of an upload: by itself MinIO throws them away after a day.
      MINIO_API_STALE_UPLOADS_EXPIRY: '192h',
      // Browsers at the portal's address may PUT and GET; MinIO exposes ETag by itself.
      MINIO_API_CORS_ALLOW_ORIGIN: options.origins.join(','),
    },
  }
}

export async function minioReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/minio/health/ready`)
  await response.body?.cancel()
  return response.ok
}

/** Creates the buckets and the portal's service account, which may reach only what the patterns name. */
export async function provisionMinio(port: number, secrets: Secrets, region: string, buckets: string[], patterns: string[]): Promise<void> {
  await run(toolPath('minio', 'provision'), [], {
    env: {
      ENDPOINT: `127.0.0.1:${port}`,
      ROOT_USER: secrets.s3RootUser,
      ROOT_PASSWORD: secrets.s3RootPassword,
      ACCESS_KEY: secrets.s3AccessKey,
      SECRET_KEY: secrets.s3SecretKey,
      REGION: region,
      BUCKETS: buckets.join(','),
      BUCKET_PATTERNS: patterns.join(','),
    },
  })
}
