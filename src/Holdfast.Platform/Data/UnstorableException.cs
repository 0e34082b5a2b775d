namespace Holdfast.Platform.Data;

/// <summary>A value that no column can hold, refused before the database saw it.</summary>
internal sealed class UnstorableException(string message) : Exception(message);
