import { Injectable } from '@nestjs/common'
import { DomainError } from '../../common/problem/domain-error.js'
import { AssetDirectory } from '../assets/asset-directory.js'
import { AssetUse } from '../assets/asset-use.js'
import { kindOf } from '../assets/asset.js'
import { ProjectRepository } from './project.repository.js'

/** The picture on a project's card: an asset of the same project, which is kept as long as it is that. */
@Injectable()
export class ProjectCover {
  constructor(
    projects: ProjectRepository,
    use: AssetUse,
    private readonly assets: AssetDirectory,
  ) {
    use.register('covers', async (projectId) => {
      const project = await projects.findById(projectId)
      return new Set(project?.cover ? [project.cover] : [])
    })
  }

  /** Before a picture becomes the cover. @throws DomainError `validation-failed` when the project has no such picture */
  async require(projectId: string, id: string): Promise<void> {
    await this.assets.claim(projectId, [id])
    const asset = (await this.assets.mapOf(projectId, [id])).get(id)
    if (asset && kindOf(asset) === 'image') return
    throw new DomainError('validation-failed', {}, { errors: [{ path: 'cover', message: 'is not a picture of this project' }] })
  }
}
