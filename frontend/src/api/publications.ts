import type { RichText } from '../plugins/tiptap/document'
import { getCard, type CardTexts } from './card'
import { api } from './client'
import type {
  BlockDiffDto,
  ChecklistItemDto,
  CitationDto,
  ProjectVersionDto,
  PublicationDto,
  PublicationPolicyDto,
  PublishDto,
  VersionDiffDto,
  VersionListDto,
  VersionSummaryDto,
} from './generated'
import type { ProjectDto } from './projects'
import { getReport, listReports } from './reports'

/** What still has to be done before a project can be published, or should be. `field` names what mends it. */
export type ChecklistItem = ChecklistItemDto
/** How a project stands against its newest version. */
export type Publication = PublicationDto
/** One version, without what is in it. Times are ISO 8601. */
export type VersionSummary = VersionSummaryDto
/** What a version shows. Sizes are bytes. */
export interface VersionContent extends Pick<
  ProjectVersionDto,
  'title' | 'summary' | 'task' | 'tags' | 'frameworks' | 'licence' | 'contacts' | 'links' | 'cover' | 'apps'
> {
  card: CardTexts
  reports: { id: string; title: string; content: RichText }[]
  datasets: { id: string; name: string; files: number; sizeBytes: number; checksum?: string }[]
}
/** One version with what it froze. */
export type Version = Omit<ProjectVersionDto, keyof VersionContent> & VersionContent
/** A block of a text against what it was before. */
export type DiffBlock = BlockDiffDto
/** What differs between two versions. */
export type VersionDifference = VersionDiffDto
/** How to cite a version. */
export type Citation = CitationDto
/** What an instance asks of a project before everyone may read it. */
export type PublicationPolicy = PublicationPolicyDto

export type PublishInput = PublishDto

const of = (projectId: string): string => `/projects/${projectId}`

export const getPublication = (projectId: string): Promise<Publication> => api.get(`${of(projectId)}/publication`)
/** @throws ApiProblem `publication-blocked` while the checklist is not met */
export const publish = (projectId: string, input: PublishInput): Promise<Version> => api.post(`${of(projectId)}/publication`, input)
/** The newest first. */
export const listVersions = async (projectId: string): Promise<VersionSummary[]> =>
  (await api.get<VersionListDto>(`${of(projectId)}/versions`)).items
export const getVersion = (projectId: string, number: number): Promise<Version> => api.get(`${of(projectId)}/versions/${number}`)
/** Takes a version back for good: what it showed is removed. Needs the right to give the project away. */
export const withdraw = (projectId: string, number: number, reason: string): Promise<Version> =>
  api.post(`${of(projectId)}/versions/${number}/withdraw`, { reason })
/** What version `number` changed against version `from`. */
export const getDifference = (projectId: string, number: number, from: number): Promise<VersionDifference> =>
  api.get(`${of(projectId)}/versions/${number}/diff`, { from })
/** How to cite a version; the newest without a number. */
export const getCitation = (projectId: string, version: number | null): Promise<Citation> =>
  api.get(`${of(projectId)}/citation`, { version })

/** What a version would freeze now: the draft, as readers will see it. `datasets` and `apps` are those of the project. */
export async function readDraft(project: ProjectDto, rest: Pick<VersionContent, 'datasets' | 'apps'>): Promise<VersionContent> {
  const { title, summary, task, tags, frameworks, licence, contacts, links, cover } = project
  const [card, list] = await Promise.all([getCard(project.id), listReports(project.id)])
  const reports = await Promise.all(list.map(({ id }) => getReport(id)))
  return {
    ...{ title, summary, task, tags, frameworks, licence, contacts, links, cover },
    card,
    reports: reports.map((report) => ({ id: report.id, title: report.title, content: report.content })),
    ...rest,
  }
}

export const getPolicy = (): Promise<PublicationPolicy> => api.get('/publication/policy')
/** Refused with 409 when someone else changed it since `revision` was read. */
export const setPolicy = (policy: PublicationPolicy): Promise<PublicationPolicy> => api.put('/publication/policy', policy)
