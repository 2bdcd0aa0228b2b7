beforeEach(() => {
  cy.task('reset')
})

it('lists the connected accounts', () => {
  cy.task('seed', { user_id: 'auth0|alice', connection: 'github' })
  cy.visit('/')
  cy.contains('button', 'Log in').click()
  cy.origin('http://localhost:4400', () => {
    cy.get('#username').type('alice@example.test')
    cy.get('#password').type('password{enter}')
  })
  cy.contains('li', 'github')
})
