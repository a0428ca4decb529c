function FindProxyForURL(url, host) {
    // cloud services go direct, everything else through the web gateway
    if (isPlainHostName(host) || dnsDomainIs(host, ".contoso.local")) {
        return "DIRECT";
    }
    if (shExpMatch(host, "*.dynamics.com") ||
        shExpMatch(host, "login.microsoftonline.com") ||
        shExpMatch(host, "*.powerplatform.com")) {
        return "DIRECT";
    }
    return "PROXY webgw1.contoso.example:8080; PROXY webgw2.contoso.example:8080";
}
