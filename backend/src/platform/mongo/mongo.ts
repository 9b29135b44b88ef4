import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import mongoose, { type Connection, type Model, type Schema } from 'mongoose'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { Pause } from '../../common/pause.js'
import { Health } from '../../common/health.js'
import { DomainError } from '../../common/problem/domain-error.js'

mongoose.set('strictQuery', 'throw')
// A value of a request that is an object with operators never becomes part of a filter: our own operators are marked with mongoose.trusted().
mongoose.set('sanitizeFilter', true)

const SELECTION_MS = 2_000
const RECONNECT_MS = 1_000
// The driver waits half a minute for the answer to a first word, and meanwhile tries no other connection.
const CONNECT_MS = 5_000

/** A step that must have run on the database before it is used: indexes, the first admin. It must be safe to run twice. */
export type OnReady = () => Promise<void>

/**
 * The connection to MongoDB. The portal starts without it and serves 503 until it is there: the first connection is tried again until it succeeds,
 * after that the driver reconnects by itself. Commands fail at once, rather than wait, while there is no connection.
 */
@Injectable()
export class Mongo implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Mongo')
  private readonly connection: Connection
  private readonly steps: { name: string; run: OnReady }[] = []
  private readonly readyListeners: (() => void)[] = []
  private prepared = false
  private stopped = false
  private readonly pause = new Pause()

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    health: Health,
  ) {
    this.connection = mongoose.createConnection()
    health.register({ name: 'database', required: true, check: () => this.ping() })
  }

  /** The model of a collection; its indexes are built before the portal counts as ready. */
  model<T>(name: string, schema: Schema<T>): Model<T> {
    schema.set('autoIndex', false)
    schema.set('autoCreate', false)
    schema.set('bufferCommands', false)
    const model = this.connection.model<T>(name, schema)
    this.onReady(`indexes of ${name}`, async () => {
      await model.createIndexes()
    })
    return model
  }

  /** Registers a step that runs once the database is reachable, in the order of registration, again after a failure. */
  onReady(name: string, run: OnReady): void {
    this.steps.push({ name, run })
  }

  /** Calls back once all steps have run; at once when they have. */
  whenReady(listener: () => void): void {
    if (this.prepared) listener()
    else this.readyListeners.push(listener)
  }

  /** Whether the database answers and every step has run. */
  get ready(): boolean {
    return this.prepared && this.connection.readyState === mongoose.ConnectionStates.connected
  }

  /** Asks the database for a sign of life. @throws when there is none */
  async ping(): Promise<void> {
    if (!this.prepared || !this.connection.db) throw new DomainError('database-unavailable')
    await this.connection.db.admin().ping()
  }

  onApplicationBootstrap(): void {
    void this.connect()
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true
    this.pause.wake()
    await this.connection.close()
  }

  private async connect(): Promise<void> {
    for (let attempt = 1; !this.stopped; attempt++) {
      try {
        if (this.connection.readyState !== mongoose.ConnectionStates.connected)
          await this.connection.openUri(this.config.mongodbUri, {
            serverSelectionTimeoutMS: SELECTION_MS,
            connectTimeoutMS: CONNECT_MS,
            heartbeatFrequencyMS: 2_000,
            socketTimeoutMS: 30_000,
            appName: 'vitrine',
          })
        for (const step of this.steps) await step.run()
        this.prepared = true
        this.logger.log('database is ready')
        for (const listener of this.readyListeners.splice(0)) listener()
        return
      } catch (error) {
        if (attempt === 1 || attempt % 30 === 0) this.logger.warn({ err: error }, 'database is not ready, trying again')
        await this.pause.wait(RECONNECT_MS)
      }
    }
  }
}

/** A thing as it is stored: its id is the key of the document. */
export type Stored<T extends { id: string }> = Omit<T, 'id'> & { _id: string }

/** The thing in a document; null for none. */
export function fromStored<T extends { id: string }>(stored: Stored<T>): T
export function fromStored<T extends { id: string }>(stored: Stored<T> | null): T | null
export function fromStored<T extends { id: string }>(stored: Stored<T> | null): T | null {
  if (stored === null) return null
  const { _id, ...rest } = stored
  return { id: _id, ...rest } as unknown as T
}

/** The document of a thing. */
export function toStored<T extends { id: string }>({ id, ...rest }: T): Stored<T> {
  return { _id: id, ...rest }
}

/** A text as a part of a regular expression that means just this text. */
export const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

const OUTAGES = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoExpiredSessionError',
])

/** An outage of the database as `database-unavailable`; any other error is not ours to explain. */
export function translateMongoError(error: unknown): DomainError | undefined {
  if (!(error instanceof Error)) return undefined
  // A write on a socket that the server has just closed comes out of the driver as Node's own error, which it does not wrap.
  const closed = 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET')
  const notYet = error.name === 'MongooseError' && /before initial connection|bufferCommands/.test(error.message)
  return OUTAGES.has(error.name) || notYet || closed ? new DomainError('database-unavailable', {}, { cause: error }) : undefined
}

/** Whether a write was refused because a unique value is taken; `index` narrows it to one index or field. */
export function isDuplicateKey(error: unknown, index?: string): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 11000) return false
  return index === undefined || error.message.includes(index)
}
