import type { Answer, TestClient } from '../client.js'
import { sendPart } from './datasets.js'

/** Where to send an asset, as the API answers it. */
export interface AssetUpload {
  id: string
  uploadUrl: string
  expiresAt: string
}

/** An asset, as the API answers it. */
export interface AssetBody {
  id: string
  projectId: string
  name: string
  kind: string
  contentType: string
  size: number
  width: number | null
  height: number | null
  url: string
}

/** Announces an asset. */
export const beginAsset = (
  client: TestClient,
  projectId: string,
  only: { name?: string; size: number; contentType: string },
): Promise<Answer<AssetUpload>> => client.post<AssetUpload>(`/api/projects/${projectId}/assets`, { name: 'picture', ...only })

/** Brings an asset that is stored. @throws when the portal or the store refuses it */
export async function addAsset(
  client: TestClient,
  projectId: string,
  { bytes, ...only }: { name?: string; contentType: string; bytes: Uint8Array<ArrayBuffer> },
): Promise<AssetBody> {
  const { body } = await beginAsset(client, projectId, { ...only, size: bytes.length })
  const etag = await sendPart(body.uploadUrl, bytes)
  const { status, body: asset } = await client.post<AssetBody>(`/api/assets/${body.id}/complete`, { etag })
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(asset)}`)
  return asset
}
