import {
  boxColor,
  boxLogo,
  dropboxColor,
  dropboxLogo,
  figmaColor,
  figmaLogo,
} from './generated/logos.js'
import type { SocialProvider } from './provider.js'

/**
 * Box. The scopes are set in the app at Box.
 *
 * @see https://auth0.com/ai/docs/connections/box
 */
export const box: SocialProvider<'box'> = {
  name: 'Box',
  strategy: 'box',
  connection: 'box',
  logo: boxLogo,
  color: boxColor,
  revokeUrl: 'https://app.box.com/account/security',
  profile: { url: 'https://api.box.com/2.0/users/me', id: 'id', name: 'name', email: 'login' },
  scopes: {
    root_readonly: 'See your files and folders',
    root_readwrite: 'See, change and delete your files and folders',
  },
}

/**
 * Dropbox. `account_info.read` is added to your scopes, because Auth0 requires it. Switch on "Offline Access" in the
 * connection.
 *
 * @see https://auth0.com/ai/docs/connections/dropbox
 */
export const dropbox: SocialProvider<'dropbox'> = {
  name: 'Dropbox',
  strategy: 'dropbox',
  connection: 'dropbox',
  logo: dropboxLogo,
  color: dropboxColor,
  revokeUrl: 'https://www.dropbox.com/account/connected_apps',
  requiredScopes: ['account_info.read'],
  profile: {
    url: 'https://api.dropboxapi.com/2/users/get_current_account',
    method: 'POST',
    id: 'account_id',
    name: 'name.display_name',
    email: 'email',
    picture: 'profile_photo_url',
  },
  revocation: { url: 'https://api.dropboxapi.com/2/auth/token/revoke', tokenIn: 'header' },
  scopes: {
    'account_info.read': 'See your account',
    'files.metadata.read': 'See the names of your files and folders',
    'files.content.read': 'Read your files',
    'files.content.write': 'Change and delete your files',
    'sharing.read': 'See what you share',
    'sharing.write': 'Change what you share',
  },
}

/**
 * Figma. `current_user:read` is added to your scopes, because Auth0 requires it.
 *
 * @see https://auth0.com/ai/docs/connections/figma
 */
export const figma: SocialProvider<'figma'> = {
  name: 'Figma',
  strategy: 'oauth2',
  connection: 'figma',
  logo: figmaLogo,
  color: figmaColor,
  revokeUrl: 'https://www.figma.com/settings',
  requiredScopes: ['current_user:read'],
  profile: {
    url: 'https://api.figma.com/v1/me',
    id: 'id',
    name: 'handle',
    email: 'email',
    picture: 'img_url',
  },
  scopes: {
    'current_user:read': 'See your name, email address and picture',
    'file_content:read': 'Read your files',
    'file_metadata:read': 'See the names and versions of your files',
    'file_comments:read': 'Read comments',
    'file_comments:write': 'Write and delete comments',
    'projects:read': 'See your projects',
  },
}
