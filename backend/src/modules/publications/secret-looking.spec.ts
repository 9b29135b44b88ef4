import { describe, expect, it } from 'vitest'
import { looksSecret } from './secret-looking.js'

const looks = (pair: string): boolean => {
  const at = pair.indexOf('=')
  return looksSecret({ name: pair.slice(0, at), value: pair.slice(at + 1) })
}

describe('a variable looks like a secret', () => {
  it.each([
    'API_KEY=abc',
    'apiKey=abc',
    'OPENAI_APIKEY=x-y',
    'DB_PASSWORD=hunter2',
    'DB_PASSWORD=1234',
    'MYSQL_PWD=root',
    'CLIENT_SECRET=s',
    'HF_TOKEN=abc',
    'WANDB_API_KEY=0123456789012345678901234567890123456789',
    'PLAIN=-----BEGIN RSA PRIVATE KEY-----\nMIIE',
    'PLAIN=AKIAIOSFODNN7EXAMPLE',
    'PLAIN=ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'PLAIN=postgres://user:pass@db/iris',
    'PLAIN=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc',
    'PLAIN=wJalrXUtnFEMI7K7MDENG3bPxRfiCYEXAMPLEK3Y',
    'PLAIN=q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
  ])('%s', (pair) => expect(looks(pair)).toBe(true))

  it.each([
    'MODEL=sentence-transformers/all-MiniLM-L6-v2',
    'MODEL=mistralai/Mixtral-8x7B-Instruct-v0.1',
    'MAX_TOKENS=512',
    'TOKEN_LIMIT=512',
    'TOKENIZERS_PARALLELISM=false',
    'PAD_TOKEN=<pad>',
    'USE_AUTH=true',
    'API_KEY=',
    'DB_PASSWORD_FILE=/run/secrets/db',
    'KEYBOARD=de',
    'GIT_COMMIT=9e107d9d372bb6826bd81d3542a419d6e277d6a1',
    'IMAGE=registry/app@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'RUN_ID=01h455vb4pex5vsknk084sn02q',
    'UUID=123e4567-e89b-12d3-a456-426614174000',
    'ORIGIN=https://example.org/a/b?c=d',
    'GREETING=Hello to all of you, whoever you are, from 9 to 5',
  ])('not %s', (pair) => expect(looks(pair)).toBe(false))
})
