import type { Capabilities } from './contract'
import { api } from './client'

export const getCapabilities = (): Promise<Capabilities> => api.get('/system/capabilities')
