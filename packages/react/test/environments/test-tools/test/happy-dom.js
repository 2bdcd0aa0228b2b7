// A copy (`clone()`) of an answer from happy-dom's `fetch` has no body, and then the answer has none either. One that is read has both:
// https://github.com/capricorn86/happy-dom/issues/2353
if ('happyDOM' in window) {
  const { fetch } = window
  globalThis.fetch = async (...request) => {
    const answer = await fetch(...request)
    const body = await answer.arrayBuffer()
    return new Response(answer.status === 204 ? null : body, answer)
  }
}
