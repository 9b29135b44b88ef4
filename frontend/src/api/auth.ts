import type { ApiToken, CreatedApiToken, Page, Session } from './contract'
import { api } from './client'

export const signIn = (username: string, password: string): Promise<Session> => api.post('/auth/login', { username, password })
export const currentSession = (): Promise<Session> => api.get('/auth/me')
export const signOut = (): Promise<void> => api.send('POST', '/auth/logout')

export const listTokens = (cursor?: string): Promise<Page<ApiToken>> => api.get('/iam/tokens', { cursor, limit: 100 })
export const createToken = (name: string): Promise<CreatedApiToken> => api.post('/iam/tokens', { name })
export const revokeToken = (id: string): Promise<void> => api.send('DELETE', `/iam/tokens/${id}`)
