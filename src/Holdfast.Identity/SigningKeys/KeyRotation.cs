using Holdfast.Identity.Secrets;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.SigningKeys;

/// <summary>What <c>holdfast keys rotate</c> does, and Identity's part of <c>holdfast keys reseal</c>.</summary>
public static class KeyRotation
{
    /// <summary>
    /// Adds a signing key. All processes know it within half a minute and sign with it from the returned time on; tokens of the older keys
    /// stay good until they expire.
    /// </summary>
    public static Task<DateTime> RotateAsync(Db db, SecretBox box) => SigningKeyRing.RotateAsync(db, box);

    /// <summary>
    /// Encrypts the secrets of the installation again with the box's key, on the caller's transaction. Returns their number. A key that
    /// cannot open one of them throws <see cref="StartupException"/>.
    /// </summary>
    public static Task<int> ResealAsync(Tx tx, SecretBox box) => SecretStore.ResealAsync(tx, box);
}
