import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { DatasetFilesService } from '../datasets/dataset-files.service.js'
import { DatasetsService } from '../datasets/datasets.service.js'
import { ProjectsService } from '../projects/projects.service.js'
import type { Upload } from './upload.js'

/** What uploads go into: who may, and whether it fits. Today these are data sets; another kind of target is another branch here. */
@Injectable()
export class UploadTargets {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly projects: ProjectsService,
    private readonly datasets: DatasetsService,
    private readonly files: DatasetFilesService,
  ) {}

  /**
   * Lets an upload begin. @returns the project of the target
   * @throws DomainError `dataset-not-found`, `not-allowed`, `upload-too-large` or `file-name-taken`
   */
  async admit(auth: AuthContext, { target, name, size }: Pick<Upload, 'target' | 'name' | 'size'>): Promise<{ projectId: string }> {
    const { project } = await this.datasets.require(auth, 'dataset:update', target.id)
    if (size > this.config.maxUploadBytes) throw new DomainError('upload-too-large', { limit: this.config.maxUploadBytes })
    await this.files.requireFreeName(target.id, name)
    return { projectId: project.id }
  }

  /** Throws unless the caller may change what the upload goes into. */
  async requireUpdate(auth: AuthContext, { target }: Pick<Upload, 'target'>): Promise<void> {
    await this.datasets.require(auth, 'dataset:update', target.id)
  }

  /** Throws unless the caller may add to what a project holds. */
  async requireUpdateOf(auth: AuthContext, projectId: string): Promise<void> {
    await this.projects.require(auth, 'dataset:update', projectId)
  }

  /** Whether the target is there and not being deleted. */
  exists({ target }: Pick<Upload, 'target'>): Promise<boolean> {
    return this.datasets.exists(target.id)
  }
}
