import { auth0 } from '../auth0'
import { Accounts } from './Accounts'
import { Providers } from './Providers'

const { APP_BASE_URL: origin = '' } = process.env

export default async function Page() {
  const session = await auth0.getSession()
  if (!session) return <a href="/base/auth/login">Log in</a>
  return (
    <main>
      <h1>{session.user.name}</h1>
      <Providers user={session.user.sub} redirectUri={`${origin}/base/connected`}>
        <Accounts />
      </Providers>
      <a href="/base/auth/logout">Log out</a>
    </main>
  )
}
