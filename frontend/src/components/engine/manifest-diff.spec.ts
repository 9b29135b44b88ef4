import { expect, it } from 'vitest'
import { diffObjects, diffTotals } from './manifest-diff'

const text = `--- a/Service/demo
+++ b/Service/demo
@@ -1,3 +1,3 @@
 kind: Service
--- old
+++ new
 spec:
@@ -20,2 +20,3 @@
 env:
+  - name: A
   - name: B
--- /dev/null
+++ b/Secret/demo-env
@@ -0,0 +1 @@
+kind: Secret
\\ No newline at end of file
--- a/HTTPRoute/demo\t2026-01-01
+++ /dev/null
@@ -1 +0,0 @@
-kind: HTTPRoute
`

it('tells the objects apart, what becomes of each, and how much of it', () => {
  const objects = diffObjects(text)
  expect(objects.map(({ name, state, added, removed }) => [name, state, added, removed])).toEqual([
    ['Service/demo', 'changed', 2, 1],
    ['Secret/demo-env', 'new', 1, 0],
    ['HTTPRoute/demo', 'gone', 0, 1],
  ])
  expect(diffTotals(objects)).toEqual({ added: 3, removed: 2 })
})

it('takes what looks like the head of a file inside a part for the line that it is', () => {
  const [service] = diffObjects(text)
  expect(service?.parts.map(({ skipped }) => skipped)).toEqual([false, true])
  expect(service?.parts[0]?.lines).toEqual([
    { kind: 'same', text: 'kind: Service' },
    { kind: 'removed', text: '-- old' },
    { kind: 'added', text: '++ new' },
    { kind: 'same', text: 'spec:' },
  ])
})

it('makes nothing of nothing', () => {
  expect(diffObjects('')).toEqual([])
})
