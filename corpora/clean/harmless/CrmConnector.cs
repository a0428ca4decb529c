using System;
using System.Net;
using System.Security.Authentication;
using Microsoft.Xrm.Tooling.Connector;

namespace Fabrikam.Crm
{
    /// <summary>Opens the CRM connection and turns low level failures into something the user can read.</summary>
    public sealed class CrmConnector
    {
        private readonly ILogger _log;

        static CrmConnector()
        {
            // older desktops still run 4.5.2, make sure the service accepts us
            ServicePointManager.SecurityProtocol |= SecurityProtocolType.Tls12;
        }

        public CrmConnector(ILogger log) => _log = log;

        public CrmServiceClient Open(string connectionString)
        {
            try
            {
                var client = new CrmServiceClient(connectionString);
                if (!client.IsReady)
                {
                    throw new InvalidOperationException(client.LastCrmError, client.LastCrmException);
                }
                return client;
            }
            catch (WebException ex) when (ex.Status == WebExceptionStatus.SecureChannelFailure)
            {
                // "The request was aborted: Could not create SSL/TLS secure channel."
                throw new CrmConnectException(Resources.SecureChannel, ex);
            }
            catch (WebException ex) when (ex.Status == WebExceptionStatus.TrustFailure)
            {
                throw new CrmConnectException(Resources.Certificate, ex);
            }
            catch (WebException ex) when (ex.Status == WebExceptionStatus.NameResolutionFailure)
            {
                throw new CrmConnectException(Resources.NoSuchHost, ex);
            }
            catch (AuthenticationException ex)
            {
                throw new CrmConnectException(Resources.Handshake, ex);
            }
        }

        internal static bool IsTransient(WebException ex)
        {
            switch (ex.Status)
            {
                case WebExceptionStatus.Timeout:
                case WebExceptionStatus.ConnectionClosed:
                case WebExceptionStatus.KeepAliveFailure:
                case WebExceptionStatus.ReceiveFailure:
                    return true;
                default:
                    return false;
            }
        }
    }
}
