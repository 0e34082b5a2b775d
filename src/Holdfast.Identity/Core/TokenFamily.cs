namespace Holdfast.Identity.Core;

/// <summary>Somebody signed in on one device: the family of the refresh tokens that followed each other there (RFC 9700, 4.14.2).</summary>
internal sealed record TokenFamily(Guid Id, Guid UserId, int Generation, DateTime CreatedAt, DateTime RotatedAt, DateTime ExpiresAt,
    DateTime? RevokedAt)
{
    /// <summary>From the last rotation on.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>From the sign-in on, however much it is used: whoever has somehow got a token does not have it for ever.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    /// <summary>How long a token that was replaced still gets its successor.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Returns what to do when the token of this generation is presented now.</summary>
    public PresentedToken Present(int generation, DateTime now) =>
        RevokedAt is not null || ExpiresAt <= now || CreatedAt + Longest <= now || generation > Generation ? PresentedToken.Ended
        : generation == Generation ? PresentedToken.Rotate
        : generation == Generation - 1 && now - RotatedAt <= Grace ? PresentedToken.Repeat
        : PresentedToken.Stolen;

    /// <summary>The session after a rotation.</summary>
    public TokenFamily Rotated(DateTime now) =>
        this with
        {
            Generation = Generation + 1,
            RotatedAt = now,
            ExpiresAt = now + Lifetime < CreatedAt + Longest ? now + Lifetime
        : CreatedAt + Longest
        };
}
