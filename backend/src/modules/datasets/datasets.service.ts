import { Injectable } from '@nestjs/common'
import { createHash } from 'node:crypto'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import type { Action } from '../../common/policy/actions.js'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { decodeCursor, toPage } from '../../common/pagination/pagination.js'
import { notThere, withinProject } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { EventBus } from '../events/event-bus.js'
import type { Project } from '../projects/project.js'
import { ProjectsService } from '../projects/projects.service.js'
import type { Dataset, DatasetContents } from './dataset.js'
import { DatasetCleanup } from './dataset-cleanup.js'
import { DatasetFileRepository, DatasetRepository } from './dataset.repository.js'
import { DatasetDto, type CreateDatasetDto, type DatasetListQuery, type DatasetPage } from './datasets.dto.js'

const BATCH = 1_000
const MOST_KNOWN = 1_000

/** The use cases of data sets. */
@Injectable()
export class DatasetsService {
  private readonly contents = new Map<string, { revision: number; contents: DatasetContents }>()

  constructor(
    private readonly datasets: DatasetRepository,
    private readonly files: DatasetFileRepository,
    private readonly cleanup: DatasetCleanup,
    private readonly projects: ProjectsService,
    private readonly bus: EventBus,
  ) {}

  async create(auth: AuthContext, { projectId, name }: CreateDatasetDto): Promise<DatasetDto> {
    const project = await this.projects.require(auth, 'dataset:create', projectId)
    const at = now()
    const dataset: Dataset = { id: newId(at), projectId, name, deletedAt: null, createdAt: at, updatedAt: at, revision: 1 }
    if (!(await this.datasets.insert(dataset))) throw new DomainError('dataset-name-taken', { name })
    // The project may have been deleted in between, and its clean-up may not have seen this data set.
    if (!(await this.projects.find(projectId))) {
      await this.datasets.markDeleted(dataset.id, now())
      this.cleanup.datasetDeleted(dataset.id)
      throw new DomainError('project-not-found')
    }
    auth.trail.change({ resource: resourceOf(dataset), after: { projectId, name } })
    this.bus.publish('project.changed', { projectId, revision: project.revision })
    return DatasetDto.from(dataset, undefined)
  }

  async get(auth: AuthContext, id: string): Promise<DatasetDto> {
    const { dataset } = await this.require(auth, 'dataset:read', id)
    return DatasetDto.from(dataset, (await this.files.totals([id])).get(id))
  }

  async list(auth: AuthContext, { projectId, cursor, limit }: DatasetListQuery): Promise<DatasetPage> {
    await this.projects.require(auth, 'dataset:read', projectId)
    const before = cursor === undefined ? {} : { before: String(decodeCursor(cursor, ['string'])[0]) }
    const page = toPage(await this.datasets.findOf(projectId, { ...before, limit }), limit, ({ id }) => [id])
    const totals = await this.files.totals(page.items.map(({ id }) => id))
    return { items: page.items.map((dataset) => DatasetDto.from(dataset, totals.get(dataset.id))), nextCursor: page.nextCursor }
  }

  /** Hides the data set with its files at once; their objects are removed in the background. */
  async delete(auth: AuthContext, id: string): Promise<void> {
    const { project, dataset } = await this.require(auth, 'dataset:delete', id)
    await this.datasets.markDeleted(id, now())
    auth.trail.change({ resource: resourceOf(dataset), before: { projectId: project.id, name: dataset.name } })
    this.cleanup.datasetDeleted(id)
    this.bus.publish('project.changed', { projectId: project.id, revision: project.revision })
  }

  /**
   * The data set and its project, if the caller may carry out the action on it.
   * @throws DomainError `dataset-not-found`, also for one that the caller may not know of, or `not-allowed`
   */
  async require(auth: AuthContext, action: Action, id: string): Promise<{ dataset: Dataset; project: Project }> {
    const dataset = await this.datasets.findById(id)
    if (!dataset) throw notThere(auth, 'dataset-not-found')
    return withinProject(auth, 'dataset-not-found', async () => ({
      dataset,
      project: await this.projects.require(auth, action, dataset.projectId),
    }))
  }

  /**
   * All data sets of a project with what their files add up to, the oldest first; for who has asked whether they may be read. The checksum is SHA-256, in hex,
   * over a line for each file by name: name, size and checksum as a JSON list.
   */
  async inventoryOf(projectId: string): Promise<({ id: string; name: string } & DatasetContents)[]> {
    const datasets: Dataset[] = []
    for (let more = true; more;) {
      const last = datasets.at(-1)
      const found = await this.datasets.findOf(projectId, { ...(last ? { before: last.id } : {}), limit: BATCH })
      datasets.push(...found.slice(0, BATCH))
      more = found.length > BATCH
    }
    return Promise.all(
      datasets.reverse().map(async (dataset) => ({ id: dataset.id, name: dataset.name, ...(await this.contentsOf(dataset)) })),
    )
  }

  /** What the files of a data set add up to; read again once its revision says that they are others. */
  private async contentsOf({ id, revision }: Dataset): Promise<DatasetContents> {
    const known = this.contents.get(id)
    if (known?.revision === revision) return known.contents
    const contents = await this.readContents(id)
    this.contents.delete(id)
    this.contents.set(id, { revision, contents })
    for (const oldest of this.contents.keys()) {
      if (this.contents.size <= MOST_KNOWN) break
      this.contents.delete(oldest)
    }
    return contents
  }

  private async readContents(id: string): Promise<DatasetContents> {
    const hash = createHash('sha256')
    let [files, sizeBytes] = [0, 0]
    for (let afterName: string | undefined, more = true; more;) {
      const found = await this.files.findOf(id, { ...(afterName === undefined ? {} : { afterName }), limit: BATCH })
      for (const file of found.slice(0, BATCH)) {
        hash.update(`${JSON.stringify([file.name, file.size, file.checksum])}\n`)
        files += 1
        sizeBytes += file.size
        afterName = file.name
      }
      more = found.length > BATCH
    }
    return { files, sizeBytes, checksum: hash.digest('hex') }
  }

  /** Whether the data set is there and not being deleted; for work that acts for no one. */
  async exists(id: string): Promise<boolean> {
    const dataset = await this.datasets.findById(id)
    return dataset !== null && (await this.projects.find(dataset.projectId)) !== null
  }

  /** Takes note that files of the data set came or went. */
  async filesChanged(id: string): Promise<void> {
    await this.datasets.touch(id, now())
    const dataset = await this.datasets.findById(id)
    const project = dataset && (await this.projects.find(dataset.projectId))
    if (project) this.bus.publish('project.changed', { projectId: project.id, revision: project.revision })
  }
}

const resourceOf = ({ id, name }: Dataset) => ({ type: 'dataset', id, name }) as const
