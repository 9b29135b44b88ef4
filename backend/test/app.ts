import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import mongoose from 'mongoose'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from '../src/app.js'
import { parseConfig } from '../src/config/config.js'
import { Mongo } from '../src/platform/mongo/mongo.js'
import { TestClient } from './client.js'
import { testServices } from './services.js'

const ADMIN = { username: 'admin', password: 'test-admin-6fK2pQ9x' }
const READY_MS = 30_000

/** A portal in this process, on a port and a database of its own. */
export interface TestApp {
  app: NestFastifyApplication
  /** Its address, as `http://127.0.0.1:41234`. */
  url: string
  /** A client that has not signed in. */
  anonymous: () => TestClient
  /** A client with the first admin's session. */
  signedIn: () => Promise<TestClient>
  /** Stops the portal; its database stays. */
  stop: () => Promise<void>
  /** Stops the portal and drops its database. */
  remove: () => Promise<void>
}

/**
 * Starts the portal on the real services and waits until it is ready.
 * @param options.spec path of the spec file (`import.meta.filename`)
 * @param options.env settings that differ from the usual ones
 * @param options.waitFor which answer of /readyz to wait for; null for none
 */
export async function startApp(options: { spec: string; env?: Record<string, string>; waitFor?: 200 | 503 | null }): Promise<TestApp> {
  const config = parseConfig({ ...environment(options.spec), ...options.env })
  const app = await createApp(config)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1')
  const waitFor = options.waitFor === undefined ? 200 : options.waitFor
  // Its answer is kept for two seconds, so it is not asked before the slower part is there.
  if (waitFor === 200)
    await Promise.race([new Promise<void>((resolve) => app.get(Mongo).whenReady(resolve)), sleep(READY_MS, undefined, { ref: false })])
  if (waitFor !== null) await ready(url, waitFor)
  let running = true
  const stop = async () => {
    if (running) await app.close()
    running = false
  }
  return {
    app,
    url,
    anonymous: () => new TestClient(url),
    signedIn: async () => {
      const client = new TestClient(url)
      await client.signIn(ADMIN)
      return client
    },
    stop,
    remove: async () => {
      await stop()
      await dropDatabase(config.mongodbUri)
    },
  }
}

/** The settings of a portal on the test services. */
export function environment(spec: string): Record<string, string> {
  const { mongoUri, s3 } = testServices(spec)
  const root = join(import.meta.dirname, '../..')
  return {
    VITRINE_SECRET: 'only-for-tests-0123456789abcdefghijklmnop',
    VITRINE_ADMIN_USERNAME: ADMIN.username,
    VITRINE_ADMIN_PASSWORD: ADMIN.password,
    VITRINE_LOG_LEVEL: 'error',
    // A test sends more from one address than a hundred people do.
    VITRINE_RATE_LIMIT_ACCOUNT: '0',
    VITRINE_RATE_LIMIT_TOKEN: '0',
    VITRINE_RATE_LIMIT_ADDRESS: '0',
    VITRINE_TEMPLATES_DIR: join(root, 'manifests-templates'),
    VITRINE_FRONTEND_DIR: join(root, 'backend/test/fixtures/page'),
    MONGODB_URI: mongoUri,
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY: s3.accessKey,
    S3_SECRET_KEY: s3.secretKey,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
  }
}

/** Waits until /readyz answers with the status. @throws with its last answer when it does not */
export async function ready(url: string, status: 200 | 503 = 200): Promise<void> {
  let last = 'no answer'
  for (const until = performance.now() + READY_MS; performance.now() < until;) {
    const answer = await fetch(`${url}/readyz`)
    last = `${answer.status} ${await answer.text()}`
    if (answer.status === status) return
    await sleep(50)
  }
  throw new Error(`/readyz did not answer ${status} within ${READY_MS} ms; its last answer: ${last}`)
}

/** Removes a database of a test. */
export async function dropDatabase(uri: string): Promise<void> {
  const connection = await mongoose.createConnection(uri, { serverSelectionTimeoutMS: 5_000 }).asPromise()
  try {
    await connection.dropDatabase()
  } finally {
    await connection.close()
  }
}
