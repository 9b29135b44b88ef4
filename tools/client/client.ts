/** A small client of the portal's API for the demo, the benches and the tests. */
export { isProblem, ProblemError, readCredentials, VitrineClient, type Credentials, type Problem, type RequestOptions } from './http.ts'
export { readEvents, SseParser, type SseEvent } from './sse.ts'
export { checksumOfOnePart, uploadFile, type DatasetFile, type UploadOptions } from './upload.ts'
export { appStatus, fetchApp, type AppAnswer, type AppRequest } from './app.ts'
