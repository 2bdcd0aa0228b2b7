import {
  bitbucketColor,
  bitbucketLogo,
  digitaloceanColor,
  digitaloceanLogo,
  githubColor,
  githubLogo,
  huggingfaceColor,
  huggingfaceLogo,
} from './generated/logos.js'
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
  profile: {
    url: 'https://api.github.com/user',
    id: 'id',
    name: 'login',
    email: 'email',
    picture: 'avatar_url',
  },
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

/**
 * Bitbucket. The scopes are set in the OAuth consumer at Bitbucket.
 *
 * @see https://auth0.com/ai/docs/connections/bitbucket
 */
export const bitbucket: SocialProvider<'bitbucket'> = {
  name: 'Bitbucket',
  strategy: 'bitbucket',
  connection: 'bitbucket',
  logo: bitbucketLogo,
  color: bitbucketColor,
  revokeUrl: 'https://bitbucket.org/account/settings/app-authorizations/',
  scopes: {
    account: 'See your profile',
    email: 'See your email addresses',
    repository: 'Read your repositories',
    'repository:write': 'Read and write your repositories',
    pullrequest: 'Read your pull requests',
    'pullrequest:write': 'Read, create and merge pull requests',
    issue: 'Read your issues',
    'issue:write': 'Read and write your issues',
    pipeline: 'Read your pipelines',
  },
}

/**
 * DigitalOcean. `account:read` is added to your scopes, because Auth0 requires it.
 *
 * @see https://auth0.com/ai/docs/connections/digitalocean
 */
export const digitalOcean: SocialProvider<'digitalocean'> = {
  name: 'DigitalOcean',
  strategy: 'oauth2',
  connection: 'digitalocean',
  logo: digitaloceanLogo,
  color: digitaloceanColor,
  requiredScopes: ['account:read'],
  scopes: {
    'account:read': 'See your account',
    'droplet:read': 'See your Droplets',
    'droplet:create': 'Create Droplets',
    'kubernetes:read': 'See your Kubernetes clusters',
  },
}

/**
 * Hugging Face. `profile` is added to your scopes, because Auth0 requires it.
 *
 * @see https://auth0.com/ai/docs/connections/hugging-face
 */
export const huggingFace: SocialProvider<'hugging-face'> = {
  name: 'Hugging Face',
  strategy: 'oauth2',
  connection: 'hugging-face',
  logo: huggingfaceLogo,
  color: huggingfaceColor,
  revokeUrl: 'https://huggingface.co/settings/connected-applications',
  requiredScopes: ['profile'],
  profile: {
    url: 'https://huggingface.co/oauth/userinfo',
    id: 'sub',
    name: 'preferred_username',
    email: 'email',
    picture: 'picture',
  },
  scopes: {
    openid: 'Sign you in',
    profile: 'See your name and your picture',
    email: 'See your email address',
    'read-repos': 'Read your repositories',
    'write-repos': 'Read and write your repositories',
    'manage-repos': 'Create and delete your repositories',
    'inference-api': 'Run models on your behalf',
  },
}
