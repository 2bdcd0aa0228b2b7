import type { ConnectedAccountsMessages } from './messages.js'

/** The German texts. Not reviewed by a native speaker. */
export const ja: ConnectedAccountsMessages = {
  locale: 'ja',
  title: 'Verbundene Konten',
  loading: 'Ihre Konten werden geladen …',
  loaded: { one: '{count} Konto ist verbunden.', other: '{count} Konten sind verbunden.' },
  empty: 'Es ist kein Konto verbunden',
  emptyHint: 'Wählen Sie ein Konto, um es zu verbinden. Sie können es jederzeit wieder trennen.',
  noneOffered: 'Hier gibt es keine Konten, die Sie verbinden können.',
  offline: 'Sie sind offline. Änderungen sind wieder möglich, sobald Sie online sind.',
  connectAccount: 'Konto verbinden',
  connect: '{name} verbinden',
  leaving: 'Weiter zu {name} …',
  waiting: 'Fahren Sie im Fenster von {name} fort.',
  completing: 'Ihr Konto wird verbunden …',
  openAgain: 'Fenster erneut öffnen',
  cancel: 'Abbrechen',
  cancelled: '{name}: abgebrochen. Es hat sich nichts geändert.',
  connected: '{name} ist verbunden.',
  otherAccount:
    'Sie haben ein anderes Konto bei {name} gewählt. Es ist jetzt verbunden. Das Konto, um das es ging, ist unverändert.',
  connectedOn: 'Verbunden am {date}',
  endsOn: 'Der Zugriff endet am {date}',
  missingScopes: {
    one: 'Eine Berechtigung fehlt:',
    other: '{count} Berechtigungen fehlen:',
  },
  expired: 'Der Zugriff ist beendet. Verbinden Sie das Konto erneut, um es wieder zu nutzen.',
  unavailable: 'Dieses Konto kann hier nicht erneut verbunden werden.',
  reconnect: 'Erneut verbinden',
  allowAccess: 'Zugriff erlauben',
  disconnect: 'Trennen',
  disconnecting: '{name} wird getrennt. Sie können das noch rückgängig machen.',
  undo: 'Rückgängig',
  undone: '{name} bleibt verbunden.',
  disconnected: '{name} ist getrennt.',
  revoke: 'Zugriff auch bei {name} entfernen',
  tryAgain: 'Erneut versuchen',
  logIn: 'Erneut anmelden',
  close: 'Schließen',
  errors: {
    invalid_token: 'Ihre Sitzung ist beendet. Melden Sie sich erneut an.',
    login_required: 'Ihre Sitzung ist beendet. Melden Sie sich erneut an.',
    invalid_grant: 'Ihre Sitzung ist beendet. Melden Sie sich erneut an.',
    missing_refresh_token: 'Ihre Sitzung ist beendet. Melden Sie sich erneut an.',
    missing_session: 'Ihre Sitzung ist beendet. Melden Sie sich erneut an.',
    insufficient_scope:
      'Ihre Anmeldung erlaubt das nicht. Melden Sie sich erneut an und erlauben Sie es.',
    not_found: 'Dieses Konto ist nicht mehr verfügbar. Laden Sie die Seite neu.',
    bad_request: 'Das Konto wurde nicht verbunden. Beginnen Sie noch einmal.',
    conflict: 'Das Konto wurde nicht verbunden. Beginnen Sie noch einmal.',
    rate_limited: 'Zu viele Anfragen. Warten Sie einen Moment und versuchen Sie es erneut.',
    unexpected_response:
      'Der Dienst antwortet nicht wie erwartet. Versuchen Sie es gleich noch einmal.',
    unknown_state:
      'Das wurde in einem anderen Fenster begonnen oder ist zu lange her. Beginnen Sie noch einmal.',
    access_denied: 'Sie haben den Zugriff nicht erlaubt. Es hat sich nichts geändert.',
    provider_error: 'Der andere Dienst meldet einen Fehler. Versuchen Sie es erneut.',
    expired: 'Das hat zu lange gedauert. Beginnen Sie noch einmal.',
    user_mismatch: 'Das hat jemand anderes begonnen. Beginnen Sie noch einmal.',
    outcome_unknown:
      'Die Antwort ist nicht angekommen. Sehen Sie in der Liste nach, ob das Konto da ist.',
    storage_unavailable:
      'Ihr Browser erlaubt dieser Seite nicht, Daten zu speichern. Erlauben Sie es und versuchen Sie es erneut.',
    popup_blocked:
      'Ihr Browser hat das Fenster blockiert. Erlauben Sie Fenster dieser Seite und versuchen Sie es erneut.',
    network: 'Es gibt keine Verbindung. Prüfen Sie Ihr Netz und versuchen Sie es erneut.',
    timeout: 'Das hat zu lange gedauert. Prüfen Sie Ihr Netz und versuchen Sie es erneut.',
    other: 'Etwas ist schiefgegangen. Versuchen Sie es erneut.',
  },
}
