import {
  discordColor,
  discordLogo,
  fitbitColor,
  fitbitLogo,
  snapchatColor,
  snapchatLogo,
  spotifyColor,
  spotifyLogo,
  tumblrColor,
  tumblrLogo,
  twitchColor,
  twitchLogo,
  xColor,
  xLogo,
} from './generated/logos.js'
import type { SocialProvider } from './provider.js'

/**
 * Discord. `identify` and `email` are added to your scopes, because Auth0 requires them.
 *
 * @see https://auth0.com/ai/docs/connections/discord
 */
export const discord: SocialProvider<'discord'> = {
  name: 'Discord',
  strategy: 'oauth2',
  connection: 'discord',
  logo: discordLogo,
  color: discordColor,
  revokeUrl: 'https://discord.com/settings/authorized-apps',
  requiredScopes: ['identify', 'email'],
  profile: {
    url: 'https://discord.com/api/v10/users/@me',
    id: 'id',
    name: 'username',
    email: 'email',
  },
  scopes: {
    identify: 'See your name and your picture',
    email: 'See your email address',
    guilds: 'See the servers that you are in',
    connections: 'See the accounts that you have linked at Discord',
  },
}

/**
 * Fitbit. `profile` is added to your scopes, because Auth0 requires it.
 *
 * @see https://auth0.com/ai/docs/connections/fitbit
 */
export const fitbit: SocialProvider<'fitbit'> = {
  name: 'Fitbit',
  strategy: 'fitbit',
  connection: 'fitbit',
  logo: fitbitLogo,
  color: fitbitColor,
  revokeUrl: 'https://www.fitbit.com/settings/applications',
  requiredScopes: ['profile'],
  scopes: {
    profile: 'See your profile',
    activity: 'See and record your activity',
    heartrate: 'See your heart rate',
    nutrition: 'See and record what you eat',
    sleep: 'See and record your sleep',
    weight: 'See and record your weight',
  },
}

/**
 * Snapchat. The scope for the display name is added to your scopes, because Auth0 requires it.
 *
 * @see https://auth0.com/ai/docs/connections/snapchat
 */
export const snapchat: SocialProvider<'snapchat'> = {
  name: 'Snapchat',
  strategy: 'oauth2',
  connection: 'snapchat',
  logo: snapchatLogo,
  color: snapchatColor,
  requiredScopes: ['https://auth.snapchat.com/oauth2/api/user.display_name'],
  scopes: {
    'https://auth.snapchat.com/oauth2/api/user.display_name': 'See your display name',
    'https://auth.snapchat.com/oauth2/api/user.external_id': 'Recognize your account',
    'https://auth.snapchat.com/oauth2/api/user.bitmoji.avatar': 'See your Bitmoji',
  },
}

/**
 * Spotify. `user-read-private` is added to your scopes, because Auth0 requires it.
 *
 * @see https://auth0.com/ai/docs/connections/spotify
 */
export const spotify: SocialProvider<'spotify'> = {
  name: 'Spotify',
  strategy: 'oauth2',
  connection: 'spotify',
  logo: spotifyLogo,
  color: spotifyColor,
  revokeUrl: 'https://www.spotify.com/account/apps/',
  requiredScopes: ['user-read-private'],
  profile: {
    url: 'https://api.spotify.com/v1/me',
    id: 'id',
    name: 'display_name',
    email: 'email',
    picture: 'images.0.url',
  },
  scopes: {
    'user-read-private': 'See your country and your subscription',
    'user-read-email': 'See your email address',
    'user-library-read': 'See your library',
    'user-library-modify': 'Change your library',
    'playlist-read-private': 'See your private playlists',
    'playlist-modify-public': 'Change your public playlists',
    'playlist-modify-private': 'Change your private playlists',
    'user-modify-playback-state': 'Control what you play',
  },
}

/**
 * Tumblr. `offline_access` is added to your scopes, because Auth0 requires it.
 *
 * @see https://auth0.com/ai/docs/connections/tumblr
 */
export const tumblr: SocialProvider<'tumblr'> = {
  name: 'Tumblr',
  strategy: 'oauth2',
  connection: 'tumblr',
  logo: tumblrLogo,
  color: tumblrColor,
  revokeUrl: 'https://www.tumblr.com/settings/apps',
  requiredScopes: ['offline_access'],
  scopes: {
    basic: 'See your blogs and posts',
    write: 'Post and follow on your behalf',
    offline_access: 'Keep the access when you are away',
  },
}

/**
 * Twitch.
 *
 * @see https://auth0.com/ai/docs/connections/twitch
 */
export const twitch: SocialProvider<'twitch'> = {
  name: 'Twitch',
  strategy: 'oauth2',
  connection: 'twitch',
  logo: twitchLogo,
  color: twitchColor,
  revokeUrl: 'https://www.twitch.tv/settings/connections',
  scopes: {
    'user:edit': 'Change your profile',
    'user:read:email': 'See your email address',
    'user:read:follows': 'See the channels that you follow',
    'channel:manage:polls': 'Manage the polls of your channel',
    'channel:manage:predictions': 'Manage the predictions of your channel',
    'clips:edit': 'Create clips',
  },
}

/**
 * X, formerly Twitter. `users.read`, `tweet.read` and `offline.access` are added to your scopes, because Auth0 requires
 * them.
 *
 * @see https://auth0.com/ai/docs/connections/twitter
 */
export const twitter: SocialProvider<'twitter'> = {
  name: 'X',
  strategy: 'twitter',
  connection: 'twitter',
  logo: xLogo,
  color: xColor,
  revokeUrl: 'https://x.com/settings/connected_apps',
  requiredScopes: ['users.read', 'tweet.read', 'offline.access'],
  scopes: {
    'users.read': 'See your profile',
    'tweet.read': 'See your timeline and posts',
    'tweet.write': 'Post on your behalf',
    'follows.read': 'See whom you follow',
    'follows.write': 'Follow and unfollow on your behalf',
    'offline.access': 'Keep the access when you are away',
  },
}
