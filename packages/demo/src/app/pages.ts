/** The path of the server-rendered page. The paths of its routes begin with it. */
export const RENDERED_PATH = '/server'

/** The path of the page with the bare hooks. */
export const HOOKS_PATH = '/hooks'

/** The path of the page with every state of the component. */
export const STATES_PATH = '/states'

/** The path of the page that shows one state: `/state?show=menu`. */
export const STATE_PATH = '/state'

/** The path of a page that people visit. */
export type PagePath = '/' | typeof RENDERED_PATH | typeof HOOKS_PATH | typeof STATES_PATH
