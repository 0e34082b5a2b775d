using System.Buffers.Binary;
using Holdfast.Platform.Data;

namespace Holdfast.Platform.Messaging;

/// <summary>The id of an event, in two parts.</summary>
public readonly record struct EventKey(Guid Subject, int Sequence);
