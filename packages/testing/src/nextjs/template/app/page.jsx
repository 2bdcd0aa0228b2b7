import { auth0 } from '../auth0.js'

export default async function Page() {
  const session = await auth0.getSession()
  if (!session) return <a href="/auth/login">Log in</a>
  return (
    <main>
      <h1>{session.user.name}</h1>
      <a href="/auth/connect?connection=google-oauth2&returnTo=/?connected">Connect Google</a>
      <a href="/auth/logout">Log out</a>
    </main>
  )
}
