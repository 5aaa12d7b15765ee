#!/bin/sh
# Keeps an access token fresh in a file, with nothing but curl: renews it before it expires, and goes on until it is ended.
#
#   CLIENT_ID=1000.… CLIENT_SECRET=… REFRESH_TOKEN=1000.… ACCOUNTS=http://localhost:8000 ./refresh-token.sh access-token
#
# Another program reads the token from the file whenever it needs it:
#
#   curl -H "Authorization: Zoho-oauthtoken $(cat access-token)" http://localhost:8001/crm/v8/org
#
# ACCOUNTS is the accounts server of the user's data centre (default: https://accounts.zoho.com). MARGIN_SECONDS: how long
# before its end a token is renewed (default: 300). With --once it renews once and ends.
# refresh-token.ps1 does the same in PowerShell; keep the two in step.
set -eu
umask 077

once=no
if [ "${1:-}" = --once ]; then
  once=yes
  shift
fi
file=${1:-access-token}
accounts=${ACCOUNTS:-https://accounts.zoho.com}
margin=${MARGIN_SECONDS:-300}
for name in CLIENT_ID CLIENT_SECRET REFRESH_TOKEN; do
  eval "value=\${$name:-}"
  if [ -z "$value" ]; then
    echo "refresh-token: expected $name in the environment, got nothing" >&2
    exit 2
  fi
done

# The value of a member of flat JSON; nothing when it has none.
member() {
  printf '%s' "$answer" | sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# The parameters go through curl's standard input, because everybody on the machine sees a command's arguments.
renew() {
  curl --silent --show-error --max-time 30 --request POST --config - "$accounts/oauth/v2/token" <<END
data-urlencode = "grant_type=refresh_token"
data-urlencode = "client_id=$CLIENT_ID"
data-urlencode = "client_secret=$CLIENT_SECRET"
data-urlencode = "refresh_token=$REFRESH_TOKEN"
END
}

wait=5
while :; do
  answer=$(renew) || answer=
  token=$(member access_token)
  refused=$(member error)
  if [ -n "$token" ]; then
    # In one step, so that no reader sees half a token.
    printf '%s\n' "$token" > "$file.$$"
    mv "$file.$$" "$file"
    seconds=$(member expires_in)
    pause=$((${seconds:-3600} - margin))
    [ "$pause" -ge 1 ] || pause=1
    echo "refresh-token: renewed; the next time in $pause s" >&2
    [ "$once" = no ] || exit 0
    wait=5
    sleep "$pause"
  else
    case $refused in
      '' | 'Access Denied')
        # No answer, a fault of the server, or too many renewals: later it may work.
        echo "refresh-token: not renewed (${refused:-no answer}); another try in $wait s" >&2
        [ "$once" = no ] || exit 1
        sleep "$wait"
        wait=$((wait * 2))
        [ "$wait" -le 300 ] || wait=300
        ;;
      *)
        echo "refresh-token: refused with $refused; check the client, its secret, the refresh token and ACCOUNTS" >&2
        exit 1
        ;;
    esac
  fi
done
