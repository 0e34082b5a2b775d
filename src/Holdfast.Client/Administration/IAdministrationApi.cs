using Refit;

namespace Holdfast.Client;

/// <summary>API keys, the audit log and dead letters, for admins.</summary>
[Headers("Authorization: Bearer")]
public interface IAdministrationApi
{
    /// <summary>Makes a key, which is shown this once.</summary>
    [Post("/api/v1/api-keys")]
    Task<NewApiKey> CreateApiKeyAsync([Body] ApiKeyBody key, CancellationToken cancellationToken = default);

    /// <summary>The keys, the oldest first, revoked ones too.</summary>
    [Get("/api/v1/api-keys")]
    Task<Page<ApiKey>> ListApiKeysAsync(int? limit = null, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>Revokes a key, at all processes within five seconds.</summary>
    [Delete("/api/v1/api-keys/{id}")]
    Task RevokeApiKeyAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>The newest line first; <paramref name="to"/> is excluded.</summary>
    [Get("/api/v1/audit-log")]
    Task<Page<AuditLine>> ListAuditLogAsync(string? actor = null, DateTimeOffset? from = null, DateTimeOffset? to = null,
        int? limit = null, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>The newest first: of one lane, or of all.</summary>
    [Get("/api/v1/dead-letters")]
    Task<Page<DeadLetter>> ListDeadLettersAsync(string? lane = null, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>Has all of a lane tried again, the oldest first.</summary>
    [Post("/api/v1/dead-letters/redrive")]
    Task<DeadLettersRedriven> RedriveDeadLettersAsync([Body] DeadLetterLane lane, CancellationToken cancellationToken = default);

    /// <summary>Has one tried again.</summary>
    [Post("/api/v1/dead-letters/{id}/redrive")]
    Task RedriveDeadLetterAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Gives one up for good.</summary>
    [Delete("/api/v1/dead-letters/{id}")]
    Task DropDeadLetterAsync(Guid id, CancellationToken cancellationToken = default);
}
