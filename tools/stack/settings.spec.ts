import { describe, expect, it } from 'vitest'
import { readSettings, SettingsError } from './settings.ts'

describe('readSettings', () => {
  it('starts everything itself when nothing is given', () => {
    const settings = readSettings('dev', {})
    expect(settings.own).toEqual({ mongo: false, s3: false, cluster: false })
    expect(settings.ports).toEqual({ portal: 8080, mongo: 27018, s3: 9000, apps: 8081, gateway: 8082 })
    expect(settings.publicUrl).toBe('http://localhost:8080')
  })

  it('uses what the user brings', () => {
    const environment = {
      MONGODB_URI_FILE: '/run/secrets/mongo',
      S3_ENDPOINT: 'https://s3.example.org',
      S3_ACCESS_KEY: 'a',
      S3_SECRET_KEY_FILE: '/run/secrets/s3',
      KUBECONFIG: '/home/me/.kube/config',
      VITRINE_KUBE_CONTEXT: 'lab',
      VITRINE_PORT: '9090',
    }
    const settings = readSettings('dev', environment)
    expect(settings.own).toEqual({ mongo: true, s3: true, cluster: true })
    expect(settings.publicUrl).toBe('http://localhost:9090')
  })

  it('does not deploy to whatever a kubeconfig points at, and says so', () => {
    const settings = readSettings('dev', { KUBECONFIG: '/home/me/.kube/config' })
    expect(settings.own.cluster).toBe(false)
    expect(settings.notes.join()).toContain('VITRINE_KUBE_CONTEXT')
  })

  it('lists all mistakes at once', () => {
    const environment = { VITRINE_PORT: 'http', VITRINE_S3_PORT: '8081', S3_ENDPOINT: 'http://s3', VITRINE_KUBE_CONTEXT: 'lab' }
    const attempt = () => readSettings('dev', environment)
    expect(attempt).toThrow(SettingsError)
    for (const name of ['VITRINE_PORT=http', 'VITRINE_APPS_PORT and VITRINE_S3_PORT', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'KUBECONFIG']) {
      expect(attempt).toThrow(name)
    }
  })

  it('does without the gateway when told so', () => {
    expect(readSettings('dev', { VITRINE_GATEWAY_PORT: 'off' }).ports.gateway).toBe(0)
    expect(() => readSettings('dev', { VITRINE_GATEWAY_PORT: '8081' })).toThrow('VITRINE_GATEWAY_PORT and VITRINE_APPS_PORT')
  })

  it('keeps tests away from what the shell is set up for', () => {
    const settings = readSettings('test', { MONGODB_URI: 'mongodb://production', VITRINE_PORT: '80' })
    expect(settings.own.mongo).toBe(false)
    expect(settings.ports.portal).toBe(18080)
  })
})
