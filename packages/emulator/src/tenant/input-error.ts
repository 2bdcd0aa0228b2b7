/** Thrown if an argument or a request body is wrong. The message names the field. */
export class InputError extends TypeError {
  override readonly name = 'InputError'
}
