import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** Reads an OpenAPI document of the folder `openapi/`. */
export function readOpenApi(name: 'authentication' | 'management' | 'my-account') {
  const file = new URL(`../../../openapi/${name}.yaml`, import.meta.url)
  return parse(readFileSync(file, 'utf8'))
}
