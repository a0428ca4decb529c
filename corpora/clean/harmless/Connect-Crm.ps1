<#
.SYNOPSIS
    Opens a connection to Dynamics 365 and returns it.
.NOTES
    Works in Windows PowerShell 5.1. Ask #crm-platform before you change it.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)][string]$OrgUrl,
    [string]$ClientId,
    [securestring]$Secret,
    [int]$MaxRetry = 3
)

$ErrorActionPreference = 'Stop'
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
Import-Module Microsoft.Xrm.Tooling.CrmConnector.PowerShell

for ($i = 1; $i -le $MaxRetry; $i++) {
    try {
        $conn = Get-CrmConnection -ConnectionString "AuthType=ClientSecret;Url=$OrgUrl;ClientId=$ClientId;ClientSecret=***"
        if ($conn.IsReady) { return $conn }
        throw $conn.LastCrmError
    }
    catch {
        switch -Regex ("$_") {
            'SSL/TLS secure channel'          { Write-Error 'Could not negotiate TLS with the service.'; break }
            'underlying connection was closed'{ Write-Warning "connection closed, attempt $i of $MaxRetry" }
            'AADSTS7000222'                   { Write-Error 'The client secret is expired, create a new one.'; break }
            'AADSTS'                          { Write-Error "Sign-in was refused: $_"; break }
            default                           { Write-Warning "attempt $i : $_" }
        }
        Start-Sleep -Seconds ($i * 5)
    }
}
