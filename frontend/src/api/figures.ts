import { api } from './client'
import type { FigureDto, FigureListDto, FigureSpecDto, PushFigureDto } from './generated'

/** A named Plotly figure of a project, without what it draws. */
export type Figure = FigureDto
export type FigureInput = PushFigureDto

/** By their names. */
export const listFigures = async (projectId: string): Promise<Figure[]> =>
  (await api.get<FigureListDto>(`/projects/${projectId}/figures`)).items
/** What a figure draws now. */
export const getFigureSpec = (id: string): Promise<FigureSpecDto> => api.get(`/figures/${encodeURIComponent(id)}/spec`)
/** Makes a figure of that name, or replaces what the one of that name shows. */
export const pushFigure = (projectId: string, name: string, input: FigureInput): Promise<Figure> =>
  api.put(`/projects/${projectId}/figures/${encodeURIComponent(name)}`, input)
/** Charts that were taken from it keep what they show. */
export const deleteFigure = (id: string): Promise<void> => api.send('DELETE', `/figures/${encodeURIComponent(id)}`)
