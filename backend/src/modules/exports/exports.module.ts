import { Module } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { AssetDirectoryModule } from '../assets/asset-directory.module.js'
import { EngineDirectoryModule } from '../engines/engine-directory.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { PublicationsModule } from '../publications/publications.module.js'
import { ReportsModule } from '../reports/reports.module.js'
import { ChromiumPrinter } from './chromium.printer.js'
import { ExportFileReader } from './export-files.js'
import { ExportPress } from './export-press.js'
import { ExportsController } from './exports.controller.js'
import { ExportsService } from './exports.service.js'
import { GotenbergPrinter } from './gotenberg.printer.js'
import { NoPrinter } from './no.printer.js'
import { PdfPrinter } from './pdf-printer.js'

type Settings = Pick<Config, 'chromium' | 'gotenbergUrl' | 'pdfTimeoutSeconds'>

/** The service comes first: who has set one up wants the browser out of the portal. */
function printerOf({ chromium, gotenbergUrl, pdfTimeoutSeconds }: Settings): PdfPrinter {
  if (gotenbergUrl !== null) return new GotenbergPrinter(gotenbergUrl, pdfTimeoutSeconds)
  return chromium === null ? new NoPrinter() : new ChromiumPrinter(chromium, pdfTimeoutSeconds)
}

@Module({
  imports: [ProjectsModule, AssetDirectoryModule, EngineDirectoryModule, ReportsModule, PublicationsModule],
  controllers: [ExportsController],
  providers: [{ provide: PdfPrinter, inject: [CONFIG], useFactory: printerOf }, ExportFileReader, ExportPress, ExportsService],
  exports: [ExportPress],
})
export class ExportsModule {}
