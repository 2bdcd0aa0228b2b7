/** Answers with what a call gave, or with all that its error says. */
export async function answer(call) {
  try {
    return Response.json((await call) ?? null)
  } catch ({ name, code, message, cause }) {
    return Response.json({ name, code, message, cause: cause?.message }, { status: 500 })
  }
}
