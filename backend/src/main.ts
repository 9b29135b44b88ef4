import 'reflect-metadata'
import { createApp } from './app.js'
import { ConfigError, parseConfig, type Config } from './config/config.js'

// EX_CONFIG of sysexits.h: a supervisor need not try again before someone corrects the configuration.
const EX_CONFIG = 78

function readConfig(): Config {
  try {
    return parseConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(EX_CONFIG)
  }
}

const config = readConfig()
if (process.argv.includes('--check-config')) process.exit(0)

const app = await createApp(config)
// The gateway listens on a port of its own as soon as all modules are there.
if (config.role === 'gateway') await app.init()
else await app.listen({ port: config.port, host: config.host })
