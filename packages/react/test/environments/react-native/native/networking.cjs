// The native half of React Native's XMLHttpRequest, by Node. Like the one of iOS it knows bodies of text and of base64.
const http = require('node:http')

const emit = (event, ...args) =>
  // biome-ignore lint/suspicious/noReactNativeDeepImports: native code sends its events there
  require('react-native/Libraries/EventEmitter/RCTDeviceEventEmitter').default.emit(event, args)

let last = 0
const sent = new Map()

module.exports = {
  __esModule: true,
  default: {
    addListener() {},
    removeListeners() {},
    sendRequest({ method, url, data, headers }, callback) {
      last += 1
      const id = last
      callback(id)
      const request = http.request(url, { method, headers }, async (response) => {
        const chunks = []
        for await (const chunk of response) chunks.push(chunk)
        emit('didReceiveNetworkResponse', id, response.statusCode, response.headers, url)
        const body = Buffer.concat(chunks)
        if (body.length > 0) emit('didReceiveNetworkData', id, body.toString('base64'))
        emit('didCompleteNetworkResponse', id, '', false)
      })
      sent.set(id, request)
      request.on('error', ({ message }) => emit('didCompleteNetworkResponse', id, message, false))
      if (typeof data.string === 'string') request.end(data.string)
      else request.end(Buffer.from(data.base64 ?? '', 'base64'))
    },
    abortRequest: (id) => sent.get(id)?.destroy(),
    clearCookies: (callback) => callback(true),
  },
}
