// For jest, which does not read TypeScript and JSX.
module.exports = {
  presets: [['@babel/preset-react', { runtime: 'automatic' }], '@babel/preset-typescript'],
}
