
namespace Holdfast.Platform.Caching;

/// <param name="IsHit">False for the one request that loaded the document from the database.</param>
public readonly record struct DocumentReading(Document Document, bool IsHit);
