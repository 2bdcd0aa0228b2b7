// Writes src/catalogue/generated/logos.ts: the logos and colours of the catalogue, from simple-icons. `npm run generate` runs it.
import { writeFileSync } from 'node:fs'
import * as icons from 'simple-icons'

const slugs = [
  'basecamp',
  'bitbucket',
  'box',
  'digitalocean',
  'discord',
  'dropbox',
  'figma',
  'fitbit',
  'github',
  'google',
  'huggingface',
  'paypal',
  'snapchat',
  'spotify',
  'stripe',
  'tumblr',
  'twitch',
  'x',
]

const logos = slugs.map((slug) => {
  const { path, hex } = Object.values(icons).find((icon) => icon.slug === slug)
  return `export const ${slug}Logo = '${path}'\nexport const ${slug}Color = '#${hex}'\n`
})
const heading = '// Written by scripts/logos.mjs from simple-icons (CC0 1.0). Do not edit it.\n'
const target = new URL('../src/catalogue/generated/logos.ts', import.meta.url)
writeFileSync(target, [heading, ...logos].join('\n'))
