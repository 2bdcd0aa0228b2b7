# The commands of https://auth0.com/docs/secure/tokens/token-vault/connected-accounts-for-token-vault, verbatim and in their
# order, as read in November 2026. A line with ## is ours, and has the heading of the section of the command behind it.

## Configure Multi-Resource Refresh Token
curl -X PATCH --location "https://${account.namespace}/api/v2/clients/{clientId}" \
    -H "Authorization: Bearer <YOUR_MANAGEMENT_API_TOKEN>" \
    -H "Content-Type: application/json" \
    -d '{
          "is_first_party": true,
          "refresh_token": {
            "expiration_type": "non-expiring",
            "leeway": 0,
            "infinite_token_lifetime": true,
            "infinite_idle_token_lifetime": true,
            "token_lifetime": 31557600,
            "idle_token_lifetime": 2592000,
            "rotation_type": "non-rotating",
            "policies": [
              {
                "audience": "https://'"$DOMAIN"'/me/",
                "scope": [
                  "create:me:connected_accounts",
                  "read:me:connected_accounts",
                  "delete:me:connected_accounts"
                ]
              }
            ]
          }
        }'

## Configure Connected Accounts
curl -L -X PATCH "https://{yourDomain}/api/v2/connections/{connectionId}" \
-H 'Content-Type: application/json' \
-H 'Accept: application/json' \
-H "Authorization: Bearer <YOUR_MANAGEMENT_API_TOKEN>" \
-d '{"connected_accounts":{"active":true}}'

## Fetch a refresh token
open "https://{yourDomain}/authorize?client_id=<CLIENT_ID>&response_type=code&prompt=login&scope=openid%20profile%20offline_access&redirect_uri=<REDIRECT_URI>&state=<STATE>&audience=https://my-example-api.com"

## Fetch a refresh token
curl -s --request POST \
  --url "https://{yourDomain}/oauth/token" \
  --header 'Content-Type: application/json' \
  --data-binary @- <<EOF | jq -r '.refresh_token'
{
  "grant_type": "authorization_code",
  "code": "<CONNECT_CODE>",
  "client_id": "<CLIENT_ID>",
  "client_secret": "<CLIENT_SECRET>",
  "redirect_uri": "<REDIRECT_URI>"
}
EOF

## Exchange refresh token for My Account API access token
curl -s -X POST "https://{yourDomain}/oauth/token" \
  -H "Content-Type: application/x-www-form-urlencoded" \
  --data-urlencode "grant_type=refresh_token" \
  --data-urlencode "client_id=<CLIENT_ID>" \
  --data-urlencode "client_secret=<CLIENT_SECRET>" \
  --data-urlencode "refresh_token=<REFRESH_TOKEN>" \
  --data-urlencode "audience=https://{yourDomain}/me/" \
  --data-urlencode "scope=openid profile offline_access create:me:connected_accounts read:me:connected_accounts delete:me:connected_accounts"

## Initiate Connected Accounts request
curl --request POST "https://{yourDomain}/me/v1/connected-accounts/connect" \
--header 'Content-Type: application/json' \
--header "Authorization: Bearer <MY_ACCOUNT_API_TOKEN>" \
--data '{
    "connection": "google-oauth2",
    "redirect_uri": "<REDIRECT_URI>",
    "state": "<STATE>",
    "scopes": ["openid","profile"] // any scopes passed overwrite the scopes you selected in the Auth0 Dashboard
}'

## Initiate Connected Accounts request
open https://{yourDomain}.us.auth0.com/connected-accounts/connect?ticket={tickedId}

## Complete Connected Accounts request
curl --location "https://{yourDomain}/me/v1/connected-accounts/complete" \
--header 'Content-Type: application/json' \
--header "Authorization: Bearer <MY_ACCOUNT_API_TOKEN>" \
--data '{
    "auth_session": "<AUTH_SESSION>",
    "connect_code": "<CONNECT_CODE>",
    "redirect_uri": "<REDIRECT_URI>"
}'

## Query connected accounts connections
curl -X GET --location "https://{yourDomain}/me/v1/connected-accounts/connections" \
--header 'Content-Type: application/json' \
--header "Authorization: Bearer <MY_ACCOUNT_API_TOKEN>"

## Query connected accounts
curl -X GET --location "https://{yourDomain}/me/v1/connected-accounts/accounts" \
--header 'Content-Type: application/json' \
--header "Authorization: Bearer <MY_ACCOUNT_API_TOKEN>"

## Query connected accounts
curl -X GET --location "https://{yourDomain}/api/v2/users/{userId}/connected-accounts" \
--header 'Content-Type: application/json' \
--header "Authorization: Bearer <YOUR_MANAGEMENT_API_TOKEN>"

## Query connected accounts for a given connection
curl -X GET --location "https://{yourDomain}/me/v1/connected-accounts/accounts?connection={connectionName}" \
--header 'Content-Type: application/json' \
--header "Authorization: Bearer <MY_ACCOUNT_API_TOKEN>"

## Delete connected account
curl -X DELETE --location "https://{yourDomain}/me/v1/connected-accounts/accounts/{connectedAccountId}" \
--header 'Content-Type: application/json' \
--header "Authorization: Bearer <MY_ACCOUNT_API_TOKEN>"
