
namespace Holdfast.Webhooks;

/// <summary>Settings of this module.</summary>
public sealed record WebhookOptions
{
    /// <summary>Allows http and addresses of private networks, for tests and development.</summary>
    public bool AllowPrivate { get; init; }
}
