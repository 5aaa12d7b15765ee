# Keeps an access token fresh in a file, with nothing but curl: renews it before it expires, and goes on until it is ended.
#
#   $env:CLIENT_ID = '1000.…'; $env:CLIENT_SECRET = '…'; $env:REFRESH_TOKEN = '1000.…'; $env:ACCOUNTS = 'http://localhost:8000'
#   ./refresh-token.ps1 access-token
#
# Another program reads the token from the file whenever it needs it.
#
# ACCOUNTS is the accounts server of the user's data centre (default: https://accounts.zoho.com). MARGIN_SECONDS: how long
# before its end a token is renewed (default: 300). With -Once it renews once and ends.
# refresh-token.sh does the same in sh; keep the two in step.
param(
  [string] $File = 'access-token',
  [switch] $Once
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$accounts = if ($env:ACCOUNTS) { $env:ACCOUNTS } else { 'https://accounts.zoho.com' }
$margin = if ($env:MARGIN_SECONDS) { [int] $env:MARGIN_SECONDS } else { 300 }
foreach ($name in 'CLIENT_ID', 'CLIENT_SECRET', 'REFRESH_TOKEN') {
  if (-not [Environment]::GetEnvironmentVariable($name)) {
    [Console]::Error.WriteLine("refresh-token: expected $name in the environment, got nothing")
    exit 2
  }
}
# In Windows PowerShell "curl" is another command.
$curl = if ([Environment]::OSVersion.Platform -eq 'Win32NT') { 'curl.exe' } else { 'curl' }

# The value of a member of the answer; nothing when it has none.
function Get-Member-Value($answer, [string] $name) {
  if ($null -ne $answer -and $answer.PSObject.Properties[$name]) { return [string] $answer.$name }
  return ''
}

# The parameters go through curl's standard input, because everybody on the machine sees a command's arguments.
function Request-Token {
  $parameters = @(
    'data-urlencode = "grant_type=refresh_token"'
    "data-urlencode = `"client_id=$env:CLIENT_ID`""
    "data-urlencode = `"client_secret=$env:CLIENT_SECRET`""
    "data-urlencode = `"refresh_token=$env:REFRESH_TOKEN`""
  )
  $text = $parameters | & $curl --silent --show-error --max-time 30 --request POST --config - "$accounts/oauth/v2/token"
  try { return ($text -join "`n") | ConvertFrom-Json } catch { return $null }
}

$wait = 5
while ($true) {
  $answer = Request-Token
  $token = Get-Member-Value $answer 'access_token'
  $refused = Get-Member-Value $answer 'error'
  if ($token) {
    # In one step, so that no reader sees half a token; for nobody else's eyes (Windows has that by the folder).
    New-Item -ItemType File -Path "$File.$PID" -Force | Out-Null
    if ($curl -eq 'curl') { & chmod 600 "$File.$PID" }
    Set-Content -Path "$File.$PID" -Value $token
    Move-Item -Path "$File.$PID" -Destination $File -Force
    $seconds = Get-Member-Value $answer 'expires_in'
    $pause = [Math]::Max(1, $(if ($seconds) { [int] $seconds } else { 3600 }) - $margin)
    [Console]::Error.WriteLine("refresh-token: renewed; the next time in $pause s")
    if ($Once) { exit 0 }
    $wait = 5
    Start-Sleep -Seconds $pause
  }
  elseif ($refused -eq '' -or $refused -eq 'Access Denied') {
    # No answer, a fault of the server, or too many renewals: later it may work.
    $reason = if ($refused) { $refused } else { 'no answer' }
    [Console]::Error.WriteLine("refresh-token: not renewed ($reason); another try in $wait s")
    if ($Once) { exit 1 }
    Start-Sleep -Seconds $wait
    $wait = [Math]::Min(300, $wait * 2)
  }
  else {
    [Console]::Error.WriteLine("refresh-token: refused with $refused; check the client, its secret, the refresh token and ACCOUNTS")
    exit 1
  }
}
