import { allPages, api } from './client'
import type {
  ChangePasswordDto,
  CreatedTokenDto,
  CreateTokenDto,
  MeDto,
  PermissionsDto,
  SessionDto,
  SignedInDto,
  SignInOptionsDto,
  TokenDto,
  UpdateProfileDto,
} from './generated'

export type ProfileInput = UpdateProfileDto

export const signInOptions = (): Promise<SignInOptionsDto> => api.get('/auth/options')
export const signIn = (username: string, password: string): Promise<SignedInDto> => api.post('/auth/login', { username, password })
export const currentSession = (): Promise<SignedInDto> => api.get('/auth/me')
export const updateProfile = (change: ProfileInput): Promise<MeDto> => api.patch('/auth/me', change)
export const changePassword = (change: ChangePasswordDto): Promise<SignedInDto> => api.post('/auth/password', change)
export const signOut = (): Promise<void> => api.send('POST', '/auth/logout')
export const permissions = (): Promise<PermissionsDto> => api.get('/auth/me/permissions')
/** Where the browser goes to sign in at the identity provider; it comes back to `returnTo`. */
export const providerAddress = (returnTo: string): string => `/api/auth/oidc/start?returnTo=${encodeURIComponent(returnTo)}`

export const listSessions = (): Promise<SessionDto[]> => allPages('/iam/sessions')
export const endSession = (id: string): Promise<void> => api.send('DELETE', `/iam/sessions/${id}`)

export const listTokens = (): Promise<TokenDto[]> => allPages('/iam/tokens')
export const createToken = (input: CreateTokenDto): Promise<CreatedTokenDto> => api.post('/iam/tokens', input)
export const revokeToken = (id: string): Promise<void> => api.send('DELETE', `/iam/tokens/${id}`)
