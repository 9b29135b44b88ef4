import { Inject, Injectable } from '@nestjs/common'
import { DomainError, type FieldError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { AssetDirectory } from '../assets/asset-directory.js'
import { contentUrlOf } from '../assets/asset.js'
import { urlOf } from '../engines/engine.js'
import { EngineDirectory } from '../engines/engine.directory.js'
import { FigureDirectory } from '../figures/figure-directory.js'
import { assetPlacesOf, newPlacesOf } from '../richtext/references.js'
import { renderHtml } from '../richtext/render-html.js'
import type { RichText } from '../richtext/rich-text.js'
import { validateRichText } from '../richtext/validate.js'
import { MAX_APPS, reportTextOf, type Report, type ReportText } from './report.js'

/** What reports say: whether it may be said, and how it looks as a page. */
@Injectable()
export class ReportContents {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'appsUrl'>,
    private readonly assets: AssetDirectory,
    private readonly engines: EngineDirectory,
    private readonly figures: FigureDirectory,
  ) {}

  /**
   * A title and a content, checked.
   * @param before what was checked before: what it shows may be gone meanwhile, and that must not keep anybody from writing on
   * @throws DomainError `rich-text-invalid`, also for an asset, an app or a figure that the project does not have, and for an asset of another kind than is shown
   */
  async accept(projectId: string, title: string, content: unknown, before?: Report): Promise<ReportText> {
    const text = reportTextOf(title, validateRichText(content))
    const errors = await this.strangersIn(projectId, text, before)
    if (errors.length > 0) throw new DomainError('rich-text-invalid', {}, { errors })
    return text
  }

  /** The report as HTML that may be shown as it is. */
  async html({ projectId, content, assets, engines }: Report): Promise<string> {
    const pictures = await this.assets.mapOf(projectId, assets)
    const apps = await this.appsOf(projectId, engines)
    return renderHtml(content, {
      asset: (id) => {
        const asset = pictures.get(id)
        return asset ? { url: contentUrlOf(id), width: asset.width, height: asset.height, contentType: asset.contentType } : null
      },
      app: (id) => apps.get(id) ?? null,
      charts: 'table',
    })
  }

  private async strangersIn(projectId: string, { content, engines }: ReportText, before?: Report): Promise<FieldError[]> {
    if (engines.length > MAX_APPS) return [{ path: 'content', message: `must not embed more than ${MAX_APPS} apps: link the others` }]
    const places = newPlacesOf(content, before?.content)
    const strangers = await this.assets.claimAt(projectId, assetPlacesOf(places), new Set(before?.assets))
    const known = new Set(before?.engines)
    const embedded = places.filter(({ as, id }) => as === 'engine' && !known.has(id))
    const apps = await this.appsOf(projectId, [...new Set(embedded.map(({ id }) => id))])
    const missing = embedded.filter(({ id }) => !apps.has(id))
    return [
      ...strangers,
      ...missing.map(({ path }) => ({ path, message: 'is no app of this project: choose one of its apps' })),
      ...(await this.figures.strangersAt(projectId, places)),
    ].slice(0, 20)
  }

  private async appsOf(projectId: string, ids: readonly string[]): Promise<Map<string, { name: string; url: string }>> {
    const found = await Promise.all(ids.map((id) => this.engines.withId(id)))
    return new Map(
      found.flatMap((listed) =>
        listed?.project.id === projectId
          ? [[listed.engine.id, { name: listed.engine.name, url: urlOf(this.config.appsUrl, listed.engine.host) }]]
          : [],
      ),
    )
  }
}

/** A content as it is compared: whether two are the same. */
export const isSame = (a: RichText, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
