import { githubColor, githubLogo } from './generated/logos.js'
import type { SocialProvider } from './provider.js'

/**
 * GitHub. The permissions of a GitHub App are set at GitHub, so such a connection takes no `scopes`. The scopes here are
 * those of a connection with a GitHub OAuth app.
 *
 * @see https://auth0.com/ai/docs/connections/github
 */
export const github: SocialProvider<'github'> = {
  name: 'GitHub',
  strategy: 'github',
  connection: 'github',
  logo: githubLogo,
  color: githubColor,
  revokeUrl: 'https://github.com/settings/applications',
  scopes: {
    repo: 'Read and write all your repositories, private ones too',
    'repo:status': 'Read and write the commit statuses of your repositories',
    public_repo: 'Read and write your public repositories',
    gist: 'Write gists',
    'read:user': 'Read your profile',
    'user:email': 'Read your email addresses',
    'read:org': 'Read your organizations and teams',
    notifications: 'Read your notifications',
    workflow: 'Change the workflows of GitHub Actions',
  },
}
