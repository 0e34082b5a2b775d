using System.Text;
using System.Text.Json;
using Holdfast.Platform.Messaging;

namespace Holdfast.Notifications.Core;

/// <summary>Whose order it is.</summary>
public sealed record OrderEventCustomer(string Email, string? Name);
