/** Hands a text to the browser as a file. */
export const downloadText = (name: string, type: string, text: string): void => downloadBlob(name, new Blob([text], { type }))

/** Hands bytes to the browser as a file. */
export function downloadBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
