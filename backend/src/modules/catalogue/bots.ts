const BOTS = new RegExp(
  [
    // The names of most end so, in whatever case; a telephone's may begin so.
    String.raw`bot\b(?!.*\bMobile\b)`,
    'crawl|spider|slurp|scrap|archiver|preview|facebookexternalhit|whatsapp|embedly',
    'monitor|uptime|pingdom|lighthouse|headless|phantomjs',
    'curl|wget|httpie|python|okhttp|libwww|postman|axios|undici|go-http|node-fetch',
    String.raw`^(?:node|java)\b`,
  ].join('|'),
  'i',
)

/** Whether a user agent is that of a program which reads by itself, as far as it says so. One that says nothing is taken for one. */
export const isBot = (userAgent: string): boolean => userAgent.trim() === '' || BOTS.test(userAgent)
