/** What a figure may be called, as the portal has it. */
export const figureName = /^[a-z0-9][a-z0-9._-]{0,62}$/

/** Bytes of a figure as JSON that the portal takes. */
export const mostBytes = 1024 * 1024

/** A name for a figure, made of the name of its file. */
export function nameOfFile(file: string): string {
  const name = file
    .replace(/\.json$/i, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
  return name.slice(0, 63)
}

/** Code that pushes a figure of Plotly to a project. */
export const pythonFor = (origin: string, projectId: string, name: string, comment: string): string =>
  `import json, os, requests

requests.put(
    "${origin}/api/projects/${projectId}/figures/${name}",
    json=json.loads(fig.to_json()),  # ${comment}
    headers={"Authorization": f"Bearer {os.environ['VITRINE_TOKEN']}"},
).raise_for_status()`
