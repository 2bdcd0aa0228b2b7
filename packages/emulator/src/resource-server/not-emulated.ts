/** The page that lists what Auth0 has and the emulator has not. Errors name it. */
export const NOT_EMULATED_PAGE = 'docs/emulator-not-emulated.md'

// The paths that Auth0 has and the emulator has not, with what they are. The page has the same list: a test compares them.
const paths: Record<string, string> = {
  '/me/v1/authentication-methods': 'My Account API: authentication methods',
  '/me/v1/factors': 'My Account API: factors',
  '/me/v1/consents': 'My Account API: consents',
  '/me/v1/organizations': 'My Account API: organizations',
  '/my-org': 'My Organization API',
  '/passwordless': 'Passwordless login',
  '/mfa/associate': 'Enrollment of second factors',
  '/mfa/authenticators/*': 'Enrollment of second factors',
  '/u/mfa-*': 'Enrollment of second factors, and factors other than one-time passwords',
  '/oauth/device': 'Device authorization',
  '/device': 'Device authorization',
  '/activate': 'Device authorization',
  '/oauth/par': 'Pushed authorization requests',
  '/bc-authorize': 'Client-initiated backchannel authentication',
  '/dbconnections': 'Signup and password change',
  '/u/signup': 'Signup and password change',
  '/u/reset-password': 'Signup and password change',
  '/samlp': 'SAML and WS-Federation',
  '/wsfed': 'SAML and WS-Federation',
  '/oidc/register': 'Dynamic client registration',
  '/scim/v2': 'SCIM',
  '/co/authenticate': 'Embedded login',
  '/usernamepassword': 'Embedded login',
  '/login': 'Classic login',
  '/tokeninfo': 'Legacy endpoints',
  '/delegation': 'Legacy endpoints',
  '/unlink': 'Legacy endpoints',
}

const managementResources =
  'actions anomaly attack-protection blacklists branding client-grants clients connections custom-domains device-credentials emails ' +
  'event-streams flows forms grants guardian hooks jobs keys log-streams logs network-acls organizations prompts refresh-tokens ' +
  'resource-servers roles rules self-service-profiles sessions stats tenants tickets token-exchange-profiles user-attribute-profiles ' +
  'user-blocks users users-by-email'

/** The paths, what they are, and how a request's path is recognized. */
export const rows = [
  ...Object.entries(paths),
  ...managementResources.split(' ').map((name) => [`/api/v2/${name}`, 'Management API'] as const),
].map(([path, what]) => ({ path, what, pattern: patternOf(path) }))

function patternOf(path: string): RegExp {
  // The classic login page is only the path itself, because `/login/callback` is emulated.
  if (path === '/login') return /^\/login$/
  if (path === '/u/mfa-*') return /^\/u\/mfa-(?!otp-challenge\/)/
  const [start = '', isOpen] = path.split('*')
  return new RegExp(`^${start}${isOpen === undefined ? '(/|$)' : ''}`)
}

/** Returns why a path of Auth0 gets no answer here. Returns undefined if Auth0 does not have the path either. */
export function notEmulated(path: string): string | undefined {
  if (path.includes('//')) return undefined
  const row = rows.find(({ pattern }) => pattern.test(path))
  return (
    row && `The emulator does not have this path of Auth0 (${row.what}): see ${NOT_EMULATED_PAGE}`
  )
}
