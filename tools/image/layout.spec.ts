import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findLeaks, summarise } from './layout.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'image-layout-'))
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

function addBlob(content: Buffer) {
  const hash = createHash('sha256').update(content).digest('hex')
  writeFileSync(join(folder, 'blobs/sha256', hash), content)
  return { digest: `sha256:${hash}`, size: content.length }
}

/** A layout with one layer whose bytes are given, whatever they are. */
function layout(layer: Buffer, config: object = {}): void {
  const layers = [addBlob(gzipSync(layer))]
  const manifest = addBlob(Buffer.from(JSON.stringify({ config: addBlob(Buffer.from(JSON.stringify(config))), layers })))
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ manifests: [manifest] }))
}

/** A tar header with only what the check reads. */
function header(name: string): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0)
  block.write('ustar', 257)
  return block
}

describe('findLeaks', () => {
  const secret = 'mirror.example'

  it('finds nothing in a clean image', async () => {
    layout(Buffer.concat([header('usr/bin/pip'), Buffer.alloc(4096, 'x')]), { config: { User: '1000:1000' } })
    expect(await findLeaks(folder, [secret])).toEqual([])
    expect(summarise(folder).digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it('finds a host name in a layer wherever the pieces are cut', async () => {
    for (const at of [0, (1 << 20) - 7, 1 << 20, (1 << 21) - 1]) {
      const bytes = Buffer.alloc(3 << 20, 'x')
      bytes.write(secret, at)
      layout(bytes)
      expect(await findLeaks(folder, [secret])).toEqual(['the host name mirror.example in layer 1'])
    }
  })

  it('finds one in the configuration', async () => {
    layout(Buffer.alloc(16), { config: { Env: [`PIP_INDEX_URL=https://${secret}/simple`] } })
    expect(await findLeaks(folder, [secret])).toEqual(['the host name mirror.example in the configuration'])
  })

  it("finds a file of the host's configuration, and not an empty folder for it", async () => {
    layout(Buffer.concat([header('etc/apt/auth.conf.d/'), header('root/.config/pip/pip.conf')]))
    expect(await findLeaks(folder, [])).toEqual(['the file root/.config/pip/pip.conf in layer 1'])
  })
})
