import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { AssetDirectory } from '../assets/asset-directory.js'
import { keyOf, kindOf, type Asset } from '../assets/asset.js'
import { EngineDirectory } from '../engines/engine.directory.js'
import { urlOf } from '../engines/engine.js'
import { appsOf, hasFormulas, picturesOf, type ExportDocument } from './export-document.js'
import type { ExportFiles, InlinedPicture } from './export-text.js'
import { formulaStyle } from './formula-style.js'

const MIB = 2 ** 20
/** The most of one picture, and of all of them together where each is shown; a third more of it is in the file. */
const MOST_OF_ONE = 8 * MIB
const MOST_OF_ALL = 30 * MIB

/** Gathers what an export shows that is kept elsewhere. Who may read it was asked before. */
@Injectable()
export class ExportFileReader {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'appsUrl'>,
    private readonly store: ObjectStore,
    private readonly assets: AssetDirectory,
    private readonly engines: EngineDirectory,
  ) {}

  /** @throws the reason of the signal */
  async read(document: ExportDocument, signal: AbortSignal): Promise<ExportFiles> {
    const shown = picturesOf(document)
    const found = await this.assets.mapOf(document.projectId, shown)
    const { taken, leftOut } = choose(found, shown)
    const pictures = new Map<string, InlinedPicture>()
    for (const asset of taken) {
      signal.throwIfAborted()
      const bytes = await this.store.get(keyOf(asset), MOST_OF_ONE)
      const { id, width, height, contentType } = asset
      if (bytes) pictures.set(id, { url: `data:${contentType};base64,${bytes.toString('base64')}`, width, height, contentType })
    }
    const apps = await this.apps(document)
    return { pictures, leftOut, apps, formulaStyle: hasFormulas(document) ? await formulaStyle() : '' }
  }

  private async apps(document: ExportDocument): Promise<ExportFiles['apps']> {
    const found = await Promise.all(appsOf(document).map((id) => this.engines.withId(id)))
    return new Map(
      found.flatMap((listed) =>
        listed?.project.id === document.projectId
          ? [[listed.engine.id, { name: listed.engine.name, url: urlOf(this.config.appsUrl, listed.engine.host) }]]
          : [],
      ),
    )
  }
}

/**
 * Which pictures are put into the file: those that are not too large, in the order in which they are shown, as long as there is room. Pure.
 * @param shown ids, as often as each is shown
 */
export function choose(found: ReadonlyMap<string, Asset>, shown: readonly string[]): { taken: Asset[]; leftOut: Set<string> } {
  const taken: Asset[] = []
  const leftOut = new Set<string>()
  let room = MOST_OF_ALL
  for (const [id, times] of Map.groupBy(shown, (each) => each)) {
    const asset = found.get(id)
    if (!asset || kindOf(asset) !== 'image') continue
    const bytes = asset.size * times.length
    if (asset.size > MOST_OF_ONE || bytes > room) {
      leftOut.add(id)
      continue
    }
    room -= bytes
    taken.push(asset)
  }
  return { taken, leftOut }
}
