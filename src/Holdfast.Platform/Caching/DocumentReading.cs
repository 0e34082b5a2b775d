
namespace Holdfast.Platform.Caching;

/// <param name="IsHit">False for the one request that read the database for it.</param>
public readonly record struct DocumentReading(Document Document, bool IsHit);
