// The browser of one user, as far as an application notices: its cookies.

/** Where the application is, and where the tenant sends browsers back to. */
export const appUrl = 'http://localhost:3000'
export const callbackUrl = `${appUrl}/auth/callback`

/** What a browser sends with a request. */
export function headersOf(cookies) {
  return { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }
}

/** Keeps the cookies of an answer. */
export function keepCookies(cookies, headers) {
  for (const line of headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    if (/; *max-age=0/i.test(line) || value === '') cookies.delete(name)
    else cookies.set(name, value)
  }
}
