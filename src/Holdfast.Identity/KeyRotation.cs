using Holdfast.Platform.Data;

namespace Holdfast.Identity;

/// <summary>What <c>holdfast keys rotate</c> does.</summary>
public static class KeyRotation
{
    /// <summary>
    /// Adds a signing key. All processes know it within half a minute and sign with it from the returned time on; tokens of the older keys stay good
    /// until they expire.
    /// </summary>
    public static Task<DateTime> RotateAsync(Db db, SecretBox box) => SigningKeys.RotateAsync(db, box);
}
