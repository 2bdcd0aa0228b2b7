// For workerd: a request with the host as its body is answered with the outcome.
import { run } from './suite.js'

// biome-ignore lint/style/noDefaultExport: what workerd starts.
export default {
  async fetch(request) {
    return Response.json(await run(await request.text()))
  },
}
