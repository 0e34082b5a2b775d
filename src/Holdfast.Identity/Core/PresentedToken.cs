namespace Holdfast.Identity.Core;

/// <summary>What to do about a refresh token that is genuine.</summary>
internal enum PresentedToken
{
    /// <summary>It is the current one: the next takes its place.</summary>
    Rotate,

    /// <summary>It was replaced a moment ago, by another tab of the same browser: the same successor again.</summary>
    Repeat,

    /// <summary>It was replaced long ago, so somebody has a copy: the session ends for both.</summary>
    Stolen,

    /// <summary>The session is over.</summary>
    Ended,
}
