import { Injectable } from '@nestjs/common'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { FigureRepository } from './figure.repository.js'

/** Figures go with their project. */
@Injectable()
export class FigureCleanup {
  constructor(figures: FigureRepository, projects: ProjectCleanup) {
    projects.register('figures', (projectId) => figures.removeAllOf(projectId))
  }
}
