import { refreshTokenSource } from '../src/tokens/refresh-token-source.js'

// What tab.html runs. The test leaves the emulator and the refresh token in localStorage, as an application would.
const domain = localStorage.getItem('domain') ?? ''
const channel = new BroadcastChannel('tabs')
let sent = 0
const source = refreshTokenSource({
  domain,
  clientId: 'spa',
  refreshToken: () => localStorage.getItem('refresh token'),
  onRefreshToken: (refreshToken) => localStorage.setItem('refresh token', refreshToken),
  fetch: (request) => {
    sent += 1
    return fetch(request)
  },
})
const request = {
  audience: `${domain}/me/`,
  scope: 'read:me:connected_accounts',
  forceRefresh: true,
}

channel.onmessage = async ({ data }) => {
  if (data !== 'refresh') return
  sent = 0
  const calls = Array.from({ length: 100 }, () => source(request))
  const results = await Promise.allSettled(calls)
  const failures = results.filter(({ status }) => status === 'rejected').length
  channel.postMessage({ sent, failures })
}
channel.postMessage('ready')
