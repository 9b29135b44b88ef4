import { api } from './client'
import type { CapabilitiesDto } from './generated'

export const getCapabilities = (): Promise<CapabilitiesDto> => api.get('/system/capabilities')
