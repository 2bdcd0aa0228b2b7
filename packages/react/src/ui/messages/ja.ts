import type { ConnectedAccountsMessages } from './messages.js'

const LOG_IN = 'セッションが終了しました。もう一度ログインしてください。'
const START_AGAIN = 'アカウントは接続されませんでした。最初からやり直してください。'

/** The Japanese texts. Not reviewed by a native speaker. */
export const ja: ConnectedAccountsMessages = {
  locale: 'ja',
  title: '接続済みアカウント',
  loading: 'アカウントを読み込んでいます…',
  loaded: { other: '{count} 件のアカウントが接続されています。' },
  empty: '接続済みのアカウントはありません',
  emptyHint: '接続するアカウントを選んでください。いつでも接続を解除できます。',
  noneOffered: 'ここで接続できるアカウントはありません。',
  offline: 'オフラインです。オンラインに戻ると変更できます。',
  connectAccount: 'アカウントを接続',
  connect: '{name} を接続',
  leaving: '{name} に移動しています…',
  waiting: '{name} のウィンドウで続けてください。',
  completing: 'アカウントを接続しています…',
  openAgain: 'ウィンドウをもう一度開く',
  cancel: 'キャンセル',
  cancelled: '{name}：キャンセルしました。変更はありません。',
  connected: '{name} を接続しました。',
  otherAccount:
    '{name} の別のアカウントが選ばれました。そのアカウントを接続しました。対象のアカウントは変わっていません。',
  connectedOn: '{date} に接続',
  endsOn: 'アクセスは {date} に終了します',
  missingScopes: { other: '{count} 件の権限が不足しています：' },
  expired: 'アクセスが終了しました。使うにはアカウントを再接続してください。',
  unavailable: 'このアカウントはここでは再接続できません。',
  reconnect: '再接続',
  allowAccess: 'アクセスを許可',
  rename: '名前を変更',
  newName: 'アカウントの名前',
  save: '保存',
  usedBy: '利用しているもの：{list}',
  stopsWorking: '使えなくなるもの：{list}。',
  disconnect: '接続を解除',
  disconnecting: '{name} の接続を解除します。まだ元に戻せます。',
  undo: '元に戻す',
  undone: '{name} は接続されたままです。',
  disconnected: '{name} の接続を解除しました。',
  revoke: '{name} 側のアクセスも削除する',
  tryAgain: 'もう一度試す',
  logIn: 'もう一度ログイン',
  close: '閉じる',
  errors: {
    invalid_token: LOG_IN,
    login_required: LOG_IN,
    invalid_grant: LOG_IN,
    missing_refresh_token: LOG_IN,
    missing_session: LOG_IN,
    insufficient_scope:
      '現在のログインでは許可されていません。もう一度ログインして許可してください。',
    not_found: 'このアカウントは利用できなくなりました。ページを再読み込みしてください。',
    bad_request: START_AGAIN,
    conflict: START_AGAIN,
    rate_limited: 'リクエストが多すぎます。少し待ってからもう一度お試しください。',
    unexpected_response:
      'サービスから正しい応答がありません。少し待ってからもう一度お試しください。',
    unknown_state:
      '別のウィンドウで開始されたか、時間が経ちすぎています。最初からやり直してください。',
    access_denied: 'アクセスが許可されなかったため、変更はありません。',
    provider_error: '相手のサービスがエラーを返しました。もう一度お試しください。',
    expired: '時間がかかりすぎました。最初からやり直してください。',
    user_mismatch: '別の人が開始した操作です。ご自身で最初からやり直してください。',
    outcome_unknown: '応答が届きませんでした。アカウントが一覧にあるか確認してください。',
    storage_unavailable:
      'ブラウザーがこのページのデータ保存を許可していません。許可してからもう一度お試しください。',
    popup_blocked:
      'ブラウザーがウィンドウをブロックしました。このページのウィンドウを許可してからもう一度お試しください。',
    network: '接続がありません。ネットワークを確認してからもう一度お試しください。',
    timeout: '時間がかかりすぎました。ネットワークを確認してからもう一度お試しください。',
    other: '問題が発生しました。もう一度お試しください。',
  },
}
