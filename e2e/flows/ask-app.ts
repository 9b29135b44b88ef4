import { request } from 'node:http'

/** What an app answers at its address, asked past the page; `*.localhost` is this machine, whatever the resolver says. */
export function askApp(url: string, path: string): Promise<number> {
  const { hostname, port, host } = new URL(url)
  const address = hostname.endsWith('.localhost') ? '127.0.0.1' : hostname
  return new Promise((resolve, reject) => {
    const asking = request({ host: address, port, path, headers: { host }, timeout: 30_000 }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    asking.on('error', reject)
    asking.on('timeout', () => asking.destroy(new Error(`${url} did not answer`)))
    asking.end()
  })
}
