import { Injectable } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { FigureDirectory } from '../figures/figure-directory.js'
import type { Project } from '../projects/project.js'
import { DraftReader } from './draft.reader.js'
import { movedSince, type FrozenVersion, type Moved } from './version.js'

/** Says what of the data of a version is another by now. */
@Injectable()
export class VersionMoves {
  constructor(
    private readonly drafts: DraftReader,
    private readonly figures: FigureDirectory,
  ) {}

  /** @param frozen null for a version whose text is gone, of which nothing can be said */
  async since(frozen: FrozenVersion | null, project: Project): Promise<Moved> {
    if (frozen === null || frozen.charts.length + frozen.datasets.length === 0) return { charts: [], datasets: [] }
    const [{ content: draft }, figures] = await Promise.all([this.drafts.read(project), this.figures.hashesOf(project.id)])
    return movedSince(frozen, { draft, figures, at: now() })
  }
}
