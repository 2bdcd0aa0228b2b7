// For a browser: `run(host)` answers the outcome.
import { run } from './suite.js'

window.run = run
