using System.Text.Json;
using Refit;

namespace Holdfast.Client;

/// <summary>The server itself; no token is sent. An unhealthy server answers, too: that is no exception.</summary>
public interface IServerApi
{
    /// <summary>Whether the process answers.</summary>
    [Get("/health/live")]
    Task<Health> GetLivenessAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether requests should be sent there.</summary>
    [Get("/health/ready")]
    Task<Health> GetReadinessAsync(CancellationToken cancellationToken = default);

    /// <summary>How everything is that the server depends on.</summary>
    [Get("/health")]
    Task<Health> GetHealthAsync(CancellationToken cancellationToken = default);

    /// <summary>The keys that other services check access tokens with.</summary>
    [Get("/.well-known/jwks.json")]
    Task<PublicKeys> GetPublicKeysAsync(CancellationToken cancellationToken = default);

    /// <summary>The AsyncAPI 3.0 document of the events.</summary>
    [Get("/asyncapi/v1.json")]
    Task<JsonElement> GetEventsDocumentAsync(CancellationToken cancellationToken = default);
}
