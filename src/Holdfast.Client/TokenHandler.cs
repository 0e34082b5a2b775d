using System.Net.Http.Headers;

namespace Holdfast.Client;

/// <summary>
/// Sends the token, or the API key, with the calls whose declaration asks for it by <c>Authorization: Bearer</c> without a token.
/// </summary>
internal sealed class TokenHandler(HoldfastClientOptions options) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is { Scheme: var scheme })
        {
            // Each attempt asks again: the token may have expired while the call waited.
            var token = options.AccessToken is { } ask ? await ask(cancellationToken).ConfigureAwait(false) : options.ApiKey;
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue(scheme, token);
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
