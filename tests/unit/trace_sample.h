/* trace_sample.h -- a trace of CrmServiceClient as it is written: what the tests of repair damage.
 */
#ifndef TW_TESTS_UNIT_TRACE_SAMPLE_H
#define TW_TESTS_UNIT_TRACE_SAMPLE_H

static const char tw_test_trace[] =
    "Microsoft.Xrm.Tooling.CrmConnectControl Information: 8 : Login Status in Connect is =  "
    "Validating connection to Microsoft Dynamics CRM...\n"
    "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : ERROR REQUESTING Token FROM THE "
    "Authentication context\n"
    "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : Source\t: mscorlib\n"
    "Method\t: ThrowIfExceptional\n"
    "Date\t: 2/28/2019\n"
    "Time\t: 11:41:27 AM\n"
    "Error\t: One or more errors occurred.\n"
    "Stack Trace\t: at System.Threading.Tasks.Task.ThrowIfExceptional(Boolean "
    "includeTaskCanceledExceptions)\n"
    "   at System.Threading.Tasks.Task`1.GetResultCore(Boolean waitCompletionNotification)\n"
    "   at System.Threading.Tasks.Task`1.get_Result()\n"
    "   at Microsoft.Xrm.Tooling.Connector.CrmWebSvc.ExecuteAuthenticateServiceProcess(Uri "
    "serviceUrl, ClientCredentials clientCredentials, UserIdentifier user, String clientId, Uri "
    "redirectUri, PromptBehavior promptBehavior, String tokenCachePath, Boolean isOnPrem, String "
    "authority, Uri& targetServiceUrl, AuthenticationContext& authContext, String& resource)\n"
    "Inner Exception Level 1\t:\n"
    "Source\t: System\n"
    "Method\t: GetResponse\n"
    "Error\t: The underlying connection was closed: An unexpected error occurred on a send.\n"
    "Stack Trace\t: at System.Net.HttpWebRequest.GetResponse()\n"
    "   at Microsoft.IdentityModel.Clients.ActiveDirectory.AuthenticationParameters."
    "<CreateFromResourceUrlCommonAsync>d__0.MoveNext()\n"
    "--- End of stack trace from previous location where exception was thrown ---\n"
    "   at System.Runtime.CompilerServices.TaskAwaiter.ThrowForNonSuccess(Task task)\n"
    "Inner Exception Level 2\t:\n"
    "Source\t: System\n"
    "Method\t: Read\n"
    "Error\t: Unable to read data from the transport connection: An existing connection was "
    "forcibly closed by the remote host.\n"
    "Stack Trace\t: at System.Net.Sockets.NetworkStream.Read(Byte[] buffer, Int32 offset, Int32 "
    "size)\n"
    "   at System.Net.Security.SslState.StartReceiveBlob(Byte[] buffer, AsyncProtocolRequest "
    "asyncRequest)\n"
    "=============================================================================================="
    "="
    "=======================\n";

#endif
