import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { AssetsService } from '../assets/assets.service.js'
import { ProjectsService } from '../projects/projects.service.js'
import { importHtml, type ImportedHtml } from '../richtext/import-html.js'
import type { RichNode } from '../richtext/rich-text.js'
import { withNodes } from './report.js'
import type { ImportedHtmlDto, ImportHtmlDto } from './reports.dto.js'

type ImportedImage = ImportedHtml['images'][number]

/** Turns HTML that someone pasted into a text of a project, and the pictures in it into assets. */
@Injectable()
export class HtmlImportService {
  constructor(
    private readonly projects: ProjectsService,
    private readonly assets: AssetsService,
  ) {}

  /** What is not stored in a text within a day goes again. @throws DomainError `rich-text-invalid` when there is too much to read */
  async import(auth: AuthContext, projectId: string, { html }: ImportHtmlDto): Promise<ImportedHtmlDto> {
    await this.projects.require(auth, 'project:update', projectId)
    const { doc, images, dropped } = importHtml(html)
    const stored = new Map<string, string>()
    const lost: string[] = []
    for (const image of images) {
      const id = await this.store(projectId, image)
      if (id === null) lost.push(`Picture ${image.index + 1}: it cannot be shown, or the project has no room for it`)
      else stored.set(`#${image.index}`, id)
    }
    return { content: withNodes(doc, (node) => settled(node, stored)), dropped: [...dropped, ...lost] }
  }

  private async store(projectId: string, { index, contentType, bytes, alt }: ImportedImage): Promise<string | null> {
    try {
      const asset = await this.assets.importPicture(projectId, { name: alt.slice(0, 200) || `picture ${index + 1}`, contentType, bytes })
      return asset?.id ?? null
    } catch (error) {
      if (error instanceof DomainError && error.code === 'assets-full') return null
      throw error
    }
  }
}

/** A picture with the id under which it was stored; one that was not leaves the words that stand for it. */
function settled(node: RichNode, stored: ReadonlyMap<string, string>): RichNode {
  if (node.type !== 'image') return node
  const { asset, alt } = node.attrs
  const id = stored.get(asset)
  if (id !== undefined) return { ...node, attrs: { ...node.attrs, asset: id } }
  return { type: 'paragraph', ...(alt ? { content: [{ type: 'text', text: alt }] } : {}) }
}
