/** A plugin for Stryker: it makes no mutants of the words of error messages. */

const isText = (path) => path.isStringLiteral() || path.isTemplateLiteral()

/** `message` of an error, or `detail` of a problem (RFC 9457). */
const isMessageName = (name) => ['message', 'detail'].includes(name)

const isPlainError = (name) => ['Error', 'TypeError', 'DOMException'].includes(name)

/** True if a text, or the longer text that it is a part of, is the message of an error. */
function isMessage(path) {
  const { parentPath: parent, key } = path
  if (parent.isBinaryExpression({ operator: '+' })) return isMessage(parent)
  if (parent.isConditionalExpression()) return key !== 'test' && isMessage(parent)
  // Our own errors have a code there.
  if (parent.isNewExpression()) return key === 0 && isPlainError(parent.node.callee.name)
  if (parent.isObjectProperty()) return key === 'value' && isMessageName(parent.node.key.name)
  return parent.isVariableDeclarator() && key === 'init' && isMessageName(parent.node.id.name)
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'error-messages',
    value: {
      // Tests look for the names and values in a message, not for its words.
      shouldIgnore: (path) =>
        isText(path) && isMessage(path) ? 'the words of a message' : undefined,
    },
  },
]
