import { Injectable } from '@nestjs/common'
import { SearchText } from '../projects/search-text.js'
import { DatasetRepository } from './dataset.repository.js'

/** Of a project with more than that the newest are found. */
const MOST_FOUND = 200

/** Lets data sets be found by their names. */
@Injectable()
export class DatasetSearch {
  constructor(datasets: DatasetRepository, search: SearchText) {
    search.register('datasets', undefined, async (projectId) =>
      (await datasets.findOf(projectId, { limit: MOST_FOUND })).map(({ id, name }) => ({ kind: 'dataset', id, title: name })),
    )
  }
}
