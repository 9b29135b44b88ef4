import { fetchApp } from '../../tools/client/client.ts'

/** What an app answers at its address, asked past the page. */
export const askApp = async (url: string, path: string): Promise<number> => (await fetchApp(new URL(path, url).href)).status
