// The native half of expo-web-browser: a person who allows everything, in a browser that the test runs. Set `closes` for
// one who closes the window.
const opened = []
module.exports = {
  opened,
  closes: false,
  async openAuthSessionAsync(url, redirectUrl) {
    opened.push([url, redirectUrl])
    if (module.exports.closes) return { type: 'cancel' }
    const answer = await fetch(process.env.BROWSER, { method: 'POST', body: url })
    const callbackUrl = await answer.text()
    // As the platforms, which close the window only when the browser comes to this URL.
    if (!callbackUrl.startsWith(redirectUrl)) throw new Error(`Came back to ${callbackUrl}`)
    return { type: 'success', url: callbackUrl }
  },
}
