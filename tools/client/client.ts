/** A small client of the portal's API for the demo, the benches and the tests. */
export { isProblem, readCredentials, VitrineClient } from './http.ts'
export { readEvents } from './sse.ts'
export { checksumOfOnePart, uploadFile, type DatasetFile } from './upload.ts'
export { appStatus, fetchApp } from './app.ts'
export { AppVisitor } from './visitor.ts'
export { Churn, makeTinySize } from './churn.ts'
export { LogTail } from './log-tail.ts'
