import { allPages, api } from './client'
import type { CreatedTokenDto, SignedInDto, TokenDto } from './generated'

export const signIn = (username: string, password: string): Promise<SignedInDto> => api.post('/auth/login', { username, password })
export const currentSession = (): Promise<SignedInDto> => api.get('/auth/me')
export const signOut = (): Promise<void> => api.send('POST', '/auth/logout')

export const listTokens = (): Promise<TokenDto[]> => allPages('/iam/tokens')
export const createToken = (name: string): Promise<CreatedTokenDto> => api.post('/iam/tokens', { name })
export const revokeToken = (id: string): Promise<void> => api.send('DELETE', `/iam/tokens/${id}`)
