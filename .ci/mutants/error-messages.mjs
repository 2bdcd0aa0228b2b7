const isText = (path) => path.isStringLiteral() || path.isTemplateLiteral()

/** True if a text, or the longer text that it is a part of, is the message of an error. */
function isMessage(path) {
  const { parentPath: parent } = path
  if (parent.isBinaryExpression({ operator: '+' }) || parent.isConditionalExpression()) {
    return path.key !== 'test' && isMessage(parent)
  }
  if (parent.isNewExpression()) return path.key === 0 && /Error$/.test(parent.node.callee.name)
  return parent.isObjectProperty() && path.key === 'value' && parent.node.key.name === 'message'
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'error-messages',
    value: {
      shouldIgnore: (path) =>
        isText(path) && isMessage(path)
          ? 'The words of an error message are not tested.'
          : undefined,
    },
  },
]
