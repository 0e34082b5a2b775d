using System.Text;
using System.Text.Json;
using Holdfast.Platform.Messaging;

namespace Holdfast.Notifications.Core;

/// <summary>A code with what it takes off.</summary>
public sealed record OrderEventDiscount(string Code, long Amount);
