namespace Holdfast.Identity.Core;

/// <summary>
/// Decides which signing key does what. A new key signs a minute after it was made, when every process knows it; an old key is valid for as
/// long as a token that was signed with it may live.
/// </summary>
internal static class KeySchedule
{
    /// <summary>Three times the interval at which processes look for new keys.</summary>
    public static readonly TimeSpan SignsAfter = TimeSpan.FromSeconds(60);

    /// <summary>A process may sign with the old key until it has looked again; then a token lives 15 minutes.</summary>
    public static readonly TimeSpan VerifiesAfter = SignsAfter + TimeSpan.FromMinutes(15) + TimeSpan.FromMinutes(1);

    /// <summary>The place of the key that signs; the keys are in the order in which they were made.</summary>
    public static int Signs(IReadOnlyList<DateTime> made, DateTime now)
    {
        for (var i = made.Count - 1; i > 0; i--)
        {
            if (made[i] + SignsAfter <= now)
            {
                return i;
            }
        }

        return 0;
    }

    /// <summary>Whether tokens of the key at this place may still be about, or will be.</summary>
    public static bool Verifies(IReadOnlyList<DateTime> made, int place, DateTime now) => place == made.Count - 1 || now < made[place + 1]
        + VerifiesAfter;
}
