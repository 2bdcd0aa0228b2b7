import type { components } from '../generated/management.js'
import type { Profile } from './tenant.js'

/** Returns the profile claims of a user. */
export function profileOf({ name, email, email_verified = true }: Profile) {
  return {
    name,
    nickname: email.split('@')[0] ?? '',
    picture: picture(name),
    updated_at: '2026-01-01T00:00:00.000Z',
    email,
    email_verified,
  } satisfies Partial<components['schemas']['User']>
}

// The picture is a data URL, so that no page has to load it from a server.
function picture(name: string): string {
  const letter = encodeURIComponent(name.slice(0, 1).toUpperCase())
  const text = `%3Ctext x='32' y='43' font-family='sans-serif' font-size='32' text-anchor='middle' fill='white'%3E${letter}%3C/text%3E`
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'%3E%3Crect width='64' height='64' fill='%234a3fd1'/%3E${text}%3C/svg%3E`
}
