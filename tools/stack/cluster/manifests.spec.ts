import { describe, expect, it } from 'vitest'
import { knativeObjects, namesServed, parseObjects } from './manifests.ts'

const references = new Map([['vitrine.local/knative-controller', 'vitrine.local/knative-controller:abc']])

const controller = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: controller, namespace: knative-serving }
spec:
  template:
    spec:
      containers:
        - image: ko://knative.dev/serving/cmd/controller
          resources: { requests: { cpu: 100m, memory: 100Mi } }
`

describe('knativeObjects', () => {
  it('puts our images in and leaves the processor to the apps', () => {
    const text = JSON.stringify(knativeObjects([controller], references))
    expect(text).toContain('"image":"vitrine.local/knative-controller:abc"')
    expect(text).toContain('"requests":{"cpu":"10m","memory":"100Mi"}')
  })

  it('adds our settings to its own', () => {
    const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: config-network }\ndata: { _example: text }\n'
    const [object] = knativeObjects([config], references)
    expect(object?.data).toMatchObject({ _example: 'text', 'domain-template': '{{.Name}}.{{.Domain}}' })
  })

  it('skips what one node has no use for', () => {
    expect(knativeObjects(['apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: a }\n'], references)).toEqual([])
  })

  it('fails on an image that is not built', () => {
    expect(() => knativeObjects([controller], new Map())).toThrow('no image vitrine.local/knative-controller')
  })
})

it('takes a definition as served when it says so, not while it says nothing of itself', () => {
  const definition = (name: string, status?: object) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    ...(status && { status }),
  })
  const accepted = { type: 'NamesAccepted', status: 'True' }
  const definitions = [
    definition('new'),
    // As the API server answers for one that it has just taken.
    definition('taken', { conditions: null }),
    definition('named', { conditions: [accepted] }),
    definition('refused', { conditions: [accepted, { type: 'Established', status: 'False' }] }),
    definition('served', { conditions: [accepted, { type: 'Established', status: 'True' }] }),
  ]
  expect(namesServed(definitions)).toEqual(['served'])
})

it('reads several documents, without empty ones', () => {
  expect(parseObjects('---\n---\nkind: A\n---\n# nothing\n---\nkind: B\n').map((object) => object.kind)).toEqual(['A', 'B'])
})
