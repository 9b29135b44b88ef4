import type { Engine } from '../engines/engine.js'

/** A page of the gateway's own: what is said in place of an app. */
export interface Notice {
  status: number
  title: string
  text: string
  /** Seconds after which a browser asks again by itself. */
  retryAfter?: number
  link?: { href: string; text: string }
}

/** Said of what is not there, and of what the viewer may not know of. */
export const NO_APP: Notice = {
  status: 404,
  title: 'There is no app here',
  text: 'Nothing is served at this address. It may be mistyped, or the app was removed.',
}

/** Said to a page within a page, which cannot sign anyone in. */
export const notAdmitted = (href: string): Notice => ({
  status: 401,
  title: 'Open the app from Vitrine',
  text: 'Your access to this app has run out, or it was never given to this page.',
  link: { href, text: 'Open it in a tab of its own' },
})

export const TOO_MANY: Notice = {
  status: 429,
  title: 'Too much is open',
  text: 'You have as many requests to apps under way as one person may have. Close some tabs and try again.',
  retryAfter: 5,
}

export const UNAVAILABLE: Notice = {
  status: 503,
  title: 'Vitrine cannot look up this app',
  text: 'The portal is starting, or its database is away. The app itself may well be running.',
  retryAfter: 5,
}

/** Why an app does not answer, to someone who may open it. Null when its phase gives no reason. */
export function noticeOf({ name, paused, deletedAt, appliedGeneration, status }: Engine): Notice | null {
  if (deletedAt !== null) return { status: 410, title: 'This app is being removed', text: `${name} is on its way out of the cluster.` }
  if (paused)
    return { status: 503, title: 'This app is paused', text: `${name} takes no resources until someone who may deploy here resumes it.` }
  if (appliedGeneration === 0 && status.phase !== 'Running')
    return { status: 503, title: 'This app is not there yet', text: status.message, retryAfter: 3 }
  return null
}

/** Said when an app could not be reached. */
export function unreachable({ name, status: { phase, message } }: Engine): Notice {
  if (phase === 'Failed' || phase === 'Missing' || phase === 'Degraded')
    return { status: 502, title: 'This app does not run', text: `${name}: ${message}`, retryAfter: 10 }
  return { status: 502, title: 'This app does not answer', text: `${name} cannot be reached at the moment.`, retryAfter: 3 }
}

/** The notice as a page, without anything that has to be fetched. */
export function pageOf({ title, text, link, retryAfter }: Notice): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${retryAfter === undefined ? '' : `<meta http-equiv="refresh" content="${retryAfter}">\n`}<title>${escape(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; min-height: 100vh; margin: 0; display: grid; place-items: center; }
main { max-width: 28rem; padding: 2rem; text-align: center; }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
</style>
</head>
<body><main><h1>${escape(title)}</h1><p>${escape(text)}</p>${link ? `<p><a href="${escape(link.href)}" target="_blank" rel="noopener">${escape(link.text)}</a></p>` : ''}</main></body>
</html>
`
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
