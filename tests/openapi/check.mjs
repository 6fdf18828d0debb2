// SPDX-License-Identifier: Apache-2.0
// check: whether a document is OpenAPI 3.1 (a public validator says so), its schemas are JSON Schema
// 2020-12 whose references lead somewhere, and answers that were seen are as it describes them.
//
// usage: node check.mjs OPENAPI.json SAMPLES.json
// A sample is [method, path, status, body]; one line a failure, exit 1 then.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Validator } from '@seriousme/openapi-schema-validator'

const require = createRequire(import.meta.url)
const Ajv2020 = require('ajv/dist/2020.js').default
const addFormats = require('ajv-formats').default

const [documentFile, samplesFile] = process.argv.slice(2)
const document = JSON.parse(readFileSync(documentFile, 'utf8'))
const samples = JSON.parse(readFileSync(samplesFile, 'utf8'))
let failures = 0

function fail(...words) {
  failures++
  console.log(...words)
}

const verdict = await new Validator().validate(structuredClone(document))
if (!verdict.valid) fail('not OpenAPI:', JSON.stringify(verdict.errors).slice(0, 4000))

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
addFormats(ajv)
ajv.addFormat('uint64', /^(0|[1-9][0-9]{0,19})$/)
ajv.addVocabulary(['components', 'paths', 'openapi', 'info', 'servers', 'security'])
ajv.addSchema({ $id: 'https://sijill.invalid/openapi.json', components: document.components })

// An answer says nothing that its description does not know of.
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed)
  if (schema === null || typeof schema !== 'object') return schema
  const out = Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, closed(part)]))
  if (schema.type === 'object' && schema.properties) out.additionalProperties = false
  return out
}
const strict = closed(document.components.schemas)
ajv.addSchema({ $id: 'https://sijill.invalid/strict.json', components: { schemas: strict } })

function template(method, path) {
  const found = Object.keys(document.paths).filter((candidate) => {
    const pattern = candidate.replace(/[.]/g, '\\.').replace(/{\w+}/g, '.+')
    return new RegExp(`^${pattern}$`).test(path) && document.paths[candidate][method.toLowerCase()]
  })
  const words = (candidate) => candidate.split('/').filter((part) => !part.startsWith('{')).length
  return found.sort((a, b) => words(b) - words(a))[0]
}

function schemaOf(operation, status) {
  let response = operation.responses[status]
  if (response?.$ref) response = document.components.responses[response.$ref.split('/').pop()]
  if (!response) return undefined
  return Object.values(response.content)[0].schema
}

for (const name of Object.keys(document.components.schemas))
  ajv.compile({ $ref: `https://sijill.invalid/openapi.json#/components/schemas/${name}` })

const ids = new Set()
for (const [path, item] of Object.entries(document.paths))
  for (const [method, operation] of Object.entries(item)) {
    if (ids.has(operation.operationId)) fail('twice:', operation.operationId)
    ids.add(operation.operationId)
    const named = (path.match(/{\w+}/g) ?? []).map((word) => word.slice(1, -1))
    const given = operation.parameters.filter((p) => p.in === 'path').map((p) => p.name)
    if (named.sort().join() !== given.sort().join()) fail(method, path, 'parameters', given.join())
  }

let judged = 0
for (const [method, path, status, body] of samples) {
  const of = template(method, path)
  if (of === undefined || status === 405) continue
  const schema = schemaOf(document.paths[of][method.toLowerCase()], status)
  if (schema === undefined) {
    fail(method, of, 'does not describe', status)
    continue
  }
  const base = schema.$ref ? 'strict' : 'openapi'
  const whole = JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"https://sijill.invalid/${base}.json#/`))
  const judge = ajv.compile(whole)
  judged++
  if (!judge(body)) fail(method, path, status, ajv.errorsText(judge.errors), JSON.stringify(body))
}
console.log(`${ids.size} operations, ${judged} answers judged, ${failures} failures`)
if (judged < 50) fail('too few answers were seen')
process.exit(failures === 0 ? 0 : 1)
